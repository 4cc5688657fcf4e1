import { createRequire } from 'node:module';
import type * as KafkaJsModule from 'kafkajs';
import { groupByPartition } from './group-by-partition.ts';
import { produceRequest } from './produce-request.ts';
import { frameRequest } from './request-frame.ts';

/** The one place where kafkajs is loaded: after what it does slowly for each record has been replaced (decision 0020). */
const require = createRequire(import.meta.url);

const REPLACEMENTS: Readonly<Record<string, unknown>> = {
  'kafkajs/src/protocol/requests/produce/v3/request.js': produceRequest,
  'kafkajs/src/protocol/request.js': frameRequest,
  'kafkajs/src/producer/groupMessagesPerPartition.js': groupByPartition,
};

const replace = (path: string, replacement: unknown): void => {
  require(path);
  const module = require.cache[require.resolve(path)];
  if (module === undefined) throw new Error(`${path} is not where it was`);
  module.exports = replacement;
};

for (const [path, replacement] of Object.entries(REPLACEMENTS)) replace(path, replacement);

export const { Kafka, logLevel, Partitioners } = require('kafkajs') as typeof KafkaJsModule;
