import { type Clock, DependencyUnavailable } from '@tiktok-channel/platform/kernel';
import {
  askAgainAfterRefusal,
  canRefresh,
  FAILED_REFRESH_PAUSE_MS,
  refusalReason,
  type StoredTokens,
  works,
} from '../domain/refresh-rules.ts';
import { compareScopes, isUsable, type ScopePolicy } from '../domain/scopes.ts';
import type { Pause, RefreshLease, ReportRefresh, Tokens } from './ports.ts';
import type { RefreshAnswer, TikTok } from './tiktok-ports.ts';

interface Dependencies {
  readonly tokens: Tokens;
  readonly tiktok: TikTok;
  readonly scopePolicy: ScopePolicy;
  readonly clock: Clock;
  readonly report: ReportRefresh;
  readonly pause: Pause;
}

/** Longer than a call to TikTok may take, the wait for its turn included, and a lost database connection is waited for. */
const LEASE_MS = 120_000;
const STORE_AGAIN_AFTER_MS = 500;
/** For about 90 s, so that it ends before the lease does. */
const MAX_STORES = 180;

/** Answers whether it was this caller that asked TikTok; false when another one is at it, or the tokens have moved on. */
export type RenewToken = (channelId: string, stored: StoredTokens) => Promise<boolean>;

/**
 * Renews one version of a channel's tokens, once across all replicas. That it begins is written ahead of the call: whoever
 * comes after a crash knows that an answer of TikTok may be lost, and asks again.
 */
export const createRenewToken =
  (dependencies: Dependencies): RenewToken =>
  async (channelId, stored) => {
    const { tokens, clock, report } = dependencies;
    const nowMs = clock.now();
    const lease = await tokens.takeLease(channelId, {
      version: stored.version,
      nowMs,
      untilMs: nowMs + LEASE_MS,
    });
    if (lease === null) return false;

    const renewed = await ask(dependencies, stored);
    const isStored = await keep(dependencies, () => store(dependencies, { lease, stored, renewed }));

    report({
      outcome: isStored ? renewed.kind : 'superseded',
      channelId,
      version: lease.version,
      trace: renewed.kind === 'refreshed' ? null : renewed.trace,
    });
    return true;
  };

/** `not_asked`: our own database was away when the call's turn was to come. */
type Asked = RefreshAnswer | { readonly kind: 'not_asked'; readonly trace: null };

const ask = async ({ tiktok, clock }: Dependencies, stored: StoredTokens): Promise<Asked> => {
  if (!canRefresh(stored, clock.now())) return { kind: 'refused', trace: null };
  try {
    return await tiktok.refresh(stored);
  } catch (error) {
    if (error instanceof DependencyUnavailable) return { kind: 'not_asked', trace: null };
    throw error;
  }
};

interface Renewal {
  readonly lease: RefreshLease;
  readonly stored: StoredTokens;
  readonly renewed: Asked;
}

const store = ({ tokens, scopePolicy, clock }: Dependencies, { lease, stored, renewed }: Renewal): Promise<boolean> => {
  const atMs = clock.now();
  switch (renewed.kind) {
    case 'refreshed': {
      const scopes = compareScopes(scopePolicy, renewed.scopes);
      const pair = { tokens: renewed.tokens, replacesRefused: stored.accessRefusedAtMs !== null };
      const command = { type: 'RecordRefresh', scopes, isUsable: isUsable(scopePolicy, scopes), atMs } as const;
      return tokens.storeRefreshed(lease, pair, command);
    }
    case 'refused': {
      const until = { notBeforeMs: askAgainAfterRefusal(stored, atMs), begunAtMs: lease.begunBeforeAtMs };
      const reason = refusalReason(stored, { nowMs: atMs, wasBegunBefore: lease.begunBeforeAtMs !== null });
      const command = { type: 'RecordRefreshRefusal', tokenStillWorks: works(stored, atMs), reason, atMs } as const;
      return tokens.postpone(lease, until, command);
    }
    // The intent came to nothing. Left open it would keep everybody away until the lease ends, and look like a lost answer.
    case 'not_asked':
      return tokens.postpone(lease, { notBeforeMs: atMs, begunAtMs: lease.begunBeforeAtMs });
    case 'unavailable': {
      const begunAtMs = lease.begunBeforeAtMs ?? (renewed.mayHaveRenewed ? atMs : null);
      return tokens.postpone(lease, { notBeforeMs: atMs + FAILED_REFRESH_PAUSE_MS, begunAtMs });
    }
  }
};

/**
 * TikTok may have ended the old refresh token, and the new one is nowhere else: neither a database that is away nor whatever
 * else goes wrong may lose it while there is time to try again.
 */
const keep = async ({ pause }: Dependencies, write: () => Promise<boolean>): Promise<boolean> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await write();
    } catch (error) {
      if (attempt >= MAX_STORES) throw error;
      await pause(STORE_AGAIN_AFTER_MS);
    }
  }
};
