import { type Clock, DependencyUnavailable } from '@tiktok-channel/platform/kernel';
import type { Channel } from '../domain/channel.ts';
import {
  canRefresh,
  FAILED_REFRESH_PAUSE_MS,
  goodUntil,
  isRefreshDue,
  REFUSED_REFRESH_PAUSE_MS,
  works,
} from '../domain/refresh-rules.ts';
import { compareScopes, type ScopePolicy } from '../domain/scopes.ts';
import type { Pause, RefreshAnswer, RefreshLease, ReportRefresh, StoredTokens, TikTok, Tokens } from './ports.ts';

/** `unavailable`: the token has expired and cannot be renewed at the moment; ask again. */
export type HandedOut =
  | { readonly kind: 'channel_unknown' | 'unavailable' }
  | {
      readonly kind: 'known';
      readonly channel: Channel;
      readonly token: { readonly accessToken: string; readonly goodUntilMs: number } | null;
    };

interface Dependencies {
  readonly tokens: Tokens;
  readonly tiktok: TikTok;
  readonly scopePolicy: ScopePolicy;
  readonly clock: Clock;
  readonly report: ReportRefresh;
  readonly pause: Pause;
}

/** Longer than a call to TikTok may take and a lost database connection is waited for. */
const LEASE_MS = 60_000;
const POLL_EVERY_MS = 50;
/** For about 12 s, longer than the deadline of a call to TikTok. */
const MAX_ROUNDS = 240;
const STORE_AGAIN_AFTER_MS = 500;
const MAX_STORES = 60;

/**
 * A token that works, renewed first when half of its life is over. One caller in all replicas renews; the others get
 * the old token while it works, and wait when it does not.
 */
export const createHandOutToken = (dependencies: Dependencies) => {
  const { pause } = dependencies;

  return async (channelId: string): Promise<HandedOut> => {
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const step = await handOut(dependencies, channelId);
      if (step !== 'again' && step !== 'wait') return step;
      if (step === 'wait') await pause(POLL_EVERY_MS);
    }
    return { kind: 'unavailable' };
  };
};

const handOut = async (dependencies: Dependencies, channelId: string): Promise<HandedOut | 'again' | 'wait'> => {
  const { tokens, clock } = dependencies;
  const known = await tokens.read(channelId);
  if (known === null) return { kind: 'channel_unknown' };
  const { channel, tokens: stored } = known;
  if (stored === null || channel.status === 'disconnected') return { kind: 'known', channel, token: null };

  const nowMs = clock.now();
  if (isRefreshDue(stored, nowMs) && nowMs >= stored.refreshNotBeforeMs) {
    const lease = await tokens.takeLease(channelId, {
      version: stored.version,
      nowMs,
      untilMs: nowMs + LEASE_MS,
    });
    if (lease !== null) {
      await refresh(dependencies, lease, stored);
      return 'again';
    }
    if (!works(stored, nowMs)) return 'wait';
  }
  return answer(channel, stored, nowMs);
};

const answer = (channel: Channel, stored: StoredTokens, nowMs: number): HandedOut => {
  if (works(stored, nowMs)) {
    const token = { accessToken: stored.accessToken, goodUntilMs: goodUntil(stored) };
    return { kind: 'known', channel, token };
  }
  return channel.status === 'needs_reauthorization' ? { kind: 'known', channel, token: null } : { kind: 'unavailable' };
};

const refresh = async (dependencies: Dependencies, lease: RefreshLease, stored: StoredTokens): Promise<void> => {
  const { tiktok, clock, report } = dependencies;
  const renewed: RefreshAnswer = canRefresh(stored, clock.now())
    ? await tiktok.refresh(stored)
    : { kind: 'refused', trace: null };
  const isStored = await keep(dependencies, () => store(dependencies, { lease, stored, renewed }));

  report({
    outcome: isStored ? renewed.kind : 'superseded',
    channelId: lease.channelId,
    version: lease.version,
    trace: renewed.kind === 'refreshed' ? null : renewed.trace,
  });
};

const store = (
  { tokens, scopePolicy, clock }: Dependencies,
  {
    lease,
    stored,
    renewed,
  }: { readonly lease: RefreshLease; readonly stored: StoredTokens; readonly renewed: RefreshAnswer },
): Promise<boolean> => {
  const atMs = clock.now();
  switch (renewed.kind) {
    case 'refreshed': {
      const scopes = compareScopes(scopePolicy, renewed.scopes);
      return tokens.storeRefreshed(lease, renewed.tokens, { type: 'RecordRefresh', scopes, atMs });
    }
    case 'refused': {
      const tokenStillWorks = works(stored, atMs);
      const againAtMs = atMs + REFUSED_REFRESH_PAUSE_MS;
      // Asked once more at the moment when the token ends, before the channel is given up.
      const notBeforeMs = tokenStillWorks ? Math.min(againAtMs, goodUntil(stored)) : againAtMs;
      return tokens.postpone(lease, notBeforeMs, { type: 'RecordRefreshRefusal', tokenStillWorks, atMs });
    }
    case 'unavailable':
      return tokens.postpone(lease, atMs + FAILED_REFRESH_PAUSE_MS);
  }
};

/** TikTok may have ended the old refresh token: a database that is away for a moment must not lose the new one. */
const keep = async ({ pause }: Dependencies, write: () => Promise<boolean>): Promise<boolean> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await write();
    } catch (error) {
      if (!(error instanceof DependencyUnavailable) || attempt >= MAX_STORES) throw error;
      await pause(STORE_AGAIN_AFTER_MS);
    }
  }
};
