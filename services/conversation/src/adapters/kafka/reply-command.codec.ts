import { cloudEventHeaders } from '@tiktok-channel/platform/kafka';
import { eventIds } from '@tiktok-channel/platform/kernel';
import type { OutboxRow } from '@tiktok-channel/platform/outbox';
import { type Codec, type RecordName, type SendReply, topics } from '@tiktok-channel/schemas';
import { attachmentFields, type CancelCommand, type ReplyCommand } from '../../domain/reply-command.ts';

/** The records that this service encodes. */
export const WRITTEN_RECORDS = [
  'SendReply',
  'CancelReply',
  'ConversationSnapshot',
] as const satisfies readonly RecordName[];

export const SOURCE = '/tiktok-channel/conversation';

export type RowCodec = () => Pick<Codec, 'encode' | 'fullName'>;

interface AboutReply {
  readonly replyId: string;
  readonly channelId: string;
  readonly conversationId: string;
  readonly requestedAt: number;
}

export const createCommandRows = (codec: RowCodec, traceparent: () => string | undefined) => {
  const rowOf = (name: 'SendReply' | 'CancelReply', about: AboutReply, value: Buffer): OutboxRow => {
    const type = codec().fullName(name);
    const id = eventIds.command(type, about.channelId, about.replyId);
    const headers = cloudEventHeaders({
      id,
      source: SOURCE,
      type,
      timeMs: about.requestedAt,
      subject: about.replyId,
      partitionKey: about.conversationId,
      correlationId: about.conversationId,
      traceparent: traceparent(),
    });
    return { eventId: id, record: { topic: topics.replyCommands.name, key: about.conversationId, value, headers } };
  };
  return {
    send: (command: ReplyCommand): OutboxRow =>
      rowOf('SendReply', command, codec().encode('SendReply', recordOf(command))),
    cancel: (command: CancelCommand): OutboxRow =>
      rowOf('CancelReply', command, codec().encode('CancelReply', { ...command })),
  };
};

/** As `ReplyQueued` will bring them back, so that a reply looks the same before and after. */
export const attachmentsJson = ({ attachments }: ReplyCommand): string | null =>
  attachments.length === 0 ? null : JSON.stringify(attachments.map(attachmentFields));

const ACTIONS = { typing: 'TYPING', mark_read: 'MARK_READ' } as const;

const recordOf = (command: ReplyCommand): SendReply => ({
  replyId: command.replyId,
  channelId: command.channelId,
  conversationId: command.conversationId,
  text: command.text,
  attachments: command.attachments.map(attachmentFields),
  action: command.action && ACTIONS[command.action],
  quotedMessageId: command.quotedMessageId,
  retryOf: command.retryOf,
  requestedBy: command.requestedBy,
  requestedAt: command.requestedAt,
  expiresAt: command.expiresAt,
});
