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

const schema = processSettings
  .pick({ HOST: true, PORT: true, INTERNAL_PORT: true, NODE_ENV: true, CLOCK_URL: true })
  .extend({
    INGRESS_URL: replicaUrls,
    /** Ingress's second process, which serves its operators. */
    HISTORY_URL: replicaUrls,
    AUTH_URL: replicaUrls,
    CONVERSATION_URL: replicaUrls,
    OUTBOUND_URL: replicaUrls,
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
    for (const upstream of UPSTREAMS) {
      const [name, internalName] = variablesOf(upstream);
      if (settings[name].length > 1 && settings[name].length !== settings[internalName].length) {
        context.addIssue({ code: 'custom', path: [internalName], message: `needs as many addresses as ${name}` });
      }
    }
  });

export type ConsoleSettings = z.infer<typeof schema>;

export const readConsoleSettings = (environment: Environment): ConsoleSettings => readSettings(schema, environment);

/** Base URLs of each replica of a service. Without an internal one nobody asks it whether it is ready. */
export const replicasOf = (settings: ConsoleSettings, upstream: Upstream) => {
  const [name, internalName] = variablesOf(upstream);

  return settings[name].map((url, index) => ({ url, internalUrl: settings[internalName][index] ?? null }));
};

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
