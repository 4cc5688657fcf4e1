export type { Admin, LogRange, TopicSpec } from './admin.ts';
export type { KafkaSettings } from './client.ts';
export type {
  Batch,
  BatchOutcome,
  Consumer,
  ConsumerHealth,
  ConsumerOptions,
  Decoded,
  DecodedRecord,
  PositionReader,
} from './consumer-types.ts';
export { eachRecord } from './each-record.ts';
export { KafkaSendError, type KafkaSendErrorCode } from './errors.ts';
export { type CloudEvent, cloudEventHeaders, HEADERS } from './headers.ts';
export { createKafka, type Kafka } from './kafka.ts';
export type { Producer, ProducerOptions } from './producer.ts';
export { type IncomingRecord, type OutgoingRecord, partitionKey, type TopicPartition } from './records.ts';
export { inTraceOf } from './tracing.ts';
