import type { Dependencies } from '../dependencies.ts';
import type { ProcessName, ServiceName } from './addresses.ts';
import type { Placement } from './placement.ts';
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
const AUDIENCE = 'tiktok-channel';

export const baseUrl = (port: number): string => `http://${HOST}:${port}`;

/** The settings of every process: each gets what its concern needs and no more, as in production. */
export const settingsOf = (input: SettingsInput): Readonly<Record<ProcessName, Environment>> => {
  const { placement, databases } = input;
  const concerns = concernsOf(input);
  const { kafka, registry, people, services, tiktok, clock, publicUrl } = concerns;
  const common = (name: ServiceName): Environment => ({
    HOST,
    PORT: String(placement[name].port),
    INTERNAL_PORT: String(placement[name].internalPort),
    NODE_ENV: 'development',
    ...clock,
    ...publicUrl,
    ...(databases[name] ? { DATABASE_URL: databases[name] } : {}),
  });

  return {
    ingress: { ...common('ingress'), ...kafka, ...registry, ...tiktok.app },
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
  const simulatorUrl = baseUrl(placement.simulator.port);
  const publicUrl = baseUrl(placement.console.port);

  return {
    publicUrl: { PUBLIC_URL: publicUrl },
    clock: { CLOCK_URL: simulatorUrl },
    kafka: { KAFKA_BROKERS: dependencies.kafka.brokers, KAFKA_TOPIC_PREFIX: topicPrefix },
    registry: { SCHEMA_REGISTRY_URL: dependencies.registry.url },
    // Outside production auth is the OpenID provider.
    people: {
      OIDC_ISSUER: publicUrl,
      OIDC_AUDIENCE: AUDIENCE,
      OIDC_JWKS_URL: `${baseUrl(placement.auth.internalPort)}/.well-known/jwks.json`,
    },
    services: {
      SERVICE_TOKEN_SECRETS: secrets.serviceToken,
      AUTH_INTERNAL_URL: baseUrl(placement.auth.internalPort),
      CONVERSATION_INTERNAL_URL: baseUrl(placement.conversation.internalPort),
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
      INGRESS_URL: baseUrl(placement.ingress.port),
      AUTH_URL: baseUrl(placement.auth.port),
      CONVERSATION_URL: baseUrl(placement.conversation.port),
      OUTBOUND_URL: baseUrl(placement.outbound.port),
      SIMULATOR_URL: simulatorUrl,
    },
    simulator: {
      HOST,
      PORT: String(placement.simulator.port),
      SIMULATOR_APP_ID: secrets.appId,
      SIMULATOR_APP_SECRET: secrets.appSecret,
      SIMULATOR_REDIRECT_URLS: `${publicUrl}/tiktok/callback`,
      SIMULATOR_WEBHOOK_URL: `${publicUrl}/webhooks/tiktok`,
      SIMULATOR_ACCOUNT_SEED: secrets.simulatorSeed,
    },
  };
};
