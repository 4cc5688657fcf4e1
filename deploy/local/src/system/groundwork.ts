import { createKafka } from '@tiktok-channel/platform/kafka';
import type { Logger } from '@tiktok-channel/platform/kernel';
import { migrate } from '@tiktok-channel/platform/postgres';
import { MAX_MESSAGE_BYTES, registerSchemas, topics } from '@tiktok-channel/schemas';
import { createDatabase, databaseUrl } from '../database.ts';
import type { Dependencies } from '../dependencies.ts';
import { REPOSITORY } from '../folders.ts';
import type { ServiceName } from './addresses.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const WITH_DATABASE = ['auth', 'conversation', 'outbound'] as const satisfies readonly ServiceName[];

/** Quiet: what goes wrong here is thrown. */
const logger: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** Creates the topics that are missing; those that exist stay as they are. */
export const ensureTopics = async (brokers: string, topicPrefix: string): Promise<void> => {
  const kafka = createKafka({
    settings: { brokers: brokers.split(','), clientId: 'local', topicPrefix },
    logger,
  });
  const admin = kafka.createAdmin();
  await admin.start();
  try {
    await admin.ensureTopics(
      Object.values(topics).map(({ name, partitions, cleanup, retentionDays }) => ({
        topic: name,
        partitions,
        config: {
          'cleanup.policy': cleanup,
          'max.message.bytes': String(MAX_MESSAGE_BYTES),
          'retention.ms': String(retentionDays === null ? -1 : retentionDays * DAY_MS),
        },
      })),
    );
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
