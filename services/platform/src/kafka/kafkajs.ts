import { createRequire } from 'node:module';
import type * as KafkaJsModule from 'kafkajs';
import { produceRequest } from './produce-request.ts';

/** The one place where kafkajs is loaded: after its Produce request has been replaced (decision 0020). */
const require = createRequire(import.meta.url);

const PRODUCE_REQUEST = 'kafkajs/src/protocol/requests/produce/v3/request.js';

const replaceProduceRequest = (): void => {
  require(PRODUCE_REQUEST);
  const module = require.cache[require.resolve(PRODUCE_REQUEST)];
  if (module === undefined) throw new Error(`${PRODUCE_REQUEST} is not where it was`);
  module.exports = produceRequest;
};

replaceProduceRequest();

export const { Kafka, logLevel, Partitioners } = require('kafkajs') as typeof KafkaJsModule;
