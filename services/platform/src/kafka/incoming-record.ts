import type { KafkaMessage } from 'kafkajs';
import type { IncomingRecord, TopicPartition } from './records.ts';

export const incomingRecord = ({ topic, partition }: TopicPartition, message: KafkaMessage): IncomingRecord => ({
  topic,
  partition,
  offset: BigInt(message.offset),
  key: message.key === null ? null : message.key.toString(),
  value: message.value,
  headers: headersOf(message),
  timestampMs: Number(message.timestamp),
});

/** Of a header that occurs more than once the last counts, as it does for Kafka's own `lastHeader`. */
const headersOf = ({ headers }: KafkaMessage): Record<string, string> => {
  const result: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name];
    const last = Array.isArray(value) ? value.at(-1) : value;
    if (last !== undefined) result[name] = last.toString();
  }
  return result;
};
