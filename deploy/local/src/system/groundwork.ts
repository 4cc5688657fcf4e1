import { createKafka } from '@tiktok-channel/platform/kafka';
import type { Logger } from '@tiktok-channel/platform/kernel';
import { migrate } from '@tiktok-channel/platform/postgres';
import { registerSchemas, topicConfig, topics } from '@tiktok-channel/schemas';
import { createDatabase, databaseUrl } from '../database.ts';
import type { Dependencies } from '../dependencies.ts';
import { REPOSITORY } from '../folders.ts';
import type { ServiceName } from './addresses.ts';

const WITH_DATABASE = ['auth', 'conversation', 'outbound'] as const satisfies readonly ServiceName[];

/** Quiet: what goes wrong here is thrown. */
const logger: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** Creates the topics that are missing and puts the settings of the others right, as `topics ensure` does. */
export const ensureTopics = async (brokers: string, topicPrefix: string): Promise<void> => {
  const kafka = createKafka({
    settings: { brokers: brokers.split(','), clientId: 'local', topicPrefix },
    logger,
  });
  const admin = kafka.createAdmin();
  await admin.start();
  try {
    const specs = Object.values(topics).map((topic) => ({
      topic: topic.name,
      partitions: topic.partitions,
      config: topicConfig(topic),
    }));
    const plans = await admin.planTopics(specs);
    const refused = plans.filter(({ kind }) => kind === 'refuse').map(({ spec }) => spec.topic);
    if (refused.length > 0) {
      throw new Error(`topics have another number of partitions, which cannot be changed: ${refused.join(', ')}`);
    }
    await admin.applyTopicPlans(plans);
  } finally {
    await admin.stop();
  }
};

export const ensureSchemas = async (registry: Dependencies['registry']): Promise<void> => {
  await registerSchemas({ url: registry.url });
};

/** Connection URL of each database, by the service that owns it. */
export const databasesOf = (postgresUrl: string, prefix: string): Readonly<Partial<Record<ServiceName, string>>> =>
  Object.fromEntries(WITH_DATABASE.map((name) => [name, databaseUrl(postgresUrl, `${prefix}${name}`)]));

/** Creates and migrates the database of every service that has one. */
export const ensureDatabases = async (postgresUrl: string, prefix: string): Promise<void> => {
  for (const name of WITH_DATABASE) {
    const url = await createDatabase(postgresUrl, `${prefix}${name}`);
    await migrate({ url, folder: new URL(`services/${name}/prisma/migrations/`, REPOSITORY), logger });
  }
};
