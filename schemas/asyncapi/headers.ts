/** Kafka's headers as JSON Schema. Their values are bytes; all of these are UTF-8 text. */

const EVENT_ID = '9c79cb22-6bad-5545-ba36-7307977e11d7';

export const cloudEventHeaders = {
  type: 'object',
  description: 'CloudEvents 1.0 in binary mode, and W3C trace context.',
  required: ['ce_specversion', 'ce_id', 'ce_source', 'ce_type'],
  properties: {
    ce_specversion: { type: 'string', const: '1.0', description: 'Version of CloudEvents.' },
    ce_id: {
      type: 'string',
      minLength: 1,
      description: 'The same for every delivery of the same fact, a history import included: drop duplicates by it.',
      examples: [EVENT_ID],
    },
    ce_source: {
      type: 'string',
      format: 'uri-reference',
      description: 'Who wrote it.',
      examples: ['/tiktok-channel/ingress'],
    },
    ce_type: {
      type: 'string',
      description: 'Full name of the record.',
      examples: ['tiktok.messages.v1.MessageReceived'],
    },
    ce_time: {
      type: 'string',
      format: 'date-time',
      description: 'When it happened, UTC.',
      examples: ['2026-01-01T00:00:00.000Z'],
    },
    ce_subject: { type: 'string', description: 'What it is about, such as a message id.', examples: ['MSG-0001'] },
    ce_partitionkey: { type: 'string', description: "The record's key.", examples: ['CONV+a/b=='] },
    ce_correlationid: {
      type: 'string',
      description: 'What it belongs to: carried on from event to event.',
      examples: [EVENT_ID],
    },
    ce_causationid: { type: 'string', description: 'Id of the event that it follows from.', examples: [EVENT_ID] },
    'content-type': { type: 'string', const: 'application/avro', description: 'Format of the value.' },
    traceparent: {
      type: 'string',
      description: 'W3C trace context.',
      examples: ['00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'],
    },
  },
} as const;

export const deadLetterHeaders = {
  type: 'object',
  description: "Beside the record's own headers: why it was set aside, and where it came from.",
  required: ['dlq_reason', 'dlq_attempts', 'dlq_topic', 'dlq_partition', 'dlq_offset', 'dlq_group'],
  properties: {
    dlq_reason: { type: 'string', description: 'Stable snake_case word.', examples: ['undecodable'] },
    dlq_attempts: { type: 'string', pattern: '^[0-9]+$', description: 'How often it was tried.', examples: ['1'] },
    dlq_topic: { type: 'string', description: 'Where it was read.', examples: ['tiktok.messages.v1'] },
    dlq_partition: { type: 'string', pattern: '^[0-9]+$', description: 'Its partition there.', examples: ['7'] },
    dlq_offset: { type: 'string', pattern: '^[0-9]+$', description: 'Its offset there.', examples: ['42'] },
    dlq_group: { type: 'string', description: 'The consumer group that gave it up.', examples: ['outbound.commands'] },
    dlq_value_omitted: {
      type: 'string',
      description:
        'Present when the value is missing because value and headers together were too large for this topic.',
      examples: ['too_large'],
    },
    dlq_redriven_from: {
      type: 'string',
      pattern: '^[0-9]+-[0-9]+$',
      description:
        'Present when it had been given back and failed once more: partition and offset of the dead letter before.',
      examples: ['7-12'],
    },
  },
} as const;
