import { createKafka } from '@tiktok-channel/platform/kafka';
import { silentLogger } from '@tiktok-channel/platform/kernel';
import { migrate } from '@tiktok-channel/platform/postgres';
import { registerSchemas, topicSpec, topics } from '@tiktok-channel/schemas';
import { createDatabase, databaseUrl } from '../database.ts';
import type { Dependencies } from '../dependencies.ts';
import { REPOSITORY } from '../folders.ts';
import type { ServiceName } from './addresses.ts';

const WITH_DATABASE = ['auth', 'conversation', 'outbound'] as const satisfies readonly ServiceName[];

/** Creates the topics that are missing and puts the settings of the others right, as `topics ensure` does. */
export const ensureTopics = async (brokers: string, topicPrefix: string): Promise<void> => {
  const kafka = createKafka({
    settings: { brokers: brokers.split(','), clientId: 'local', topicPrefix },
    logger: silentLogger,
  });
  const admin = kafka.createAdmin();
  await admin.start();
  try {
    const plans = await admin.planTopics(Object.values(topics).map(topicSpec));
    const refused = plans.filter(({ kind }) => kind === 'refuse').map(({ spec }) => spec.topic);
    if (refused.length > 0) {
      throw new Error(`topics have another number of partitions, which cannot be changed: ${refused.join(', ')}`);
    }
    await admin.applyTopicPlans(plans);
  } finally {
    await admin.stop();
  }
};

export const ensureSchemas = ({ url }: Dependencies['registry']): Promise<void> => registerSchemas({ url });

/** Connection URL of each database, by the service that owns it. */
export const databasesOf = (postgresUrl: string, prefix: string): Readonly<Partial<Record<ServiceName, string>>> =>
  Object.fromEntries(WITH_DATABASE.map((name) => [name, databaseUrl(postgresUrl, `${prefix}${name}`)]));

/** Creates and migrates the database of every service that has one. */
export const ensureDatabases = async (postgresUrl: string, prefix: string): Promise<void> => {
  for (const name of WITH_DATABASE) {
    const url = await createDatabase(postgresUrl, `${prefix}${name}`);
    await migrate({ url, folder: new URL(`services/${name}/prisma/migrations/`, REPOSITORY), logger: silentLogger });
  }
};
