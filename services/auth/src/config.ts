import {
  clockInProduction,
  type Environment,
  kafkaEnvironment,
  processSettings,
  readSettings,
  refuseClockInProduction,
  registryEnvironment,
  secret,
  setting,
} from '@tiktok-channel/platform/config';
import { claimEnvironment, claimsIn } from '@tiktok-channel/platform/identity';
import { z } from 'zod';
import type { ScopePolicy } from './domain/scopes.ts';

/**
 * TikTok's own example for business messages, and the names that a channel is shown with. Without the optional ones a
 * channel works; TikTok refuses the whole request when the app is not approved for one that it asks for.
 */
const DEFAULT_SCOPES =
  'required:message.list.read,message.list.send,message.list.manage,user.info.basic,user.info.username optional:user.account.type,user.info.profile';

const SCOPES_SYNTAX = /^required:[\w.,]+(?: +optional:[\w.,]+)?$/;

const namesAfter = (label: string, value: string): readonly string[] =>
  (new RegExp(`${label}:([\\w.,]+)`).exec(value)?.[1] ?? '').split(',').filter((name) => name !== '');

/** `required:a,b optional:c`; the second part may be left out. */
const scopePolicy = z
  .string()
  .trim()
  .regex(SCOPES_SYNTAX, 'is not of the form required:a,b optional:c')
  .transform(
    (value): ScopePolicy => ({ required: namesAfter('required', value), optional: namesAfter('optional', value) }),
  );

const KEY_BYTES = 32;

const isSealingKey = (item: string): boolean => {
  const [, id, key] = /^([\w-]+):(.+)$/.exec(item) ?? [];
  return id !== undefined && Buffer.from(key ?? '', 'base64').length === KEY_BYTES;
};

/** `id:key`, comma-separated; a key is 32 bytes in base64. */
const sealingKeys = setting.list
  .refine((items) => items.every(isSealingKey), 'has an item that is not id:key with a key of 32 bytes in base64')
  .transform((items) =>
    items.map((item) => {
      const colon = item.indexOf(':');
      return { id: item.slice(0, colon), key: secret(item.slice(colon + 1)) };
    }),
  )
  .refine((keys) => new Set(keys.map(({ id }) => id)).size === keys.length, 'has two keys of one id');

/** A path of our own: no address of another site starts so. */
const isPath = (path: string): boolean => /^\/(?:[\w-]+(?:\/[\w-]+)*\/?)?$/.test(path);

/** Paths are put behind it, and TikTok compares the outcome character for character. */
const isOrigin = (url: string): boolean => new URL(url).origin === url;

const LOCAL_ISSUER = 'http://localhost/tiktok-channel';
const LOCAL_AUDIENCE = 'tiktok-channel';

const schema = processSettings
  .extend(kafkaEnvironment.shape)
  .extend(registryEnvironment.shape)
  .extend({
    DATABASE_URL: setting.text,
    PUBLIC_URL: setting.url.refine(isOrigin, 'is not an origin: scheme and host, with a port at most'),
    SERVICE_TOKEN_SECRETS: setting.secrets,
    STATE_SECRETS: setting.secrets,
    TOKEN_ENCRYPTION_KEYS: sealingKeys,
    OIDC_ISSUER: setting.text.optional(),
    OIDC_AUDIENCE: setting.text.optional(),
    OIDC_JWKS_URL: setting.url.optional(),
    ...claimEnvironment.shape,
    TIKTOK_APP_ID: setting.text,
    TIKTOK_APP_SECRET: setting.secrets,
    TIKTOK_API_BASE_URL: setting.url.default('https://business-api.tiktok.com/open_api'),
    TIKTOK_API_VERSION: setting.text.default('v1.3'),
    TIKTOK_AUTHORIZE_URL: setting.url.default('https://www.tiktok.com/v2/auth/authorize'),
    TIKTOK_SCOPES: scopePolicy.prefault(DEFAULT_SCOPES),
    /** This service's part of what TikTok allows the app, shared by its replicas. */
    AUTH_REQUESTS_PER_SECOND: setting.count.default(1),
    /** Whether accounts may connect channels for which no operator has said so. */
    FEATURE_TIKTOK_CHANNEL: setting.flag.default(true),
    /** What TikTok is to call; ours by default. */
    WEBHOOK_CALLBACK_URL: setting.url.optional(),
    /** How often TikTok is asked what it calls; 0 leaves the registration alone. */
    WEBHOOK_CHECK_SECONDS: setting.seconds.default(300),
    RETURN_TO_PATHS: setting.list
      .refine((paths) => paths.every(isPath), 'has an item that is not a plain path')
      .prefault('/channels'),
  })
  .refine(refuseClockInProduction, clockInProduction)
  .superRefine((settings, context) => {
    if (settings.NODE_ENV !== 'production') return;
    for (const name of ['OIDC_ISSUER', 'OIDC_AUDIENCE', 'OIDC_JWKS_URL'] as const) {
      if (settings[name] === undefined) {
        context.addIssue({ code: 'custom', path: [name], message: 'is needed in production mode' });
      }
    }
  })
  .transform((settings) => ({
    ...settings,
    OIDC_ISSUER: settings.OIDC_ISSUER ?? LOCAL_ISSUER,
    OIDC_AUDIENCE: settings.OIDC_AUDIENCE ?? LOCAL_AUDIENCE,
    OIDC_CLAIMS: claimsIn(settings),
    WEBHOOK_CALLBACK_URL: settings.WEBHOOK_CALLBACK_URL ?? `${settings.PUBLIC_URL}/webhooks/tiktok`,
  }));

export type AuthSettings = z.infer<typeof schema>;

export const readAuthSettings = (environment: Environment): AuthSettings => readSettings(schema, environment);
