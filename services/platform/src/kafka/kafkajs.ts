import { createRequire } from 'node:module';
import type * as KafkaJsModule from 'kafkajs';
import { groupByPartition } from './group-by-partition.ts';
import { incrementalAlterConfigs } from './incremental-alter-configs.ts';
import { produceRequest } from './produce-request.ts';
import { frameRequest } from './request-frame.ts';

/** The one place where kafkajs is loaded: after what it does slowly for each record, or wrongly, has been replaced (decision 0020). */
const require = createRequire(import.meta.url);

const REPLACEMENTS: Readonly<Record<string, unknown>> = {
  'kafkajs/src/protocol/requests/produce/v3/request.js': produceRequest,
  'kafkajs/src/protocol/request.js': frameRequest,
  'kafkajs/src/producer/groupMessagesPerPartition.js': groupByPartition,
  'kafkajs/src/protocol/requests/alterConfigs/v0/request.js': incrementalAlterConfigs,
  'kafkajs/src/protocol/requests/alterConfigs/v1/request.js': incrementalAlterConfigs,
};

const replace = (path: string, replacement: unknown): void => {
  require(path);
  const module = require.cache[require.resolve(path)];
  if (module === undefined) throw new Error(`${path} is not where it was`);
  module.exports = replacement;
};

for (const [path, replacement] of Object.entries(REPLACEMENTS)) replace(path, replacement);

export const { ConfigResourceTypes, Kafka, logLevel, Partitioners } = require('kafkajs') as typeof KafkaJsModule;
