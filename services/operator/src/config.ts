import {
  clockInProduction,
  describeSettings,
  type Environment,
  InvalidSettings,
  kafkaEnvironment,
  processSettings,
  readSettings,
  refuseClockInProduction,
  registryEnvironment,
  setting,
} from '@tiktok-channel/platform/config';
import { z } from 'zod';
import { OperatorFailure } from './domain/failure.ts';

const topicEnvironment = z.object({
  ...kafkaEnvironment.shape,
  KAFKA_REPLICATION_FACTOR: setting.count.optional(),
  KAFKA_MIN_INSYNC_REPLICAS: setting.count.optional(),
});

/** What each command needs, and no more. */
export const commandSettings = {
  topics: topicEnvironment,
  schemas: registryEnvironment,
  tail: z.object({ ...kafkaEnvironment.shape, ...registryEnvironment.shape }),
  history: z.object({ ...kafkaEnvironment.shape, ...registryEnvironment.shape }),
  operatorApi: z.object({ PUBLIC_URL: setting.url, OPERATOR_TOKEN: setting.secret }),
  reparse: z
    .object({
      ...kafkaEnvironment.shape,
      ...registryEnvironment.shape,
      INGRESS_INTERNAL_URL: setting.url,
      TIKTOK_APP_SECRET: setting.secrets,
      NODE_ENV: processSettings.shape.NODE_ENV,
      CLOCK_URL: processSettings.shape.CLOCK_URL,
    })
    .refine(refuseClockInProduction, clockInProduction),
} as const;

/** Names everything that is missing or wrong in one failure. */
export const readCommandSettings = <Schema extends z.ZodType>(
  schema: Schema,
  environment: Environment,
): z.infer<Schema> => {
  try {
    return readSettings(schema, environment);
  } catch (error) {
    if (!(error instanceof InvalidSettings)) throw error;
    throw new OperatorFailure(
      error.message,
      'set them in the environment; `tiktok-channel doctor` looks at all settings, and its page says what each is for',
    );
  }
};

const databaseUrl = z.url({ protocol: /^postgres(?:ql)?$/ });

const required = <Schema extends z.ZodType>(schema: Schema) => ({ schema, without: null });
/** `without`: what holds when it is not set. */
const optional = <Schema extends z.ZodType>(schema: Schema, without: string) => ({ schema, without });

/** What the services take where it is not set. */
export const DEFAULT_API_VERSION = 'v1.3';
export const DEFAULT_TOLERANCE_SECONDS = 300;

const NOT_LOOKED_AT = 'then it is not looked at';

/** Every setting that `doctor` looks at; those that every installation has are a fault when they are missing. */
const doctorSettings = {
  KAFKA_BROKERS: required(setting.list),
  KAFKA_TOPIC_PREFIX: optional(setting.text, 'none'),
  KAFKA_REPLICATION_FACTOR: optional(setting.count, "the cluster's own"),
  KAFKA_MIN_INSYNC_REPLICAS: optional(setting.count, "the cluster's own"),
  SCHEMA_REGISTRY_URL: required(setting.url),
  PUBLIC_URL: required(setting.url),
  TIKTOK_APP_ID: required(setting.text),
  TIKTOK_APP_SECRET: required(setting.secrets),
  TIKTOK_API_BASE_URL: required(setting.url),
  TIKTOK_API_VERSION: optional(z.string().regex(/^v\d+\.\d+$/, 'is not of the form v1.3'), DEFAULT_API_VERSION),
  WEBHOOK_TOLERANCE_SECONDS: optional(setting.seconds, String(DEFAULT_TOLERANCE_SECONDS)),
  OIDC_ISSUER: optional(setting.url, NOT_LOOKED_AT),
  OIDC_AUDIENCE: optional(setting.text, NOT_LOOKED_AT),
  OIDC_JWKS_URL: optional(setting.url, NOT_LOOKED_AT),
  INGRESS_INTERNAL_URL: optional(setting.url, NOT_LOOKED_AT),
  HISTORY_INTERNAL_URL: optional(setting.url, NOT_LOOKED_AT),
  AUTH_INTERNAL_URL: optional(setting.url, NOT_LOOKED_AT),
  CONVERSATION_INTERNAL_URL: optional(setting.url, NOT_LOOKED_AT),
  OUTBOUND_INTERNAL_URL: optional(setting.url, NOT_LOOKED_AT),
  AUTH_DATABASE_URL: optional(databaseUrl, NOT_LOOKED_AT),
  CONVERSATION_DATABASE_URL: optional(databaseUrl, NOT_LOOKED_AT),
  OUTBOUND_DATABASE_URL: optional(databaseUrl, NOT_LOOKED_AT),
} as const;

export type DoctorSettings = {
  readonly [Name in keyof typeof doctorSettings]?: z.infer<(typeof doctorSettings)[Name]['schema']>;
};

/** How one setting is. `shown` holds no secret; `problem` never the value. */
export type SettingReport = { readonly name: string } & (
  | { readonly kind: 'set'; readonly shown: string }
  | { readonly kind: 'wrong'; readonly problem: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'default'; readonly without: string }
);

/** Reads each setting for itself, so that one that is wrong hides none of the others. */
export const readDoctorSettings = (
  environment: Environment,
): { readonly values: DoctorSettings; readonly reports: readonly SettingReport[] } => {
  const values: Record<string, unknown> = {};
  const readOne = (name: string, schema: z.ZodType): SettingReport => {
    try {
      Object.assign(values, readSettings(z.object({ [name]: schema }), environment));
      return { name, kind: 'set', shown: describeSettings({ [name]: values[name] })[name] ?? '' };
    } catch (error) {
      if (!(error instanceof InvalidSettings)) throw error;
      return { name, kind: 'wrong', problem: error.problems.map(({ problem }) => problem).join('; ') };
    }
  };
  const reports = Object.entries(doctorSettings).map(([name, { schema, without }]): SettingReport => {
    if (environment[name]) return readOne(name, schema);
    return without === null ? { name, kind: 'missing' } : { name, kind: 'default', without };
  });
  return { values, reports };
};
