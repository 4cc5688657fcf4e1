import { ok, type Result } from '@tiktok-channel/platform/kernel';
import type { ContentIn } from './content-in.ts';
import { idIn, optionalObjectIn, timeIn } from './fields.ts';
import { invalid, type Misreading } from './misreading.ts';
import { personIn } from './participants.ts';
import type { ReadMark } from './records.ts';

/** The person opened the conversation; TikTok tells of no other reader. */
export const readReadMark = (input: ContentIn): Result<ReadMark, Misreading> => {
  const { content, delivery, envelope } = input;
  const conversationId = idIn(content.conversation_id);
  if (conversationId === null) return invalid('conversation_id');
  const readUpTo = timeIn(optionalObjectIn(content.read).last_read_timestamp);
  if (readUpTo === null) return invalid('read.last_read_timestamp');
  const occurredAt = timeIn(content.timestamp);
  if (occurredAt === null) return invalid('timestamp');

  return ok({
    channelId: envelope.channelId,
    conversationId,
    readUpTo,
    reader: personIn(input),
    occurredAt,
    logId: delivery.logId,
    receivedAt: delivery.receivedAtMs,
  });
};
