import {
  assertNever,
  type Clock,
  DependencyUnavailable,
  ok,
  type Result,
  refuse,
} from '@tiktok-channel/platform/kernel';
import type { ImportRefusal } from '../../domain/history/import-progress.ts';
import type { ChannelTokens, HistoryReporter, TikTokListing } from './ports.ts';
import type { RequestShare } from './request-share.ts';
import type { WaitUntil } from './wait-until.ts';

/** One request of TikTok, made again until it has an answer that counts: the data, or a refusal that no repetition helps. */
export type AskTikTok = (
  channelId: string,
  request: (accessToken: string) => Promise<TikTokListing>,
  options: { readonly isUrgent: boolean },
) => Promise<Result<unknown, ImportRefusal>>;

interface Dependencies {
  readonly tokens: ChannelTokens;
  readonly share: RequestShare;
  readonly waitUntil: WaitUntil;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly reporter: Pick<HistoryReporter, 'waits'>;
}

const FIRST_BACKOFF_MS = 1_000;
const LONGEST_BACKOFF_MS = 60_000;

/** Why it is asked again. */
interface Trouble {
  readonly reason: string;
  /** So often it may happen, and then it counts as a refusal. What has no limit is waited for without bound. */
  readonly limit?: { readonly times: number; readonly refusal: ImportRefusal };
  /** The share rests already. */
  readonly isRest?: true;
}

const AUTH_AWAY: Trouble = { reason: 'auth_unavailable' };
const TOO_MANY: Trouble = { reason: 'rate_limited', isRest: true };
/** Auth renews the token, or says that the channel has to be authorised anew; it is given some minutes. */
const TOKEN_REFUSED: Trouble = { reason: 'token_refused', limit: { times: 6, refusal: 'token_refused' } };
const UNEXPLAINED_TIMES = 3;

export const createAskTikTok = (dependencies: Dependencies): AskTikTok => {
  const { clock, random, reporter, waitUntil } = dependencies;

  /** Exponential with full jitter, in the time of the clock. */
  const backOff = (times: number): Promise<void> => {
    const capMs = Math.min(FIRST_BACKOFF_MS * 2 ** (times - 1), LONGEST_BACKOFF_MS);
    return waitUntil(clock.now() + Math.ceil(capMs * random()));
  };
  /** Answers the refusal that a trouble has become; null when it was waited for. */
  const bear = async (channelId: string, trouble: Trouble, times: number): Promise<ImportRefusal | null> => {
    const { reason, limit, isRest } = trouble;
    if (limit !== undefined && times >= limit.times) return limit.refusal;
    reporter.waits(channelId, reason);
    if (!isRest) await backOff(times);
    return null;
  };
  return async (channelId, request, options) => {
    const met = new Map<string, number>();
    for (;;) {
      const outcome = await askOnce(dependencies, { channelId, request, ...options });
      if ('ok' in outcome) return outcome;
      const times = (met.get(outcome.reason) ?? 0) + 1;
      met.set(outcome.reason, times);
      const refusal = await bear(channelId, outcome, times);
      if (refusal !== null) return refuse(refusal);
    }
  };
};

interface Asking {
  readonly channelId: string;
  readonly request: (accessToken: string) => Promise<TikTokListing>;
  readonly isUrgent: boolean;
}

const askOnce = async (
  { tokens, share }: Dependencies,
  { channelId, request, isUrgent }: Asking,
): Promise<Result<unknown, ImportRefusal> | Trouble> => {
  const access = await accessTo(channelId, tokens);
  if (access === null) return AUTH_AWAY;
  if (!access.ok) return access;
  await share.turn({ isUrgent });
  const listing = await request(access.value);
  if (listing.kind === 'tooManyRequests') share.exceeded();
  else share.answered();
  if (listing.kind === 'tokenRefused') tokens.refused(channelId, access.value);
  return outcomeOf(listing);
};

const outcomeOf = (listing: TikTokListing): Result<unknown, ImportRefusal> | Trouble => {
  switch (listing.kind) {
    case 'listed':
      return ok(listing.data);
    case 'refused':
      return refuse(listing.reason);
    case 'tokenRefused':
      return TOKEN_REFUSED;
    case 'tooManyRequests':
      return TOO_MANY;
    case 'unavailable':
      return { reason: listing.reason };
    case 'unexplained':
      return {
        reason: `tiktok_${listing.code}`,
        limit: { times: UNEXPLAINED_TIMES, refusal: 'rejected_by_tiktok' },
      };
    default:
      return assertNever(listing);
  }
};

/** A token that works; null while auth has none or does not answer, which passes. */
const accessTo = async (channelId: string, tokens: ChannelTokens): Promise<Result<string, ImportRefusal> | null> => {
  try {
    const access = await tokens.access(channelId);
    if (access.kind === 'unknown') return refuse('channel_unknown');
    if (access.accessToken !== null) return ok(access.accessToken);
    switch (access.status) {
      case 'disconnected':
        return refuse('channel_disconnected');
      case 'needs_reauthorization':
        return refuse('channel_needs_reauthorization');
      default:
        return null;
    }
  } catch (error) {
    if (error instanceof DependencyUnavailable) return null;
    throw error;
  }
};
