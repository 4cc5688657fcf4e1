import type { Clock } from '@tiktok-channel/platform/kernel';
import { onDatabase } from '@tiktok-channel/platform/postgres';
import type { RequestRate } from '../../application/call-gate.ts';
import { HALVED_FOR_MS, type Strikes, strike } from '../../domain/request-share.ts';
import type { Database } from './database.ts';

/** A second, and a hundredth that a timer may be late by without one call too many in it. */
const SECOND_US = 1_010_000;

/** Nobody waits longer than this for a call: a time further ahead comes from a clock that has gone back. */
const FURTHEST_AHEAD_US = 60_000_000;
/** The same for the end of a pause, which may be that of a day. */
const LONGEST_PAUSE_MS = 86_400_000;

interface Options {
  readonly database: Database;
  readonly clock: Clock;
  readonly pause: (ms: number) => Promise<void>;
  readonly share: string;
  readonly perSecond: number;
}

interface Turn {
  /** Epoch microseconds. */
  readonly atUs: number;
  readonly pausedUntilMs: number | null;
}

/**
 * One row that all replicas move on: each call takes the next of evenly spaced times, so no second of any clock holds more
 * than `perSecond` of them. (A counter per second would let twice as many through at its edge.) One statement at a time takes
 * turns for all who have asked meanwhile.
 */
export const createRequestRate = ({ database, clock, pause, share, perSecond }: Options): RequestRate => {
  const spacingUs = Math.ceil(SECOND_US / perSecond);
  const asking: ((turn: Promise<Turn>) => void)[] = [];
  let isTaking = false;
  let hasStrikes = false;

  const takeAll = async (): Promise<void> => {
    isTaking = true;
    while (asking.length > 0) {
      const batch = asking.splice(0);
      const taken = takeTurns(batch.length);
      for (const [index, answer] of batch.entries()) answer(taken.then((turnOf) => turnOf(index)));
      await taken.catch(() => {
        // Whoever asked is told.
      });
    }
    isTaking = false;
  };
  const takeTurns = async (count: number): Promise<(index: number) => Turn> => {
    const nowMs = clock.now();
    const [row] = await onDatabase(() =>
      database.$queryRawUnsafe<TurnRow[]>(TAKE, share, nowMs * 1_000, count, spacingUs, FURTHEST_AHEAD_US, nowMs),
    );
    if (row === undefined) throw new TypeError('the rate has no row');
    hasStrikes = row.strikes > 0;
    const each = Number(row.spacing);
    const firstUs = Number(row.next_at) - count * each;
    return (index) => ({ atUs: firstUs + index * each, pausedUntilMs: row.paused ? Number(row.paused_until) : null });
  };

  return {
    take: async () => {
      const turn = await new Promise<Turn>((resolve) => {
        asking.push(resolve);
        if (!isTaking) void takeAll();
      });
      if (turn.pausedUntilMs !== null) return { kind: 'paused', untilMs: turn.pausedUntilMs };
      const waitMs = Math.ceil(turn.atUs / 1_000) - clock.now();
      if (waitMs > 0) await pause(waitMs);
      return { kind: 'taken' };
    },
    refused: () => strikeShare(database, share, clock.now()),
    taken: async () => {
      if (!hasStrikes) return;
      hasStrikes = false;
      await onDatabase(() =>
        database.$executeRawUnsafe('UPDATE request_rates SET strikes = 0 WHERE share = $1', share),
      );
    },
  };
};

const PAUSED = `(rate.paused_until IS NOT NULL AND rate.paused_until BETWEEN $6::bigint + 1 AND $6::bigint + ${LONGEST_PAUSE_MS})`;
const SPACING = `($4::bigint * CASE WHEN rate.struck_at BETWEEN $6::bigint - ${HALVED_FOR_MS} AND $6::bigint THEN 2 ELSE 1 END)`;

const TAKE = `
  INSERT INTO request_rates AS rate (share, next_at) VALUES ($1, $2::bigint + $3::bigint * $4::bigint)
  ON CONFLICT (share) DO UPDATE SET next_at = CASE WHEN ${PAUSED} THEN rate.next_at ELSE
    CASE WHEN rate.next_at BETWEEN $2::bigint AND $2::bigint + $5::bigint THEN rate.next_at ELSE $2::bigint END
    + $3::bigint * ${SPACING} END
  RETURNING next_at, ${SPACING} AS spacing, ${PAUSED} AS paused, paused_until, strikes`;

interface TurnRow {
  readonly next_at: bigint;
  readonly spacing: bigint;
  readonly paused: boolean;
  readonly paused_until: bigint | null;
  readonly strikes: number;
}

interface StrikeRow {
  readonly strikes: number;
  readonly struck_at: bigint | null;
  readonly paused_until: bigint | null;
}

const strikeShare = async (database: Database, share: string, nowMs: number): Promise<Strikes> =>
  onDatabase(() =>
    database.$transaction(async (tx) => {
      const [row] = await tx.$queryRawUnsafe<StrikeRow[]>(
        'SELECT strikes, struck_at, paused_until FROM request_rates WHERE share = $1 FOR UPDATE',
        share,
      );
      const struck = strike(strikesOf(row), nowMs);
      await tx.$executeRawUnsafe(
        'UPDATE request_rates SET strikes = $2::int, struck_at = $3::bigint, paused_until = $4::bigint WHERE share = $1',
        share,
        struck.inARow,
        struck.lastAtMs,
        struck.pausedUntilMs,
      );
      return struck;
    }),
  );

const strikesOf = (row: StrikeRow | undefined): Strikes => ({
  inARow: row?.strikes ?? 0,
  lastAtMs: row?.struck_at == null ? null : Number(row.struck_at),
  pausedUntilMs: row?.paused_until == null ? null : Number(row.paused_until),
});
