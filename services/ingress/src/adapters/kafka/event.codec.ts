import { cloudEventHeaders, type OutgoingRecord } from '@tiktok-channel/platform/kafka';
import { assertNever } from '@tiktok-channel/platform/kernel';
import { type Codec, topics } from '@tiktok-channel/schemas';
import { FULL_NAMES, type WebhookEvent, type WebhookEvents } from '../../domain/events.ts';

const SOURCE = '/tiktok-channel/ingress';

const TOPICS: Readonly<Record<WebhookEvent['type'], string>> = {
  MessageReceived: topics.messages.name,
  MessageEchoed: topics.messages.name,
  ReactionChanged: topics.messages.name,
  ReferralReceived: topics.messages.name,
  ConversationRead: topics.statuses.name,
  EuropeanMessageNoticed: topics.accountNotices.name,
  AutoMessageConfigured: topics.accountNotices.name,
  AutoMessageAudited: topics.accountNotices.name,
  CommentFlagged: topics.accountNotices.name,
  AuthorizationRemoved: topics.accountNotices.name,
  WebhookUnrecognized: topics.webhooksUnrecognized.name,
};

/** The records that ingress writes. */
export const WRITTEN_RECORDS = Object.keys(TOPICS) as readonly WebhookEvent['type'][];

/** The records that state `events`; the producer adds the trace. */
export const recordsOf = (events: WebhookEvents, codec: Codec): readonly OutgoingRecord[] =>
  events.map((event) => recordOf(event, codec));

const recordOf = (event: WebhookEvent, codec: Codec): OutgoingRecord => ({
  topic: TOPICS[event.type],
  key: event.key,
  value: encode(event, codec),
  headers: cloudEventHeaders({
    id: event.id,
    source: SOURCE,
    type: FULL_NAMES[event.type],
    timeMs: event.atMs,
    subject: event.subject ?? undefined,
    partitionKey: event.key ?? undefined,
  }),
});

/** A case for each type: only so does the compiler compare each record with its schema. */
const encode = (event: WebhookEvent, codec: Codec): Buffer => {
  switch (event.type) {
    case 'MessageReceived':
      return codec.encode(event.type, event.record);
    case 'MessageEchoed':
      return codec.encode(event.type, event.record);
    case 'ReactionChanged':
      return codec.encode(event.type, event.record);
    case 'ReferralReceived':
      return codec.encode(event.type, event.record);
    case 'ConversationRead':
      return codec.encode(event.type, event.record);
    case 'EuropeanMessageNoticed':
      return codec.encode(event.type, event.record);
    case 'AutoMessageConfigured':
      return codec.encode(event.type, event.record);
    case 'AutoMessageAudited':
      return codec.encode(event.type, event.record);
    case 'CommentFlagged':
      return codec.encode(event.type, event.record);
    case 'AuthorizationRemoved':
      return codec.encode(event.type, event.record);
    case 'WebhookUnrecognized':
      return codec.encode(event.type, event.record);
    default:
      return assertNever(event);
  }
};
