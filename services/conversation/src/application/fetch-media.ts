import type { Clock } from '@tiktok-channel/platform/kernel';
import { MEDIA_TYPES, type MediaFailure, waitBeforeRetry } from '../domain/media.ts';
import type { AccessTokens, ClaimedMedia, DetectType, MediaQueue, TikTokMedia } from './ports.ts';

/** How a fetch of one medium ended. */
export type FetchOutcome =
  | { readonly kind: 'stored'; readonly contentType: string; readonly bytes: Buffer }
  /** No repetition helps. */
  | { readonly kind: 'failed'; readonly reason: MediaFailure }
  /** Another try may work; `reason` is a closed snake_case word, `counts` is false while a dependency or the channel's owner is what is waited for. */
  | { readonly kind: 'retry'; readonly reason: string; readonly counts: boolean };

interface Dependencies {
  readonly queue: MediaQueue;
  readonly tokens: AccessTokens;
  readonly tiktok: TikTokMedia;
  readonly detectType: DetectType;
  readonly clock: Clock;
  readonly random: () => number;
  readonly settings: { readonly leaseMs: number; readonly giveUpAfterMs: number };
  readonly report: (media: ClaimedMedia, outcome: FetchOutcome) => void;
}

/** Claims up to `limit` due media and answers their fetches, which do not wait for each other. */
export type ClaimDueMedia = (limit: number) => Promise<readonly (() => Promise<void>)[]>;

export const createClaimDueMedia = (dependencies: Dependencies): ClaimDueMedia => {
  const { queue, clock, settings } = dependencies;
  return async (limit) => {
    const claimed = await queue.claim({ atMs: clock.now(), leaseMs: settings.leaseMs, limit });
    return claimed.map((media) => () => fetchAndSettle(dependencies, media));
  };
};

const fetchAndSettle = async (dependencies: Dependencies, media: ClaimedMedia): Promise<void> => {
  const { queue, clock, random, report, settings } = dependencies;
  const fetched = await fetchOne(dependencies, media);
  const outcome = clock.now() - media.wantedAt >= settings.giveUpAfterMs ? givenUp(fetched) : fetched;
  switch (outcome.kind) {
    case 'stored':
      await queue.store(media, { ...outcome, atMs: clock.now() });
      break;
    case 'failed':
      await queue.fail(media, { reason: outcome.reason, atMs: clock.now() });
      break;
    case 'retry':
      await queue.retry(media, {
        attempts: outcome.counts ? media.attempts + 1 : media.attempts,
        atMs: clock.now() + waitBeforeRetry(media.attempts + 1, random()),
      });
      break;
  }
  report(media, outcome);
};

/** Waiting for auth or for the channel's owner is nobody's failure, however long it takes. */
const givenUp = (outcome: FetchOutcome): FetchOutcome =>
  outcome.kind === 'retry' && outcome.counts ? { kind: 'failed', reason: 'not_given_in_time' } : outcome;

const NO_TOKEN = { unavailable: 'auth_unavailable', none: 'channel_without_token' } as const;

const fetchOne = async (dependencies: Dependencies, media: ClaimedMedia): Promise<FetchOutcome> => {
  const { tokens, tiktok, detectType } = dependencies;
  const token = await tokens.of(media.channelId);
  if (token.kind !== 'token') return { kind: 'retry', reason: NO_TOKEN[token.kind], counts: false };

  const download = await tiktok.download(media, token.accessToken);
  switch (download.kind) {
    case 'bytes': {
      const contentType = await detectType(download.bytes);
      return contentType !== null && MEDIA_TYPES.includes(contentType)
        ? { kind: 'stored', contentType, bytes: download.bytes }
        : { kind: 'failed', reason: 'unsupported_type' };
    }
    case 'tokenRejected':
      tokens.refused(media.channelId, token.accessToken);
      return { kind: 'retry', reason: 'token_rejected', counts: true };
    case 'refused':
      return { kind: 'failed', reason: download.reason };
    case 'unavailable':
      return { kind: 'retry', reason: download.reason, counts: true };
  }
};
