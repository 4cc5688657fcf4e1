import { cloudEventHeaders, type OutgoingRecord } from '@tiktok-channel/platform/kafka';
import { assertNever } from '@tiktok-channel/platform/kernel';
import { type Codec, topics } from '@tiktok-channel/schemas';
import { FULL_NAMES, type WebhookEvent } from '../../domain/events.ts';

/** The records that ingress writes. */
export const WRITTEN_RECORDS = ['MessageReceived', 'MessageEchoed', 'ConversationRead', 'WebhookUnrecognized'] as const;

const SOURCE = '/tiktok-channel/ingress';

const TOPICS: Readonly<Record<WebhookEvent['type'], string>> = {
  MessageReceived: topics.messages.name,
  MessageEchoed: topics.messages.name,
  ConversationRead: topics.statuses.name,
  WebhookUnrecognized: topics.webhooksUnrecognized.name,
};

/** The record that states `event`; the producer adds the trace. */
export const recordOf = (event: WebhookEvent, codec: Codec): OutgoingRecord => ({
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

const encode = (event: WebhookEvent, codec: Codec): Buffer => {
  switch (event.type) {
    case 'MessageReceived':
      return codec.encode(event.type, event.record);
    case 'MessageEchoed':
      return codec.encode(event.type, event.record);
    case 'ConversationRead':
      return codec.encode(event.type, event.record);
    case 'WebhookUnrecognized':
      return codec.encode(event.type, event.record);
    default:
      return assertNever(event);
  }
};
