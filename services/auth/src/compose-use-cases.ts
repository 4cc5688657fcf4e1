import { setTimeout as pause } from 'node:timers/promises';
import { createHttpClient } from '@tiktok-channel/platform/http-client';
import type { Part } from '@tiktok-channel/platform/lifecycle';
import { createRequestRate } from '@tiktok-channel/platform/postgres';
import { createTikTokApi, inTurn } from '@tiktok-channel/platform/tiktok';
import { CALLBACK_PATH } from './adapters/http/authorization.routes.ts';
import { createStateTokens } from './adapters/tiktok/state-token.ts';
import { createTikTokClient } from './adapters/tiktok/tiktok.client.ts';
import { createTikTokWebhooks } from './adapters/tiktok/webhooks.client.ts';
import { createCompleteAuthorization } from './application/complete-authorization.ts';
import { createEndChannel } from './application/end-channel.ts';
import { createIsFeatureOn } from './application/features.ts';
import { createHandOutToken } from './application/hand-out-token.ts';
import { createKeepWebhookRegistered } from './application/keep-webhook-registered.ts';
import { createRemoveAuthorization } from './application/remove-authorization.ts';
import { createRenewDueTokens } from './application/renew-due-tokens.ts';
import { createRenewToken } from './application/renew-token.ts';
import { createResealTokens } from './application/reseal-tokens.ts';
import { createRevokeTokens } from './application/revoke-tokens.ts';
import { createStartAuthorization } from './application/start-authorization.ts';
import { createSweepAttempts } from './application/sweep-attempts.ts';
import { type AuthOptions, browserKeys, type Core, ids } from './compose-core.ts';
import type { Stores } from './compose-stores.ts';
import { wantedScopes } from './domain/scopes.ts';

type TikTokSide = Required<AuthOptions>['tiktok'] & { readonly parts: readonly Part[] };

/** TikTok, unless a test stands in for it. Every call waits for its turn in this service's share of what TikTok allows. */
export const composeTikTok = (core: Core, stores: Stores, given: AuthOptions['tiktok']): TikTokSide => {
  if (given !== undefined) return { ...given, parts: [] };
  const { settings, clock } = core;
  const client = createHttpClient({ name: 'tiktok' });
  const rate = createRequestRate({
    client: stores.database,
    clock,
    share: 'auth',
    perSecond: settings.AUTH_REQUESTS_PER_SECOND,
  });
  const api = inTurn(
    createTikTokApi({ client, baseUrl: settings.TIKTOK_API_BASE_URL, version: settings.TIKTOK_API_VERSION }),
    rate.take,
  );
  const app = {
    authorizeUrl: settings.TIKTOK_AUTHORIZE_URL,
    appId: settings.TIKTOK_APP_ID,
    appSecrets: settings.TIKTOK_APP_SECRET,
    redirectUri: redirectUriOf(core),
    scopes: wantedScopes(settings.TIKTOK_SCOPES),
  };
  return {
    port: createTikTokClient({ api, settings: app, clock }),
    webhooks: createTikTokWebhooks({ api, settings: app }),
    parts: [{ name: 'tiktok', stop: client.close }],
  };
};

export const redirectUriOf = ({ settings }: Core): string => `${settings.PUBLIC_URL}${CALLBACK_PATH}`;

export const composeUseCases = (core: Core, stores: Stores, { port: tiktok, webhooks }: TikTokSide) => {
  const { settings, clock, report } = core;
  const { attempts, channels, tokens } = stores;
  const states = createStateTokens({ secrets: settings.STATE_SECRETS, clock });
  const scopePolicy = settings.TIKTOK_SCOPES;
  const isFeatureOn = createIsFeatureOn(stores.features, { tiktok_channel: settings.FEATURE_TIKTOK_CHANNEL });
  const shared = { attempts, channels, isFeatureOn, states, tiktok, clock };
  const renew = createRenewToken({ tokens, tiktok, scopePolicy, clock, report: report.refresh, pause });
  const handOutToken = createHandOutToken({ tokens, renew, clock, pause });
  const { revocations, registrations } = stores;
  const revoke = createRevokeTokens({ revocations, tiktok, clock, report: report.revocation });
  return {
    isFeatureOn,
    start: createStartAuthorization({ ...shared, ids, keys: browserKeys, allowedReturnTo: settings.RETURN_TO_PATHS }),
    complete: createCompleteAuthorization({ ...shared, scopePolicy, report: report.authorization }),
    handOutToken,
    renewDueTokens: createRenewDueTokens({ tokens, renew, clock, reportFailure: report.renewalFailed }),
    revoke,
    endChannel: createEndChannel({ channels, revoke, clock }),
    removeAuthorization: createRemoveAuthorization({ tokens, tiktok, handOutToken, clock }),
    sweepAttempts: createSweepAttempts({ attempts, clock, report: report.authorization }),
    keepWebhookRegistered: createKeepWebhookRegistered({
      registrations,
      tiktok: webhooks,
      clock,
      report: report.webhookCheck,
      callbackUrl: settings.WEBHOOK_CALLBACK_URL,
      everyMs: settings.WEBHOOK_CHECK_SECONDS * 1_000,
    }),
    resealTokens: createResealTokens({ values: stores.sealedValues, audit: stores.auditReseal }),
  };
};

export type UseCases = ReturnType<typeof composeUseCases>;
