export { type Codec, CodecError, createCodec, type DecodedRecord, type RecordName } from './codec.ts';
export type * from './generated/records.ts';
export { type RegistrySettings, registerSchemas } from './registry.ts';
export { MAX_MESSAGE_BYTES, type Topic, topicConfig, topics } from './topics.ts';
