import { ok, type Result } from '@tiktok-channel/platform/kernel';
import type { ContentIn } from './content-in.ts';
import { type Fields, filledTextIn, flagIn, idIn, optionalObjectIn, timeIn } from './fields.ts';
import { readMessageContent } from './message-content.ts';
import { invalid, type Misreading } from './misreading.ts';
import { type Direction, participantsIn } from './participants.ts';
import type { Message, MessageSource } from './records.ts';

/**
 * A message in either direction. Required is what every source sends: ids, time, type and the type's block. What is
 * optional and of another type than expected counts as absent: the raw content keeps it.
 */
export const readMessage = (input: ContentIn, direction: Direction): Result<Message, Misreading> => {
  const { content, delivery, envelope } = input;
  const conversationId = idIn(content.conversation_id);
  if (conversationId === null) return invalid('conversation_id');
  const messageId = idIn(content.message_id);
  if (messageId === null) return invalid('message_id');
  const sentAt = timeIn(content.timestamp);
  if (sentAt === null) return invalid('timestamp');
  const read = readMessageContent(content);
  if (!read.ok) return read;
  const { sender, recipient } = participantsIn(input, direction);

  return ok({
    channelId: envelope.channelId,
    conversationId,
    messageId,
    sentAt,
    sender,
    recipient,
    content: read.value,
    quotedMessageId: idIn(optionalObjectIn(content.referenced_message_info).referenced_message_id),
    source: sourceIn(optionalObjectIn(content.message_tag).source),
    automaticMessageType: filledTextIn(content.auto_message_type),
    buttonTap: buttonTapIn(optionalObjectIn(content.reply_source_payload)),
    isFollower: flagIn(content.is_follower),
    origin: 'WEBHOOK',
    logId: delivery.logId,
    receivedAt: delivery.receivedAtMs,
    rawContent: Buffer.from(envelope.content),
  });
};

const SOURCES: ReadonlySet<unknown> = new Set<MessageSource>(['APP', 'WEB', 'API', 'OTHERS']);

const sourceIn = (value: unknown): MessageSource => (SOURCES.has(value) ? (value as MessageSource) : 'UNKNOWN');

const buttonTapIn = (payload: Fields): Message['buttonTap'] => {
  const messageId = idIn(payload.reply_source_msg_id);
  return messageId === null ? null : { messageId, buttonId: idIn(payload.reply_source_unique_id) };
};
