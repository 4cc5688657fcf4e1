import { z } from 'zod';
import { type Secret, secret } from './secret.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

interface SettingProblem {
  readonly setting: string;
  readonly problem: string;
}

/** Reports every bad variable at once, by name and never by value. */
export class InvalidSettings extends Error {
  readonly problems: readonly SettingProblem[];

  constructor(problems: readonly SettingProblem[]) {
    const lines = problems.map(({ setting, problem }) => `  ${setting}: ${problem}`);
    super(`these settings are missing or wrong:\n${lines.join('\n')}`);
    this.name = 'InvalidSettings';
    this.problems = problems;
  }
}

/** Parses `environment` with `schema`; an empty variable counts as absent. Throws `InvalidSettings`. */
export const readSettings = <Schema extends z.ZodType>(schema: Schema, environment: Environment): z.infer<Schema> => {
  const present = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = schema.safeParse(present, {
    reportInput: false,
    error: ({ input }) => (input === undefined ? 'is not set' : undefined),
  });
  if (parsed.success) return parsed.data;
  throw new InvalidSettings(
    parsed.error.issues.map(({ path, message }) => ({ setting: path.join('.') || 'settings', problem: message })),
  );
};

const list = z.string().transform((value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);

/** Building blocks of the services' settings. */
export const setting = {
  text: z.string(),
  url: z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, '')),
  port: z.coerce.number().int().min(0).max(65535),
  count: z.coerce.number().int().min(1),
  milliseconds: z.coerce.number().int().min(0),
  seconds: z.coerce.number().int().min(0),
  flag: z.enum(['true', 'false']).transform((value) => value === 'true'),
  list: list.refine((items) => items.length > 0, 'needs at least one item'),
  secret: z.string().min(8, 'is too short for a secret').transform(secret),
  secrets: list
    .refine((items) => items.length > 0, 'needs at least one secret')
    .refine((items) => items.every((item) => item.length >= 8), 'has a secret that is too short')
    .transform((items): readonly Secret[] => items.map(secret)),
} as const;

/** What every service reads: its two ports, its mode, and outside production the simulator whose clock it follows. */
export const processSettings = z.object({
  HOST: setting.text.default('0.0.0.0'),
  PORT: setting.port.default(8080),
  INTERNAL_PORT: setting.port.default(9090),
  NODE_ENV: z.enum(['production', 'development', 'test']).default('development'),
  CLOCK_URL: setting.url.optional(),
});

/** `CLOCK_URL` in production would let a development tool move the time of the real service. */
export const refuseClockInProduction = (settings: {
  readonly NODE_ENV: string;
  readonly CLOCK_URL?: string | undefined;
}): boolean => settings.NODE_ENV !== 'production' || settings.CLOCK_URL === undefined;

export const clockInProduction = { path: ['CLOCK_URL'], message: 'is refused in production mode' };

export const kafkaEnvironment = z.object({
  KAFKA_BROKERS: setting.list,
  KAFKA_TOPIC_PREFIX: setting.text.default(''),
  /** TLS with the authorities of this machine; on by itself where one of the files below is named. */
  KAFKA_SSL: setting.flag.optional(),
  /** Paths of PEM files: who signed the brokers' certificates; this client's own certificate and key (mutual TLS). */
  KAFKA_SSL_CA: setting.text.optional(),
  KAFKA_SSL_CERT: setting.text.optional(),
  KAFKA_SSL_KEY: setting.text.optional(),
  KAFKA_SASL_MECHANISM: z.enum(['scram-sha-512', 'scram-sha-256', 'plain']).optional(),
  KAFKA_SASL_USERNAME: setting.text.optional(),
  KAFKA_SASL_PASSWORD: setting.secret.optional(),
});

export const registryEnvironment = z.object({ SCHEMA_REGISTRY_URL: setting.url });

/** Of the reply rules: outbound enforces them, conversation shows them, so both are told the same. */
export const replyRulesEnvironment = z.object({
  /** Which reading of TikTok's rules: sources differ (fact sheet, section 11). */
  REPLY_RULES: z.enum(['documented', 'strict']).default('documented'),
  /** In place of the preset's numbers. */
  REPLY_RULES_WINDOW_HOURS: setting.count.optional(),
  REPLY_RULES_FIRST_MESSAGE: setting.count.optional(),
  REPLY_RULES_LATER_MESSAGE: setting.count.optional(),
  REPLY_RULES_AFTER_SILENCE: z.coerce.number().int().min(0).optional(),
});

/** Fields of the start log: each setting, secrets only as present. */
export const describeSettings = (settings: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(settings)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, describe(value)]),
  );

/** Before the host, where an `@` may be part of the password, and where PostgreSQL takes them too. */
const CREDENTIALS_IN_URL = /(?<=:\/\/)[^/]*(?=@)|(?<=[?&](?:ssl)?password=)[^&]*/g;

const describe = (value: unknown): string => {
  if (typeof value === 'object' && !Array.isArray(value)) return 'present';
  if (Array.isArray(value) && value.some((item) => typeof item === 'object')) return `present (${value.length})`;
  return String(value).replace(CREDENTIALS_IN_URL, '[redacted]');
};
