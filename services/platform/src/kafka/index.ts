export type { Admin, Cluster, LogRange } from './admin.ts';
export type { KafkaSettings } from './client.ts';
export type {
  Batch,
  BatchOutcome,
  Consumer,
  ConsumerOptions,
  Decoded,
  DecodedRecord,
  PartitionReport,
  PartitionState,
  PositionReader,
} from './consumer-types.ts';
export { decodeWith } from './decode-with.ts';
export { KafkaSendError } from './errors.ts';
export { cloudEventHeaders, HEADERS } from './headers.ts';
export { createKafka, type Kafka } from './kafka.ts';
export { partitionOf } from './murmur2.ts';
export type { Producer } from './producer.ts';
export type { ReadBatch, Reader } from './reader.ts';
export { type IncomingRecord, type OutgoingRecord, partitionKey, type TopicPartition } from './records.ts';
export type { ConfigChange, TopicPlan, TopicSpec } from './topic-plans.ts';
