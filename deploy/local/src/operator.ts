import { readFile } from 'node:fs/promises';
import { runOperator } from '@tiktok-channel/operator';
import { databaseUrl } from './database.ts';
import { places } from './places.ts';
import type { Addresses } from './system/addresses.ts';

/** `npm run tiktok-channel -- <command>`: the operator's command line beside `npm start`. */

const readAddresses = async (): Promise<Addresses | null> => {
  try {
    return JSON.parse(await readFile(places.addresses, 'utf8')) as Addresses;
  } catch {
    // Written when everything is ready and removed at the end: there is nothing to talk to.
    return null;
  }
};

const settingsAt = ({ internal, ...at }: Addresses): Readonly<Record<string, string>> => ({
  KAFKA_BROKERS: at.kafka,
  SCHEMA_REGISTRY_URL: at.schemaRegistry,
  PUBLIC_URL: at.public,
  TIKTOK_APP_ID: at.appId,
  TIKTOK_APP_SECRET: at.appSecret,
  TIKTOK_API_BASE_URL: `${at.simulator}/open_api`,
  CLOCK_URL: at.simulator,
  OIDC_ISSUER: at.public,
  OIDC_AUDIENCE: 'tiktok-channel',
  OIDC_JWKS_URL: `${internal.auth}/.well-known/jwks.json`,
  INGRESS_INTERNAL_URL: internal.ingress,
  AUTH_INTERNAL_URL: internal.auth,
  CONVERSATION_INTERNAL_URL: internal.conversation,
  OUTBOUND_INTERNAL_URL: internal.outbound,
  AUTH_DATABASE_URL: databaseUrl(at.postgres, 'auth'),
  CONVERSATION_DATABASE_URL: databaseUrl(at.postgres, 'conversation'),
  OUTBOUND_DATABASE_URL: databaseUrl(at.postgres, 'outbound'),
});

const args = process.argv.slice(2);
const addresses = await readAddresses();
const asksForHelp = args.length === 0 || args.some((arg) => ['--help', '-h', 'help'].includes(arg));
if (addresses === null && !asksForHelp) {
  console.error(
    'npm start is not running here, so there is nothing to look at.\nWhat to do: run npm start in another terminal and wait until it is ready.',
  );
  process.exitCode = 1;
} else {
  // What is set by hand counts.
  const environment = { ...(addresses === null ? {} : settingsAt(addresses)), ...process.env };
  process.exitCode = await runOperator({ args, environment });
}
