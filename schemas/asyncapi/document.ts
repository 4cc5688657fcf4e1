import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RecordSchema, readRecordSchemas } from '../src/avro-files.ts';
import { MAX_MESSAGE_BYTES, retentionMs, type Topic, topics } from '../src/topics.ts';
import { cloudEventHeaders, deadLetterHeaders } from './headers.ts';
import { security, servers } from './servers.ts';

type Part = Readonly<Record<string, unknown>>;
type Channel = keyof typeof topics;

const BINDING = { bindingVersion: '0.5.0' } as const;
const DEAD_LETTER = 'DeadLetter';
const VERDICTS = ['ReplySent', 'ReplyFailed', 'ReplyCancelled', 'ReplyOutcomeUnknown'];

const channels = Object.entries(topics) as readonly (readonly [Channel, Topic])[];
const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8'));

/** The message interface as an AsyncAPI 3 document: nothing in it is written twice, it all follows from `topics` and the `.avsc` files. */
export const asyncApiDocument = () => ({
  asyncapi: '3.0.0',
  info: {
    title: 'TikTok Channel',
    version,
    description: DESCRIPTION,
    license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
  },
  defaultContentType: 'application/avro',
  servers,
  channels: Object.fromEntries(channels.map(([id, topic]) => [id, channel(topic)])),
  operations: Object.fromEntries(channels.flatMap(([id, topic]) => [write(id, topic), subscribe(id, topic)])),
  components: {
    messages: { ...recordMessages(), [DEAD_LETTER]: deadLetter },
    schemas: { CloudEventHeaders: cloudEventHeaders, DeadLetterHeaders: deadLetterHeaders },
    correlationIds: {
      conversation: { description: 'Carried on from event to event.', location: '$message.header#/ce_correlationid' },
    },
    securitySchemes: security,
  },
});

const DESCRIPTION = [
  'TikTok direct messages as events on Kafka.',
  "Values are Avro in the Confluent wire format: a zero byte, the id of the writer's schema in four bytes, the value. The registry has each schema under the subject `<topic>-<full record name>`, at FULL_TRANSITIVE. Headers are CloudEvents 1.0 in binary mode.",
  "Delivery is at least once, with stable ids (`ce_id`). Keys are partitioned by murmur2, as Java's client does. A prefix (`KAFKA_TOPIC_PREFIX`) stands before every address here, and in no subject. The README of the package shows how to subscribe and how to reply.",
].join('\n\n');

const channel = (topic: Topic): Part => ({
  address: topic.name,
  title: topic.name,
  description: `Key: ${topic.key}. Written by: ${topic.owner}. Kept: ${kept(topic)}.`,
  messages: Object.fromEntries(messagesOf(topic).map((name) => [name, { $ref: `#/components/messages/${name}` }])),
  bindings: {
    kafka: {
      topic: topic.name,
      partitions: topic.partitions,
      topicConfiguration: {
        'cleanup.policy': [topic.cleanup],
        'retention.ms': retentionMs(topic),
        'max.message.bytes': MAX_MESSAGE_BYTES,
      },
      ...BINDING,
    },
  },
});

const kept = ({ cleanup, retentionDays }: Topic): string => {
  if (cleanup === 'compact') return 'the last record of each key; one without a value says that nothing is left';
  return retentionDays === null ? 'for ever by default' : `${retentionDays} days`;
};

const messagesOf = ({ records }: Topic): readonly string[] => (records.length === 0 ? [DEAD_LETTER] : records);

const write = (id: Channel, topic: Topic): readonly [string, Part] => [
  `write${capital(id)}`,
  {
    action: 'send',
    channel: { $ref: `#/channels/${id}` },
    summary: `Written by: ${topic.owner}.`,
    messages: references(id, messagesOf(topic)),
    ...(id === 'replyCommands' ? { reply: verdicts } : {}),
  },
];

const subscribe = (id: Channel, topic: Topic): readonly [string, Part] => [
  `subscribeTo${capital(id)}`,
  {
    action: 'receive',
    channel: { $ref: `#/channels/${id}` },
    summary: 'Open to every service.',
    messages: references(id, messagesOf(topic)),
    bindings: {
      kafka: {
        groupId: { type: 'string', description: 'One per service and purpose: `<service>.<purpose>`.' },
        ...BINDING,
      },
    },
  },
];

const references = (id: Channel, messages: readonly string[]): readonly Part[] =>
  messages.map((name) => ({ $ref: `#/channels/${id}/messages/${name}` }));

/** Every `SendReply` is answered by exactly one of these. */
const verdicts = { channel: { $ref: '#/channels/statuses' }, messages: references('statuses', VERDICTS) };

const capital = (id: string): string => id.charAt(0).toUpperCase() + id.slice(1);

const recordMessages = (): Part =>
  Object.fromEntries(readRecordSchemas().map((record) => [record.name, recordMessage(record)]));

const recordMessage = ({ topic, name, fullName, schema }: RecordSchema): Part => ({
  name: fullName,
  title: name,
  summary: (schema as { readonly doc?: string }).doc,
  contentType: 'application/avro',
  correlationId: { $ref: '#/components/correlationIds/conversation' },
  headers: {
    allOf: [
      { $ref: '#/components/schemas/CloudEventHeaders' },
      { type: 'object', properties: { ce_type: { const: fullName } } },
    ],
  },
  payload: { schemaFormat: 'application/vnd.apache.avro;version=1.9.0', schema },
  bindings: {
    kafka: {
      key: key(channels.find(([, candidate]) => candidate.name === topic)?.[1].key ?? ''),
      schemaIdLocation: 'payload',
      schemaIdPayloadEncoding: 'confluent',
      schemaLookupStrategy: 'TopicRecordNameStrategy',
      ...BINDING,
    },
  },
});

const key = (description: string): Part => ({
  type: description.endsWith('or none') ? ['string', 'null'] : 'string',
  description: `The ${description}, UTF-8.`,
});

const deadLetter: Part = {
  name: DEAD_LETTER,
  title: DEAD_LETTER,
  summary: 'A record that no retry would help: its own key, bytes and headers, and why it was set aside.',
  contentType: 'application/octet-stream',
  headers: { $ref: '#/components/schemas/DeadLetterHeaders' },
  payload: { type: ['string', 'null'], description: 'The bytes as they were, in whatever format.' },
  bindings: { kafka: { key: { type: ['string', 'null'], description: "The record's own key." }, ...BINDING } },
};
