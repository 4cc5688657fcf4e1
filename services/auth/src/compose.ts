import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { createServiceClock } from '@tiktok-channel/platform/clock';
import { createHttpClient } from '@tiktok-channel/platform/http-client';
import { createApp, createHttpServer, createInternalApp } from '@tiktok-channel/platform/http-server';
import { createIdentifyPerson, type IdentifyPerson, requireService } from '@tiktok-channel/platform/identity';
import { createKafka } from '@tiktok-channel/platform/kafka';
import type { Clock, IdGenerator, Logger } from '@tiktok-channel/platform/kernel';
import { createFromRegistry, createLifecycle, type Lifecycle, type Part } from '@tiktok-channel/platform/lifecycle';
import { createOutboxRelay } from '@tiktok-channel/platform/outbox';
import { createDatabasePulse, createOutboxStore } from '@tiktok-channel/platform/postgres';
import { currentTraceparent, telemetry, telemetryPart } from '@tiktok-channel/platform/telemetry';
import { createTikTokApi } from '@tiktok-channel/platform/tiktok';
import { createCodec, topics } from '@tiktok-channel/schemas';
import { mountAccessTokens } from './adapters/http/access-token.routes.ts';
import { CALLBACK_PATH, mountAuthorization } from './adapters/http/authorization.routes.ts';
import { mountChannels } from './adapters/http/channels.routes.ts';
import { mountLocalAuthorization } from './adapters/http/local-authorization.routes.ts';
import { mountLocalKeys, mountLocalTokens } from './adapters/http/local-sign-in.routes.ts';
import { createPublishedRecords, WRITTEN_RECORDS } from './adapters/kafka/published-records.ts';
import { createAuthorizations } from './adapters/persistence/authorizations.repository.ts';
import { createChannelStream } from './adapters/persistence/channel-stream.ts';
import { createChannels } from './adapters/persistence/channels.repository.ts';
import { createDatabase } from './adapters/persistence/database.ts';
import { createSealing } from './adapters/persistence/sealing.ts';
import { loadSigningKeys, type SigningKeyPair } from './adapters/persistence/signing-keys.repository.ts';
import { createTokens } from './adapters/persistence/tokens.repository.ts';
import { createStateTokens } from './adapters/tiktok/state-token.ts';
import { createTikTokClient } from './adapters/tiktok/tiktok.client.ts';
import { createCompleteAuthorization } from './application/complete-authorization.ts';
import { createHandOutToken } from './application/hand-out-token.ts';
import type { TikTok } from './application/ports.ts';
import { createStartAuthorization } from './application/start-authorization.ts';
import type { AuthSettings } from './config.ts';
import { wantedScopes } from './domain/scopes.ts';
import { createReporters } from './telemetry.ts';

export { type AuthSettings, readAuthSettings } from './config.ts';

/** Folder of this service's migrations, for the deploy step and for tests. */
export const authMigrations = new URL('../prisma/migrations/', import.meta.url);

export interface AuthOptions {
  readonly settings: AuthSettings;
  readonly logger: Logger;
  /** In place of the clock that the settings ask for. */
  readonly clock?: Clock;
  /** In place of TikTok's API. */
  readonly tiktok?: TikTok;
}

export interface Auth {
  readonly lifecycle: Lifecycle;
  /** Base URLs, once started. */
  addresses(): { readonly public: string; readonly internal: string };
}

/** Services that act on channels, and so need their tokens. */
const TOKEN_USERS = ['outbound', 'conversation', 'ingress'] as const;

const ids: IdGenerator = { next: () => randomUUID() };
const keys = { next: () => randomBytes(32).toString('base64url') };

export const composeAuth = (options: AuthOptions): Auth => {
  const { settings, logger } = options;
  const time = createServiceClock({ service: 'auth', url: settings.CLOCK_URL, given: options.clock, logger });
  const stores = composeStores(options, time.clock);
  const tiktok = composeTikTok(options, time.clock);
  const useCases = composeUseCases(options, { clock: time.clock, stores, tiktok: tiktok.port });

  const parts: Part[] = [];
  const lifecycle = createLifecycle({ parts, logger });
  const servers = composeServers(options, { clock: time.clock, stores, useCases, lifecycle });
  parts.push(telemetryPart, ...time.parts, ...stores.parts, ...tiktok.parts, servers.internal, servers.open, {
    name: 'announcement',
    start: () => logger.info('service.ready', { port: servers.open.port(), internalPort: servers.internal.port() }),
  });

  return {
    lifecycle,
    addresses: () => ({ public: servers.open.url(), internal: servers.internal.url() }),
  };
};

const composeTikTok = ({ settings, tiktok }: AuthOptions, clock: Clock): { port: TikTok; parts: readonly Part[] } => {
  if (tiktok !== undefined) return { port: tiktok, parts: [] };
  const [appSecret] = settings.TIKTOK_APP_SECRET;
  if (appSecret === undefined) throw new TypeError('TikTok wants the secret of the app');
  const client = createHttpClient({ name: 'tiktok' });
  const port = createTikTokClient({
    api: createTikTokApi({ client, baseUrl: settings.TIKTOK_API_BASE_URL, version: settings.TIKTOK_API_VERSION }),
    settings: {
      authorizeUrl: settings.TIKTOK_AUTHORIZE_URL,
      appId: settings.TIKTOK_APP_ID,
      appSecret,
      redirectUri: `${settings.PUBLIC_URL}${CALLBACK_PATH}`,
      scopes: wantedScopes(settings.TIKTOK_SCOPES),
    },
    clock,
  });
  return { port, parts: [{ name: 'tiktok', stop: client.close }] };
};

/** The database, what is kept in it, and the relay that publishes what it leaves. */
const composeStores = ({ settings, logger }: AuthOptions, clock: Clock) => {
  const database = createDatabase(settings.DATABASE_URL);
  const sealing = createSealing(settings.TOKEN_ENCRYPTION_KEYS);
  const signingKeys = late<SigningKeyPair>();
  const records = createFromRegistry({
    open: async () =>
      createPublishedRecords(
        await createCodec({ registry: { url: settings.SCHEMA_REGISTRY_URL }, writes: WRITTEN_RECORDS }),
        currentTraceparent,
      ),
    logger,
  });
  const relay = composeRelay(settings, { database, clock, logger });
  const onEnqueued = () => relay.poke();

  const handleChannel = createChannelStream({
    database,
    clock,
    publish: (...event) => records.current().channelEvent(...event),
    onEnqueued,
  });
  const loadKeys = async () => signingKeys.set(await loadSigningKeys({ database, sealing, clock }));
  const parts: readonly Part[] = [
    createDatabasePulse(database, logger),
    records,
    relay,
    ...(isProduction(settings) ? [] : [{ name: 'local-keys', start: loadKeys }]),
  ];
  return {
    parts,
    signingKeys: signingKeys.get,
    channels: createChannels({
      database,
      handleChannel,
      sealing,
      auditCompletion: (...completion) => records.current().authorizationCompleted(...completion),
    }),
    attempts: createAuthorizations({
      database,
      clock,
      auditStart: (...start) => records.current().authorizationStarted(...start),
      onEnqueued,
    }),
    tokens: createTokens({ database, handleChannel, sealing, ids }),
  };
};

type Stores = ReturnType<typeof composeStores>;

const composeRelay = (
  settings: AuthSettings,
  {
    database,
    clock,
    logger,
  }: { readonly database: ReturnType<typeof createDatabase>; readonly clock: Clock; readonly logger: Logger },
) => {
  const kafka = createKafka({
    settings: { brokers: settings.KAFKA_BROKERS, topicPrefix: settings.KAFKA_TOPIC_PREFIX, clientId: 'auth' },
    logger,
  });
  return createOutboxRelay({
    store: createOutboxStore(database),
    createProducer: kafka.createProducer,
    transactionalId: 'auth.outbox',
    compactedTopics: new Set([topics.channels.name]),
    clock,
    logger,
  });
};

const composeUseCases = (
  { settings, logger }: AuthOptions,
  { clock, stores, tiktok }: { readonly clock: Clock; readonly stores: Stores; readonly tiktok: TikTok },
) => {
  const { attempts, channels, tokens } = stores;
  const states = createStateTokens({ secrets: settings.STATE_SECRETS, clock });
  const scopePolicy = settings.TIKTOK_SCOPES;
  const allowedReturnTo = settings.RETURN_TO_PATHS;
  const report = createReporters(logger);
  return {
    start: createStartAuthorization({ attempts, channels, states, tiktok, clock, ids, keys, allowedReturnTo }),
    complete: createCompleteAuthorization({
      attempts,
      channels,
      states,
      tiktok,
      scopePolicy,
      clock,
      report: report.authorization,
    }),
    handOutToken: createHandOutToken({ tokens, tiktok, scopePolicy, clock, report: report.refresh, pause }),
  };
};

interface Served {
  readonly clock: Clock;
  readonly stores: Stores;
  readonly useCases: ReturnType<typeof composeUseCases>;
  readonly lifecycle: Lifecycle;
}

const composeServers = ({ settings, logger }: AuthOptions, served: Served) => {
  const { clock, stores, useCases } = served;
  const { HOST: host, OIDC_ISSUER: issuer, OIDC_AUDIENCE: audience } = settings;
  const ownKeysUrl = () => `http://127.0.0.1:${internal.port()}/.well-known/jwks.json`;
  const identify = identifyLater(() =>
    createIdentifyPerson({ issuer, audience, jwksUrl: settings.OIDC_JWKS_URL ?? ownKeysUrl() }, { clock }),
  );

  const publicApp = createApp({
    logger,
    mount: (app) => {
      mountAuthorization(app, { identify, publicUrl: settings.PUBLIC_URL, ...useCases });
      mountChannels(app, { identify, channels: stores.channels });
      if (!isProduction(settings)) {
        mountLocalTokens(app, { keys: stores.signingKeys, issuer, audience, clock });
        mountLocalAuthorization(app, { start: useCases.start, publicUrl: settings.PUBLIC_URL });
      }
    },
  });
  const internalApp = composeInternalApp({ settings, logger }, served);
  const internal = createHttpServer({
    name: 'internal HTTP',
    listener: internalApp,
    host,
    port: settings.INTERNAL_PORT,
  });
  const open = createHttpServer({ name: 'public HTTP', listener: publicApp, host, port: settings.PORT });
  return { internal, open };
};

const composeInternalApp = ({ settings, logger }: AuthOptions, { clock, stores, useCases, lifecycle }: Served) =>
  createInternalApp({
    logger,
    lifecycle,
    handleMetrics: (request, response) => telemetry().handleMetrics(request, response),
    mount: (app) => {
      mountAccessTokens(app, {
        requireService: requireService({
          audience: 'auth',
          allowed: TOKEN_USERS,
          secrets: settings.SERVICE_TOKEN_SECRETS,
          clock,
        }),
        handOutToken: useCases.handOutToken,
      });
      if (!isProduction(settings)) mountLocalKeys(app, { keys: stores.signingKeys });
    },
  });

const isProduction = (settings: AuthSettings): boolean => settings.NODE_ENV === 'production';

/** The address of our own keys is known once the port is. */
const identifyLater = (create: () => IdentifyPerson): IdentifyPerson => {
  let identify: IdentifyPerson | undefined;
  return (authorization) => {
    identify ??= create();
    return identify(authorization);
  };
};

/** What is known only once the service has started. */
const late = <T extends object>() => {
  let value: T | undefined;
  return {
    set: (known: T) => {
      value = known;
    },
    get: (): T => {
      if (value === undefined) throw new Error('the service has not started yet');
      return value;
    },
  };
};
