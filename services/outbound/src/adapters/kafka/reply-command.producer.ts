import { unavailable } from '@tiktok-channel/platform/http-server';
import { cloudEventHeaders, type Producer } from '@tiktok-channel/platform/kafka';
import { eventIds, type Logger } from '@tiktok-channel/platform/kernel';
import { type Codec, topics } from '@tiktok-channel/schemas';
import type { SendReply } from '../../domain/send-reply.ts';

/** Puts a command on its topic for an operator, who is told when the broker does not take it. */
export const createSendCommand =
  ({
    codec,
    producer,
    logger,
  }: {
    readonly codec: Pick<Codec, 'encode' | 'fullName'>;
    readonly producer: Pick<Producer, 'send'>;
    readonly logger: Logger;
  }) =>
  async (command: SendReply): Promise<void> => {
    const { replyId, channelId, conversationId, requestedAt } = command;
    const type = codec.fullName('SendReply');
    const headers = cloudEventHeaders({
      id: eventIds.command(type, channelId, replyId),
      source: '/tiktok-channel/outbound',
      type,
      timeMs: requestedAt,
      subject: replyId,
      partitionKey: conversationId,
      correlationId: conversationId,
    });
    const value = codec.encode('SendReply', { ...command, attachments: [...command.attachments] });
    try {
      await producer.send([{ topic: topics.replyCommands.name, key: conversationId, value, headers }]);
    } catch (error) {
      logger.warn('reply.not_asked_for_again', { replyId, channelId, conversationId }, error);
      throw unavailable('the broker did not take the command in time; it may still');
    }
  };
