import { ok, type Result } from '@tiktok-channel/platform/kernel';
import type { Delivery } from './delivery.ts';
import type { Envelope } from './envelope.ts';
import type { Message, MessageSource, Participant } from './events.ts';
import { type Fields, flagIn, idIn, optionalObjectIn, textIn, timeIn } from './fields.ts';
import { readMessageContent } from './message-content.ts';
import { invalid, type Misreading } from './misreading.ts';

export interface ContentIn {
  readonly delivery: Delivery;
  readonly envelope: Envelope;
  /** The envelope's content, parsed. */
  readonly content: Fields;
}

/**
 * A message in either direction. Required is what every source sends: ids, time, type and the type's block. What is
 * optional and of another type than expected counts as absent: the raw content keeps it.
 */
export const readMessage = (input: ContentIn, direction: 'received' | 'echoed'): Result<Message, Misreading> => {
  const { content, delivery, envelope } = input;
  const conversationId = idIn(content.conversation_id);
  if (conversationId === null) return invalid('conversation_id');
  const messageId = idIn(content.message_id);
  if (messageId === null) return invalid('message_id');
  const sentAt = timeIn(content.timestamp);
  if (sentAt === null) return invalid('timestamp');
  const read = readMessageContent(content);
  if (!read.ok) return read;
  const { sender, recipient } = participants(input, direction);

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
    automaticMessageType: textIn(content.auto_message_type),
    buttonTap: buttonTapIn(optionalObjectIn(content.reply_source_payload)),
    isFollower: flagIn(content.is_follower),
    origin: 'WEBHOOK',
    logId: delivery.logId,
    receivedAt: delivery.receivedAtMs,
    rawContent: Buffer.from(envelope.content),
  });
};

/**
 * Not every delivery names its sides. The business is the channel; the person of an incoming message is its
 * `unique_identifier`, which on an echo is not known to be anybody's.
 */
const participants = (
  { content, envelope }: ContentIn,
  direction: 'received' | 'echoed',
): { readonly sender: Participant; readonly recipient: Participant } => {
  const from = idIn(optionalObjectIn(content.from_user).id);
  const to = idIn(optionalObjectIn(content.to_user).id);
  const [senderId, recipientId] =
    direction === 'received'
      ? [from ?? idIn(content.unique_identifier), to ?? envelope.channelId]
      : [from ?? envelope.channelId, to];
  return {
    sender: { userId: senderId, username: textIn(content.from) },
    recipient: { userId: recipientId, username: textIn(content.to) },
  };
};

const SOURCES: ReadonlySet<unknown> = new Set<MessageSource>(['APP', 'WEB', 'API', 'OTHERS']);

const sourceIn = (value: unknown): MessageSource => (SOURCES.has(value) ? (value as MessageSource) : 'UNKNOWN');

const buttonTapIn = (payload: Fields): Message['buttonTap'] => {
  const messageId = idIn(payload.reply_source_msg_id);
  return messageId === null ? null : { messageId, buttonId: idIn(payload.reply_source_unique_id) };
};
