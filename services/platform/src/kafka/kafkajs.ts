import { createRequire } from 'node:module';
import type * as KafkaJsModule from 'kafkajs';
import { encodeRecord } from './record-encoder.ts';

/** The one place where kafkajs is loaded: after its record encoder has been replaced (decision 0003). */
const require = createRequire(import.meta.url);

const RECORD_ENCODER = 'kafkajs/src/protocol/recordBatch/record/v0/index.js';

const replaceRecordEncoder = (): void => {
  require(RECORD_ENCODER);
  const module = require.cache[require.resolve(RECORD_ENCODER)];
  if (module === undefined) throw new Error(`${RECORD_ENCODER} is not where it was`);
  module.exports = encodeRecord;
};

replaceRecordEncoder();

export const { Kafka, logLevel, Partitioners } = require('kafkajs') as typeof KafkaJsModule;
