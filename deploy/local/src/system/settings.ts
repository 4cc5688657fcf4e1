import type { Dependencies } from '../dependencies.ts';
import { type ProcessName, REPLICATED, type ServiceName } from './addresses.ts';
import type { Placement, Ports } from './placement.ts';
import type { Secrets } from './secrets.ts';

export type Environment = Readonly<Record<string, string>>;

export interface SettingsInput {
  readonly dependencies: Pick<Dependencies, 'kafka' | 'registry'>;
  readonly placement: Placement;
  readonly secrets: Secrets;
  readonly topicPrefix: string;
  /** Connection URL of each service's own database. */
  readonly databases: Readonly<Partial<Record<ServiceName, string>>>;
}

const HOST = '127.0.0.1';
export const AUDIENCE = 'tiktok-channel';

export const baseUrl = (port: number): string => `http://${HOST}:${port}`;

/** Where a process listens; all else its replicas have in common. */
export const listensOn = (name: ProcessName, { port, internalPort }: Ports): Environment => ({
  HOST,
  PORT: String(port),
  ...(name === 'simulator' ? {} : { INTERNAL_PORT: String(internalPort) }),
});

/** The settings of every process: each gets what its concern needs and no more, as in production. */
export const settingsOf = (input: SettingsInput): Readonly<Record<ProcessName, Environment>> => {
  const { databases } = input;
  const concerns = concernsOf(input);
  const { kafka, registry, people, services, tiktok, clock, publicUrl } = concerns;
  const common = (name: ServiceName): Environment => ({
    NODE_ENV: 'development',
    ...clock,
    ...publicUrl,
    ...(databases[name] ? { DATABASE_URL: databases[name] } : {}),
  });

  return {
    ingress: { ...common('ingress'), ...kafka, ...registry, ...tiktok.app },
    history: { ...common('history'), ...kafka, ...registry, ...people, ...services, ...tiktok.api },
    auth: {
      ...common('auth'),
      ...kafka,
      ...registry,
      ...people,
      ...services,
      ...tiktok.app,
      ...tiktok.api,
      ...tiktok.oauth,
    },
    conversation: { ...common('conversation'), ...kafka, ...registry, ...people, ...services, ...tiktok.api },
    outbound: { ...common('outbound'), ...kafka, ...registry, ...people, ...services, ...tiktok.api },
    console: { ...common('console'), ...concerns.upstreams },
    simulator: concerns.simulator,
  };
};

const concernsOf = ({ dependencies, placement, secrets, topicPrefix }: SettingsInput) => {
  const { processes, callees } = placement;
  const simulatorUrl = baseUrl(processes.simulator[0].port);
  const publicUrl = baseUrl(processes.console[0].port);
  const authInternalUrl = baseUrl(callees.auth);

  return {
    publicUrl: { PUBLIC_URL: publicUrl },
    clock: { CLOCK_URL: simulatorUrl },
    kafka: { KAFKA_BROKERS: dependencies.kafka.brokers, KAFKA_TOPIC_PREFIX: topicPrefix },
    registry: { SCHEMA_REGISTRY_URL: dependencies.registry.url },
    // Outside production auth is the OpenID provider.
    people: {
      OIDC_ISSUER: publicUrl,
      OIDC_AUDIENCE: AUDIENCE,
      OIDC_JWKS_URL: `${authInternalUrl}/.well-known/jwks.json`,
    },
    services: {
      SERVICE_TOKEN_SECRETS: secrets.serviceToken,
      AUTH_INTERNAL_URL: authInternalUrl,
      CONVERSATION_INTERNAL_URL: baseUrl(callees.conversation),
    },
    tiktok: {
      app: { TIKTOK_APP_ID: secrets.appId, TIKTOK_APP_SECRET: secrets.appSecret },
      api: { TIKTOK_API_BASE_URL: `${simulatorUrl}/open_api`, TIKTOK_API_VERSION: 'v1.3' },
      oauth: {
        TIKTOK_AUTHORIZE_URL: `${simulatorUrl}/v2/auth/authorize`,
        TOKEN_ENCRYPTION_KEYS: `local:${secrets.tokenEncryptionKey}`,
        STATE_SECRETS: secrets.oauthState,
      },
    },
    upstreams: {
      ...upstreamsOf(processes),
      HISTORY_URL: baseUrl(processes.history[0].port),
      SIMULATOR_URL: simulatorUrl,
    },
    simulator: {
      SIMULATOR_APP_ID: secrets.appId,
      SIMULATOR_APP_SECRET: secrets.appSecret,
      SIMULATOR_REDIRECT_URLS: `${publicUrl}/tiktok/callback`,
      SIMULATOR_WEBHOOK_URL: `${publicUrl}/webhooks/tiktok`,
      SIMULATOR_ACCOUNT_SEED: secrets.simulatorSeed,
    },
  };
};

/** For the public origin, which spreads requests over the replicas and asks each whether it is ready. */
const upstreamsOf = (processes: Placement['processes']): Environment =>
  Object.fromEntries(
    REPLICATED.flatMap((name) => [
      [`${name.toUpperCase()}_URL`, processes[name].map(({ port }) => baseUrl(port)).join()],
      [`${name.toUpperCase()}_INTERNAL_URL`, processes[name].map(({ internalPort }) => baseUrl(internalPort)).join()],
    ]),
  );
