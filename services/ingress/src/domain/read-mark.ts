import { ok, type Result } from '@tiktok-channel/platform/kernel';
import type { Participant, ReadMark } from './events.ts';
import { idIn, optionalObjectIn, textIn, timeIn } from './fields.ts';
import type { ContentIn } from './message.ts';
import { invalid, type Misreading } from './misreading.ts';

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

/** The side that is not the business, whichever way round the sides are given. */
const personIn = ({ content, envelope }: ContentIn): Participant => {
  const from = idIn(optionalObjectIn(content.from_user).id);
  return from === envelope.channelId
    ? { userId: idIn(optionalObjectIn(content.to_user).id), username: textIn(content.to) }
    : { userId: from ?? idIn(content.unique_identifier), username: textIn(content.from) };
};
