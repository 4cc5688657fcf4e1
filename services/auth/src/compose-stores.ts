import { kafkaConnection } from '@tiktok-channel/platform/config';
import { createKafka } from '@tiktok-channel/platform/kafka';
import { createFromRegistry, type Part } from '@tiktok-channel/platform/lifecycle';
import { createOutboxRelay } from '@tiktok-channel/platform/outbox';
import { createDatabasePulse, createOutboxStore, enqueue, onDatabase } from '@tiktok-channel/platform/postgres';
import { currentTraceparent } from '@tiktok-channel/platform/telemetry';
import { createCodec, topics } from '@tiktok-channel/schemas';
import { createPublishedRecords, WRITTEN_RECORDS } from './adapters/kafka/published-records.ts';
import { createChannelActivities } from './adapters/persistence/activities.repository.ts';
import { createAuthorizations } from './adapters/persistence/authorizations.repository.ts';
import { createChannelHealths } from './adapters/persistence/channel-health.queries.ts';
import { createChannelStream } from './adapters/persistence/channel-stream.ts';
import { createChannels } from './adapters/persistence/channels.repository.ts';
import { createDatabase, type Database } from './adapters/persistence/database.ts';
import { createFeatures } from './adapters/persistence/features.repository.ts';
import { createRevocations } from './adapters/persistence/revocations.repository.ts';
import { createSealedValues } from './adapters/persistence/sealed-values.repository.ts';
import { createSealing } from './adapters/persistence/sealing.ts';
import { createSigningKeys } from './adapters/persistence/signing-keys.repository.ts';
import { createTokens } from './adapters/persistence/tokens.repository.ts';
import { createWebhookRegistrations } from './adapters/persistence/webhook-registrations.repository.ts';
import type { Act, SealedValues } from './application/ports.ts';
import { authMigrations, type Core, ids, isProduction } from './compose-core.ts';

/** The database, what is kept in it, the codec, and the relay that publishes what the database leaves. */
export const composeStores = (core: Core) => {
  const { settings, logger, clock, report } = core;
  const database = createDatabase(settings.DATABASE_URL);
  const sealing = createSealing(settings.TOKEN_ENCRYPTION_KEYS);
  const signingKeys = createSigningKeys({ database, sealing, clock });
  const codec = createFromRegistry({
    open: () => createCodec({ registry: { url: settings.SCHEMA_REGISTRY_URL }, writes: WRITTEN_RECORDS }),
    logger,
  });
  const records = () => createPublishedRecords(codec.current(), currentTraceparent);
  const kafka = createKafka({
    settings: { ...kafkaConnection(settings), clientId: 'auth' },
    logger,
  });
  const relay = composeRelay(core, database, kafka);
  const onEnqueued = () => relay.poke();
  const handleChannel = createChannelStream({
    database,
    clock,
    publish: (...event) => records().channelEvent(...event),
    onEnqueued,
    report: report.channel,
  });
  const registrations = createWebhookRegistrations({ database, appId: settings.TIKTOK_APP_ID });
  const sealedValues = createSealedValues({ database, sealing });
  const parts: readonly Part[] = [
    createDatabasePulse(database, { migrations: authMigrations, logger }),
    { name: 'sealing keys', start: () => missKeys(core, sealedValues) },
    codec,
    relay,
    ...(isProduction(settings) ? [] : [{ name: 'local keys', start: () => signingKeys.published().then(() => {}) }]),
  ];
  return {
    parts,
    kafka,
    codec: () => codec.current(),
    signingKeys,
    channels: createChannels({
      database,
      handleChannel,
      sealing,
      completed: (...completion) => records().authorizationCompleted(...completion),
      auditEnd: (...ended) => records().channelEnded(...ended),
    }),
    attempts: createAuthorizations({
      database,
      clock,
      auditStart: (...start) => records().authorizationStarted(...start),
      onEnqueued,
    }),
    tokens: createTokens({ database, handleChannel, sealing, ids }),
    revocations: createRevocations({ database, sealing }),
    features: createFeatures({
      database,
      clock,
      auditSwitch: (...switched) => records().featureSwitched(...switched),
      onEnqueued,
    }),
    activities: createChannelActivities(database),
    registrations,
    healths: createChannelHealths({ database, registrations }),
    sealedValues,
    auditReseal: async (act: Act) => {
      const atMs = clock.now();
      await onDatabase(() => enqueue(database, [records().tokensResealed(act, atMs)], atMs));
      onEnqueued();
    },
    database,
  };
};

export type Stores = ReturnType<typeof composeStores>;

/** A key that was taken out of the settings too early is told at the start, not at the channel's next renewal. */
const missKeys = async ({ settings, logger }: Core, values: SealedValues): Promise<void> => {
  const known = new Set(settings.TOKEN_ENCRYPTION_KEYS.map(({ id }) => id));
  const missing = [...(await values.countByKey())].filter(([id]) => !known.has(id));
  for (const [keyId, count] of missing) logger.error('sealing.key_missing', { keyId, count });
};

const composeRelay = ({ clock, logger }: Core, database: Database, kafka: ReturnType<typeof createKafka>) =>
  createOutboxRelay({
    store: createOutboxStore(database),
    createProducer: kafka.createProducer,
    transactionalId: 'auth.outbox',
    compactedTopics: new Set([topics.channels.name]),
    clock,
    logger,
  });
