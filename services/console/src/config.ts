import {
  clockInProduction,
  type Environment,
  processSettings,
  readSettings,
  refuseClockInProduction,
  setting,
} from '@tiktok-channel/platform/config';
import { claimEnvironment, claimsIn } from '@tiktok-channel/platform/identity';
import { CONTENT_LIMITS, IMAGE_TYPES } from '@tiktok-channel/platform/reply-rules';
import { z } from 'zod';
import { UPSTREAMS, type Upstream } from './domain/routes.ts';

/** Comma list, one for each replica. */
const replicaUrls = setting.list.pipe(z.array(setting.url));

const LOCAL_ISSUER = 'http://localhost/tiktok-channel';

const origins = setting.list.pipe(z.array(setting.url.transform((url) => new URL(url).origin)));

const pictureSources = setting.list.refine(
  (sources) => sources.every((source) => /^https:\/\/[\w.*-]+(?::\d+)?$/.test(source)),
  'has an item that is no https origin',
);

type Addresses = Readonly<Record<ReturnType<typeof variablesOf>[number], readonly string[]>>;
type Missing = readonly (readonly [setting: string, problem: string])[];

const schema = processSettings
  .pick({ HOST: true, PORT: true, INTERNAL_PORT: true, NODE_ENV: true, CLOCK_URL: true })
  .extend({
    /** Where the services are, for whom this is the one public origin. Behind a gateway that leads to them it is the page alone. */
    INGRESS_URL: replicaUrls.default([]),
    /** Ingress's second process, which serves its operators. */
    HISTORY_URL: replicaUrls.default([]),
    AUTH_URL: replicaUrls.default([]),
    CONVERSATION_URL: replicaUrls.default([]),
    OUTBOUND_URL: replicaUrls.default([]),
    /** Those of conversation that project, where others only serve: its operators are served there. All of them where it is left out. */
    PROJECTOR_URL: replicaUrls.default([]),
    /** Where each replica tells whether it is ready, in the same order; of use where there are several. */
    INGRESS_INTERNAL_URL: replicaUrls.default([]),
    HISTORY_INTERNAL_URL: replicaUrls.default([]),
    AUTH_INTERNAL_URL: replicaUrls.default([]),
    CONVERSATION_INTERNAL_URL: replicaUrls.default([]),
    OUTBOUND_INTERNAL_URL: replicaUrls.default([]),
    PROJECTOR_INTERNAL_URL: replicaUrls.default([]),
    /** Its phone page is linked from the page, and its pictures may be shown. */
    SIMULATOR_URL: setting.url.optional(),
    OIDC_ISSUER: setting.url.default(LOCAL_ISSUER),
    /** Under which the page is registered with the provider: a public client, which has no secret. */
    OIDC_CLIENT_ID: setting.text.default('console'),
    OIDC_SCOPE: setting.text.default('openid profile'),
    /** Asked for as `audience`; some providers give tokens for an API only then. */
    OIDC_REQUEST_AUDIENCE: setting.text.optional(),
    /** Origins of the provider beside that of the issuer, such as the one of its token endpoint. */
    OIDC_ORIGINS: origins.default([]),
    ...claimEnvironment.shape,
    /** Where TikTok keeps stickers, emoji and pictures of profiles, as sources of a content security policy. */
    PICTURE_SOURCES: pictureSources.prefault(
      'https://*.tiktokcdn.com,https://*.tiktokcdn-us.com,https://*.tiktokcdn-eu.com,https://*.tiktok.com,https://*.ibyteimg.com',
    ),
  })
  .refine(refuseClockInProduction, clockInProduction)
  .superRefine((settings, context) => {
    if (settings.NODE_ENV === 'production' && settings.OIDC_ISSUER === LOCAL_ISSUER) {
      context.addIssue({ code: 'custom', path: ['OIDC_ISSUER'], message: 'is needed in production mode' });
    }
    const missing = [...missingAddresses(settings), ...missingInternalAddresses(settings)];
    for (const [name, message] of missing) context.addIssue({ code: 'custom', path: [name], message });
  });

export type ConsoleSettings = z.infer<typeof schema>;

export const readConsoleSettings = (environment: Environment): ConsoleSettings => readSettings(schema, environment);

/** Base URLs of each replica of a service. Without an internal one nobody asks it whether it is ready. */
export const replicasOf = (settings: ConsoleSettings, upstream: Upstream) => {
  const [name, internalName] = variablesOf(upstream);

  return settings[name].map((url, index) => ({ url, internalUrl: settings[internalName][index] ?? null }));
};

/** In production it may lead nowhere, since a gateway does; but to some services and not to others would be a mistake. */
const missingAddresses = (settings: Addresses & { readonly NODE_ENV: string }): Missing => {
  const names = UPSTREAMS.filter((upstream) => upstream !== 'projector').map((upstream) => variablesOf(upstream)[0]);
  const missing = names.filter((name) => settings[name].length === 0);
  if (settings.NODE_ENV === 'production' && missing.length === names.length) return [];
  return missing.map((name) => [name, 'is not set']);
};

const missingInternalAddresses = (settings: Addresses): Missing =>
  UPSTREAMS.map(variablesOf)
    .filter(([name, internal]) => settings[name].length > 1 && settings[name].length !== settings[internal].length)
    .map(([name, internal]) => [internal, `needs as many addresses as ${name}`]);

const TIME_EVERY_MS = { production: 60_000, elsewhere: 1_000 } as const;

/** What the page is told. */
export const pageConfigOf = (settings: ConsoleSettings) => {
  const isProduction = settings.NODE_ENV === 'production';
  return {
    oidc: {
      issuer: settings.OIDC_ISSUER,
      clientId: settings.OIDC_CLIENT_ID,
      scope: settings.OIDC_SCOPE,
      audience: settings.OIDC_REQUEST_AUDIENCE ?? null,
      claims: claimsIn(settings),
    },
    limits: {
      textCharacters: CONTENT_LIMITS.textCharacters,
      imageBytes: CONTENT_LIMITS.imageBytes,
      imageTypes: IMAGE_TYPES,
    },
    timeEveryMs: isProduction ? TIME_EVERY_MS.production : TIME_EVERY_MS.elsewhere,
    phoneUrl: isProduction || settings.SIMULATOR_URL === undefined ? null : `${settings.SIMULATOR_URL}/phone`,
  };
};

export const pageSourcesOf = (settings: ConsoleSettings) => ({
  signIn: [...new Set([new URL(settings.OIDC_ISSUER).origin, ...settings.OIDC_ORIGINS])],
  pictures: [
    ...settings.PICTURE_SOURCES,
    ...(settings.SIMULATOR_URL === undefined ? [] : [new URL(settings.SIMULATOR_URL).origin]),
  ],
});

const variablesOf = (upstream: Upstream) => {
  const name = upstream.toUpperCase() as Uppercase<Upstream>;

  return [`${name}_URL`, `${name}_INTERNAL_URL`] as const;
};
