import { eventIds, type Result, refuse } from '@tiktok-channel/platform/kernel';
import type { Delivery } from './delivery.ts';
import { isComplete, missingField, type PartialEnvelope, readEnvelope } from './envelope.ts';
import { FULL_NAMES, type Message, type ReadMark, type WebhookEvent } from './events.ts';
import { objectIn } from './fields.ts';
import { readMessage } from './message.ts';
import type { Misreading } from './misreading.ts';
import { readReadMark } from './read-mark.ts';

/** Parses JSON without losing digits of long numbers; throws on anything else. */
export type ParseJson = (text: string) => unknown;

/** The fact that a verified delivery states. There is always one: what cannot be read becomes an unrecognised delivery, whole. */
export const readDelivery = (delivery: Delivery, parseJson: ParseJson): WebhookEvent => {
  const body = parsed(delivery.rawBody.toString(), parseJson);
  const envelope = readEnvelope(body);
  const read = body === undefined ? refuse(BODY_NOT_JSON) : readEvent(delivery, envelope, parseJson);
  return read.ok ? read.value : unrecognized(delivery, envelope, read.error);
};

const BODY_NOT_JSON: Misreading = { reason: 'body_not_json', detail: null };

const readEvent = (
  delivery: Delivery,
  envelope: PartialEnvelope,
  parseJson: ParseJson,
): Result<WebhookEvent, Misreading> => {
  if (!isComplete(envelope)) return refuse({ reason: 'invalid_envelope', detail: missingField(envelope) });
  const read = readers.get(envelope.event);
  if (read === undefined) return refuse({ reason: 'unsupported_event', detail: 'event' });
  const content = parsed(envelope.content, parseJson);
  if (content === undefined) return refuse({ reason: 'content_not_json', detail: 'content' });
  const fields = objectIn(content);
  if (fields === null) return refuse({ reason: 'invalid_content', detail: 'content' });
  return read({ delivery, envelope, content: fields });
};

type Reader = (input: Parameters<typeof readReadMark>[0]) => Result<WebhookEvent, Misreading>;

/** TikTok's events that this version reads. */
const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['im_receive_msg', (input) => mapped(readMessage(input, 'received'), messageReceived)],
  ['im_send_msg', (input) => mapped(readMessage(input, 'echoed'), messageEchoed)],
  ['im_mark_read_msg', (input) => mapped(readReadMark(input), conversationRead)],
]);

const mapped = <T, U, E>(result: Result<T, E>, map: (value: T) => U): Result<U, E> =>
  result.ok ? { ok: true, value: map(result.value) } : result;

const messageReceived = (record: Message): WebhookEvent => ({
  type: 'MessageReceived',
  id: eventIds.message(FULL_NAMES.MessageReceived, record.channelId, record.messageId),
  key: record.conversationId,
  subject: record.messageId,
  atMs: record.sentAt,
  record,
});

const messageEchoed = (record: Message): WebhookEvent => ({
  type: 'MessageEchoed',
  id: eventIds.message(FULL_NAMES.MessageEchoed, record.channelId, record.messageId),
  key: record.conversationId,
  subject: record.messageId,
  atMs: record.sentAt,
  record,
});

const conversationRead = (record: ReadMark): WebhookEvent => ({
  type: 'ConversationRead',
  id: eventIds.readMark(FULL_NAMES.ConversationRead, record.channelId, record.conversationId, record.readUpTo),
  key: record.conversationId,
  subject: record.conversationId,
  atMs: record.occurredAt,
  record,
});

const unrecognized = (
  { rawBody, logId, receivedAtMs }: Delivery,
  { channelId, event }: PartialEnvelope,
  { reason, detail }: Misreading,
): WebhookEvent => ({
  type: 'WebhookUnrecognized',
  id: eventIds.unrecognized(FULL_NAMES.WebhookUnrecognized, channelId, rawBody),
  key: channelId,
  subject: channelId,
  atMs: receivedAtMs,
  record: { channelId, event, reason, detail, rawBody, logId, receivedAt: receivedAtMs },
});

/** Undefined, which JSON cannot say, when the text is no JSON: also when it is nested too deep to be read. */
const parsed = (text: string, parseJson: ParseJson): unknown => {
  try {
    return parseJson(text);
  } catch {
    // The parser's message quotes the text, and that it failed is all there is to know.
    return undefined;
  }
};
