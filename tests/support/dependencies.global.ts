import { type Dependencies, startDependencies } from '@tiktok-channel/local';
import { registerSchemas } from '@tiktok-channel/schemas';
import type { Runner } from 'mocha';

let dependencies: Dependencies | null = null;

/**
 * One Kafka, one registry and one PostgreSQL for a whole run of mocha; suites keep apart by topic prefixes and databases of
 * their own. They are at `KAFKA_BROKERS`, `SCHEMA_REGISTRY_URL` and `POSTGRES_URL` from the first hook on (not yet while
 * spec files are loaded). A run of unit specs alone starts nothing.
 */
export async function mochaGlobalSetup(this: Runner): Promise<void> {
  if (!needsDependencies(this)) return;
  dependencies = await startDependencies();
  process.env.KAFKA_BROKERS = dependencies.kafka.brokers;
  process.env.SCHEMA_REGISTRY_URL = dependencies.registry.url;
  process.env.POSTGRES_URL = dependencies.postgres.url;
  await registerSchemas({ url: dependencies.registry.url });
}

export async function mochaGlobalTeardown(): Promise<void> {
  await dependencies?.stop();
}

const needsDependencies = ({ suite }: Runner): boolean => {
  const files = [...suite.suites, ...suite.tests].map(({ file }) => file ?? '');
  // Side by side (`--parallel`) files are loaded later, by workers.
  const isKnown = files.length > 0;

  return !isKnown || files.some((file) => !file.endsWith('.unit.spec.ts'));
};
