import { createChannelTokens } from '@tiktok-channel/platform/channel-tokens';
import { createHttpClient } from '@tiktok-channel/platform/http-client';
import { createServiceTokens } from '@tiktok-channel/platform/identity';
import { createBackgroundLoop, type Part } from '@tiktok-channel/platform/lifecycle';
import { createRequestRate } from '@tiktok-channel/platform/postgres';
import { createTikTokApi, inTurn, type TikTokApi } from '@tiktok-channel/platform/tiktok';
import { createAccessTokens } from './adapters/auth/access-tokens.ts';
import { detectType } from './adapters/media/content-type.ts';
import { createMediaLoop } from './adapters/media/media.loop.ts';
import { createMediaQueue } from './adapters/persistence/media.queue.ts';
import { createParticipantQueue } from './adapters/persistence/participants.repository.ts';
import { createTikTokMedia } from './adapters/tiktok/media.client.ts';
import { createTikTokParticipants } from './adapters/tiktok/participants.client.ts';
import { createClaimDueMedia } from './application/fetch-media.ts';
import { createFetchParticipants } from './application/fetch-participants.ts';
import type { AccessTokens } from './application/ports.ts';
import type { Ground } from './ground.ts';
import { createMediaReporter } from './telemetry.ts';

const HOUR_MS = 3_600_000;
const PARTICIPANT_LEASE_MS = 60_000;
const PARTICIPANT_ATTEMPTS = 10;
const PARTICIPANTS_AT_ONCE = 5;
const PARTICIPANTS_EVERY_MS = 1_000;

export interface Fetching {
  readonly tokens: AccessTokens;
  readonly parts: readonly Part[];
}

/** What is taken from TikTok: media, and who the customers are. Both wait for the same free times. */
export const composeFetching = (ground: Ground): Fetching => {
  const { settings, logger, clock, database } = ground;
  const authClient = createHttpClient({ name: 'auth', deadlineMs: 5_000 });
  const tiktokClient = createHttpClient({ name: 'tiktok' });
  const tokens =
    ground.tokens ??
    createAccessTokens(
      createChannelTokens({
        client: authClient,
        baseUrl: settings.AUTH_INTERNAL_URL,
        serviceToken: createServiceTokens({ service: 'conversation', secrets: settings.SERVICE_TOKEN_SECRETS, clock }),
        clock,
      }),
    );
  const rate = createRequestRate({
    client: database,
    clock,
    share: 'conversation',
    perSecond: settings.TIKTOK_REQUESTS_PER_SECOND,
  });
  const api = inTurn(
    createTikTokApi({
      client: tiktokClient,
      baseUrl: settings.TIKTOK_API_BASE_URL,
      version: settings.TIKTOK_API_VERSION,
    }),
    rate.take,
  );
  const media = ground.tiktok ?? createTikTokMedia({ api, client: tiktokClient, maxBytes: settings.MEDIA_MAX_BYTES });
  const mediaLoop = createMediaLoop({
    claimDueMedia: createClaimDueMedia({
      queue: createMediaQueue(database, ground.changes.poke),
      tokens,
      tiktok: media,
      detectType,
      clock,
      random: Math.random,
      settings: {
        leaseMs: settings.MEDIA_LEASE_SECONDS * 1_000,
        giveUpAfterMs: settings.MEDIA_GIVE_UP_HOURS * HOUR_MS,
      },
      report: createMediaReporter(logger),
    }),
    perSecond: settings.MEDIA_FETCHES_PER_SECOND,
    logger,
  });
  const participantLoop = composeParticipants(ground, { tokens, api });
  const clients: Part = {
    name: 'HTTP clients',
    stop: async () => {
      await Promise.all([authClient.close(), tiktokClient.close()]);
    },
  };
  return { tokens, parts: [clients, mediaLoop, participantLoop] };
};

const composeParticipants = (
  { logger, clock, database, changes }: Ground,
  { tokens, api }: { readonly tokens: AccessTokens; readonly api: TikTokApi },
): Part =>
  createBackgroundLoop({
    name: 'participants',
    work: createFetchParticipants({
      queue: createParticipantQueue(database, changes.poke),
      tokens,
      tiktok: createTikTokParticipants(api),
      clock,
      random: Math.random,
      settings: { leaseMs: PARTICIPANT_LEASE_MS, maxAttempts: PARTICIPANT_ATTEMPTS, limit: PARTICIPANTS_AT_ONCE },
    }),
    everyMs: PARTICIPANTS_EVERY_MS,
    logger,
  });
