import { databaseUrl } from '../database.ts';
import type { Addresses } from './addresses.ts';
import { AUDIENCE } from './settings.ts';

/** What the operator's command line needs to look after a system that runs here. */
export const operatorSettings = ({ internal, ...at }: Addresses): Readonly<Record<string, string>> => ({
  KAFKA_BROKERS: at.kafka,
  SCHEMA_REGISTRY_URL: at.schemaRegistry,
  PUBLIC_URL: at.public,
  TIKTOK_APP_ID: at.appId,
  TIKTOK_APP_SECRET: at.appSecret,
  TIKTOK_API_BASE_URL: `${at.simulator}/open_api`,
  CLOCK_URL: at.simulator,
  OIDC_ISSUER: at.public,
  OIDC_AUDIENCE: AUDIENCE,
  OIDC_JWKS_URL: `${internal.auth}/.well-known/jwks.json`,
  INGRESS_INTERNAL_URL: internal.ingress,
  AUTH_INTERNAL_URL: internal.auth,
  CONVERSATION_INTERNAL_URL: internal.conversation,
  OUTBOUND_INTERNAL_URL: internal.outbound,
  AUTH_DATABASE_URL: databaseUrl(at.postgres, 'auth'),
  CONVERSATION_DATABASE_URL: databaseUrl(at.postgres, 'conversation'),
  OUTBOUND_DATABASE_URL: databaseUrl(at.postgres, 'outbound'),
});
