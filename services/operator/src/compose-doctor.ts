import { systemClock } from '@tiktok-channel/platform/clock';
import type { Environment } from '@tiktok-channel/platform/config';
import { createHttpClient, type HttpClient } from '@tiktok-channel/platform/http-client';
import { assertNever } from '@tiktok-channel/platform/kernel';
import { featureCheck, issuerCheck, redirectCheck } from './adapters/http/connect.check.ts';
import { CALLBACK_PATH, callbackCheck, clockCheck, jwksCheck, serviceCheck } from './adapters/http/endpoints.check.ts';
import { createConnection } from './adapters/kafka/connection.ts';
import { kafkaCheck } from './adapters/kafka/kafka.check.ts';
import { databaseCheck } from './adapters/persistence/database.check.ts';
import { registryCheck } from './adapters/registry/registry.check.ts';
import { tiktokCheck } from './adapters/tiktok/tiktok.check.ts';
import { type Check, diagnose } from './application/diagnose.ts';
import {
  DEFAULT_API_BASE_URL,
  DEFAULT_API_VERSION,
  DEFAULT_TOLERANCE_SECONDS,
  type DoctorSettings,
  readDoctorSettings,
  type SettingReport,
} from './config.ts';
import { type Finding, failed, fine, unchecked } from './domain/finding.ts';

const LOOK_WITHIN_MS = 10_000;
const ANSWER_WITHIN_MS = 5_000;

/** `accountId`: whose features are looked at as well. */
export const diagnoseWith = async (
  environment: Environment,
  { accountId }: { readonly accountId: string | null },
): Promise<readonly Finding[]> => {
  const { values, reports } = readDoctorSettings(environment);
  const client = createHttpClient({ name: 'doctor', deadlineMs: ANSWER_WITHIN_MS });
  try {
    const checks = [settingsCheck(reports), ...checksOf(values, client), ...accountLooks(values, client, accountId)];
    return await diagnose(checks, { deadlineMs: LOOK_WITHIN_MS });
  } finally {
    await client.close();
  }
};

const settingsCheck = (reports: readonly SettingReport[]): Check => ({
  name: 'settings',
  next: '',
  look: async () => reports.map(settingFinding),
});

const settingFinding = (report: SettingReport): Finding => {
  const { name } = report;
  switch (report.kind) {
    case 'set':
      return fine(name, report.shown);
    case 'wrong':
      return failed(name, report.problem, `put ${name} right`);
    case 'missing':
      return failed(name, 'is not set', `set ${name}`);
    case 'default':
      return unchecked(name, `not set: ${report.without}`);
    default:
      return assertNever(report);
  }
};

const checksOf = (settings: DoctorSettings, client: HttpClient): readonly Check[] => [
  kafkaLook(settings),
  whenSet('schema registry', settings.SCHEMA_REGISTRY_URL, 'SCHEMA_REGISTRY_URL', (url) => registryCheck({ url })),
  ...serviceLooks(settings, client),
  ...databaseLooks(settings),
  tiktokLook(settings, client),
  whenSet('webhook callback', settings.PUBLIC_URL, 'PUBLIC_URL', (url) => callbackCheck(client, url)),
  whenSet('redirect address', settings.PUBLIC_URL, 'PUBLIC_URL', (url) => redirectCheck(client, url)),
  whenSet('identity provider', settings.OIDC_ISSUER, 'OIDC_ISSUER', (issuer) =>
    issuerCheck(client, { issuer, jwksUrl: settings.OIDC_JWKS_URL }),
  ),
  whenSet("identity provider's keys", settings.OIDC_JWKS_URL, 'OIDC_JWKS_URL', (url) => jwksCheck(client, url)),
  clockLook(settings, client),
];

/** A check that needs a setting, or the finding that it is missing (or wrong, which the setting's own line says). */
const whenSet = (name: string, value: string | undefined, setting: string, check: (value: string) => Check): Check =>
  value === undefined ? uncheckedCheck(name, `needs ${setting}`) : check(value);

const uncheckedCheck = (name: string, why: string): Check => ({
  name,
  next: '',
  look: async () => [unchecked(name, why)],
});

const kafkaLook = (settings: DoctorSettings): Check => {
  const { KAFKA_BROKERS } = settings;
  if (KAFKA_BROKERS === undefined) return uncheckedCheck('Kafka', 'needs KAFKA_BROKERS');
  return kafkaCheck(createConnection({ ...settings, KAFKA_BROKERS }), {
    replicationFactor: settings.KAFKA_REPLICATION_FACTOR,
    minInsyncReplicas: settings.KAFKA_MIN_INSYNC_REPLICAS,
  });
};

const serviceLooks = (settings: DoctorSettings, client: HttpClient): readonly Check[] =>
  (['ingress', 'history', 'auth', 'conversation', 'outbound'] as const).map((service) => {
    const setting = `${upper(service)}_INTERNAL_URL` as const;
    return whenSet(`${service} is alive and ready`, settings[setting], setting, (url) =>
      serviceCheck(client, service, url),
    );
  });

const databaseLooks = (settings: DoctorSettings): readonly Check[] =>
  (['auth', 'conversation', 'outbound'] as const).map((service) => {
    const setting = `${upper(service)}_DATABASE_URL` as const;
    return whenSet(`database of ${service}`, settings[setting], setting, (url) => databaseCheck(service, url));
  });

const upper = <Name extends string>(name: Name): Uppercase<Name> => name.toUpperCase() as Uppercase<Name>;

const tiktokLook = (settings: DoctorSettings, client: HttpClient): Check => {
  const { TIKTOK_APP_ID: appId, TIKTOK_APP_SECRET: secrets, PUBLIC_URL, WEBHOOK_CALLBACK_URL } = settings;
  if (appId === undefined || secrets === undefined) {
    return uncheckedCheck('TikTok API', 'needs TIKTOK_APP_ID and TIKTOK_APP_SECRET');
  }
  const ownCallbackUrl = PUBLIC_URL === undefined ? null : `${PUBLIC_URL}${CALLBACK_PATH}`;
  return tiktokCheck(client, {
    baseUrl: settings.TIKTOK_API_BASE_URL ?? DEFAULT_API_BASE_URL,
    version: settings.TIKTOK_API_VERSION ?? DEFAULT_API_VERSION,
    appId,
    appSecrets: secrets.map((secret) => secret.reveal()),
    callbackUrl: WEBHOOK_CALLBACK_URL ?? ownCallbackUrl,
  });
};

const accountLooks = (settings: DoctorSettings, client: HttpClient, accountId: string | null): readonly Check[] => {
  if (accountId === null) return [];
  const { PUBLIC_URL: publicUrl, OPERATOR_TOKEN } = settings;
  if (publicUrl === undefined || OPERATOR_TOKEN === undefined) {
    return [uncheckedCheck(`TikTok channels of ${accountId}`, 'needs PUBLIC_URL and OPERATOR_TOKEN')];
  }
  return [featureCheck(client, { publicUrl, token: OPERATOR_TOKEN.reveal(), accountId })];
};

const clockLook = (settings: DoctorSettings, client: HttpClient): Check => {
  const { TIKTOK_API_BASE_URL, PUBLIC_URL, SCHEMA_REGISTRY_URL, WEBHOOK_TOLERANCE_SECONDS } = settings;
  const candidates = {
    TikTok: TIKTOK_API_BASE_URL ?? (settings.TIKTOK_APP_ID === undefined ? undefined : DEFAULT_API_BASE_URL),
    'the public origin': PUBLIC_URL,
    'the registry': SCHEMA_REGISTRY_URL,
  };
  const others = Object.fromEntries(
    Object.entries(candidates).flatMap(([who, url]) => (url === undefined ? [] : [[who, url] as const])),
  );
  if (Object.keys(others).length === 0) return uncheckedCheck('clocks', 'needs an address of somebody else');
  const toleranceMs = (WEBHOOK_TOLERANCE_SECONDS ?? DEFAULT_TOLERANCE_SECONDS) * 1_000;
  return clockCheck(client, { clock: systemClock, toleranceMs, others });
};
