import { cloudEventHeaders } from '@tiktok-channel/platform/kafka';
import { eventIds } from '@tiktok-channel/platform/kernel';
import type { OutboxRow } from '@tiktok-channel/platform/outbox';
import { type Attachment, type Codec, type RecordName, type SendReply, topics } from '@tiktok-channel/schemas';
import type { ReplyAttachment, ReplyCommand } from '../../domain/reply-command.ts';

/** The records that this service encodes. */
export const WRITTEN_RECORDS = ['SendReply'] as const satisfies readonly RecordName[];

const SOURCE = '/tiktok-channel/conversation';

export const createReplyCommandRow =
  (codec: () => Pick<Codec, 'encode' | 'fullName'>, traceparent: () => string | undefined) =>
  (command: ReplyCommand): OutboxRow => {
    const type = codec().fullName('SendReply');
    const id = eventIds.command(type, command.channelId, command.replyId);
    return {
      eventId: id,
      record: {
        topic: topics.replyCommands.name,
        key: command.conversationId,
        value: codec().encode('SendReply', recordOf(command)),
        headers: cloudEventHeaders({
          id,
          source: SOURCE,
          type,
          timeMs: command.requestedAt,
          subject: command.replyId,
          partitionKey: command.conversationId,
          correlationId: command.conversationId,
          traceparent: traceparent(),
        }),
      },
    };
  };

/** As `ReplyQueued` will bring them back, so that a reply looks the same before and after. */
export const attachmentsJson = ({ attachments }: ReplyCommand): string | null =>
  attachments.length === 0 ? null : JSON.stringify(attachments.map(attachmentOf));

const recordOf = (command: ReplyCommand): SendReply => ({
  replyId: command.replyId,
  channelId: command.channelId,
  conversationId: command.conversationId,
  text: command.text,
  attachments: command.attachments.map(attachmentOf),
  action: null,
  quotedMessageId: command.quotedMessageId,
  retryOf: null,
  requestedBy: command.requestedBy,
  requestedAt: command.requestedAt,
  expiresAt: command.expiresAt,
});

const NOTHING = { mediaId: null, url: null, itemId: null, template: null } as const;

const attachmentOf = (attachment: ReplyAttachment): Attachment => {
  if (attachment.kind === 'shared_post') return { ...NOTHING, kind: 'SHARED_POST', itemId: attachment.itemId };
  if (attachment.kind === 'video') return { ...NOTHING, kind: 'VIDEO', url: attachment.url };
  return 'mediaId' in attachment
    ? { ...NOTHING, kind: 'IMAGE', mediaId: attachment.mediaId }
    : { ...NOTHING, kind: 'IMAGE', url: attachment.url };
};
