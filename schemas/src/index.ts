export { type Codec, CodecError, createCodec, type DecodedRecord, type RecordName } from './codec.ts';
export type * from './generated/records.ts';
export { type RegistrySettings, registerSchemas } from './registry.ts';
export { createSubjects, type Registration, RegistryError, type SubjectFinding, type Subjects } from './subjects.ts';
export { MAX_MESSAGE_BYTES, type Topic, topicConfig, topics } from './topics.ts';
