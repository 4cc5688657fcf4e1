import { ok, type Result, refuse } from '@tiktok-channel/platform/kernel';
import {
  readAutoMessageAudit,
  readAutoMessageConfiguration,
  readEuropeanMessage,
  readFlaggedComment,
  readRemoval,
} from './account-notice.ts';
import type { ContentIn } from './content-in.ts';
import type { Delivery } from './delivery.ts';
import { isComplete, missingField, type PartialEnvelope, readEnvelope } from './envelope.ts';
import type { WebhookEvent, WebhookEvents } from './events.ts';
import {
  authorizationRemoved,
  autoMessageAudited,
  autoMessageConfigured,
  commentFlagged,
  conversationRead,
  europeanMessageNoticed,
  messageEchoed,
  messageReceived,
  reactionChanged,
  referralReceived,
  webhookUnrecognized,
} from './facts.ts';
import { type Fields, objectIn } from './fields.ts';
import { readMessage } from './message.ts';
import type { Misreading } from './misreading.ts';
import type { Direction } from './participants.ts';
import { readReactions } from './reaction.ts';
import { readReadMark } from './read-mark.ts';
import type { Message } from './records.ts';
import { readReferral } from './referral.ts';

/** Parses JSON without losing digits of long numbers; throws on anything else. */
export type ParseJson = (text: string) => unknown;

/** The facts that a verified delivery states. There is always one: what cannot be read becomes an unrecognised delivery, whole. */
export const readDelivery = (delivery: Delivery, parseJson: ParseJson): WebhookEvents => {
  const body = parsed(delivery.rawBody.toString(), parseJson);
  const envelope = readEnvelope(body);
  const read = body === undefined ? refuse(BODY_NOT_JSON) : readEvents(delivery, envelope, parseJson);
  return read.ok ? read.value : [unrecognized(delivery, envelope, read.error)];
};

const BODY_NOT_JSON: Misreading = { reason: 'body_not_json', detail: null };

const readEvents = (
  delivery: Delivery,
  envelope: PartialEnvelope,
  parseJson: ParseJson,
): Result<WebhookEvents, Misreading> => {
  if (!isComplete(envelope)) return refuse({ reason: 'invalid_envelope', detail: missingField(envelope) });
  const read = readers.get(envelope.event);
  if (read === undefined) return refuse({ reason: 'unsupported_event', detail: 'event' });
  const content = parsed(envelope.content, parseJson);
  if (content === undefined) return refuse({ reason: 'content_not_json', detail: 'content' });
  const fields = objectIn(content);
  if (fields === null) return refuse({ reason: 'invalid_content', detail: 'content' });
  return read({ delivery, envelope, content: fields });
};

type Reader = (input: ContentIn) => Result<WebhookEvents, Misreading>;

/** A reaction comes as a message; it is none, and there may be several in one. */
const messageOrReactions =
  (direction: Direction, messageOf: (record: Message) => WebhookEvent): Reader =>
  (input) =>
    input.content.type === 'reaction'
      ? readReactionEvents(input, direction)
      : one(readMessage(input, direction), messageOf);

const readReactionEvents = (input: ContentIn, direction: Direction): Result<WebhookEvents, Misreading> => {
  const read = readReactions(input, direction);
  if (!read.ok) return read;
  const [first, ...others] = read.value;
  return ok([reactionChanged(first), ...others.map(reactionChanged)]);
};

/** The id of a notice is over its content. */
const notice =
  <T>(
    read: (input: ContentIn) => Result<T, Misreading>,
    eventOf: (record: T, content: Fields) => WebhookEvent,
  ): Reader =>
  (input) =>
    one(read(input), (record) => eventOf(record, input.content));

const one = <T>(
  read: Result<T, Misreading>,
  eventOf: (record: T) => WebhookEvent,
): Result<WebhookEvents, Misreading> => (read.ok ? ok([eventOf(read.value)]) : read);

/** TikTok's events that this version reads (fact sheet, section 2.2). */
const readers: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['im_receive_msg', messageOrReactions('received', messageReceived)],
  ['im_send_msg', messageOrReactions('echoed', messageEchoed)],
  ['im_mark_read_msg', (input) => one(readReadMark(input), conversationRead)],
  ['im_referral_msg', (input) => one(readReferral(input), referralReceived)],
  ['im_receive_msg_eu', notice(readEuropeanMessage, europeanMessageNoticed)],
  ['im_auto_message_config_update', notice(readAutoMessageConfiguration, autoMessageConfigured)],
  ['im_auto_message_audit_update', notice(readAutoMessageAudit, autoMessageAudited)],
  ['im_receive_high_intent_comment', notice(readFlaggedComment, commentFlagged)],
  ['authorization.removed', notice(readRemoval, authorizationRemoved)],
]);

const unrecognized = (
  { rawBody, logId, receivedAtMs }: Delivery,
  { channelId, event }: PartialEnvelope,
  { reason, detail }: Misreading,
): WebhookEvent => webhookUnrecognized({ channelId, event, reason, detail, rawBody, logId, receivedAt: receivedAtMs });

/** Undefined, which JSON cannot say, when the text is no JSON: also when it is nested too deep to be read. */
const parsed = (text: string, parseJson: ParseJson): unknown => {
  try {
    return parseJson(text);
  } catch {
    // The parser's message quotes the text, and that it failed is all there is to know.
    return undefined;
  }
};
