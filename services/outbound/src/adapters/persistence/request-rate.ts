import type { Clock } from '@tiktok-channel/platform/kernel';
import { onDatabase } from '@tiktok-channel/platform/postgres';
import type { RateTurn, RequestRate } from '../../application/call-gate.ts';
import { HALVED_FOR_MS, type Strikes, strike } from '../../domain/request-share.ts';
import { batched } from './batched.ts';
import type { Database } from './database.ts';

/**
 * `perSecond` calls are spread over this much more than a second: a call may begin so late without being told, and may be
 * so much longer on its way to TikTok than the one a second before it.
 */
const FREE_LATENESS_MS = 6;
const JITTER_MS = 8;
const SECOND_US = 1_000 * (1_000 + FREE_LATENESS_MS + JITTER_MS);

/** A call that is later than this waits for another turn: to move on the others by so much would come too late for them. */
const MOST_LATENESS_MS = 250;

/** Storing an attempt takes less, mostly. */
const NEAR_MS = 100;

/** Nobody waits longer than this for a call: a time further ahead comes from a clock that has gone back. */
const FURTHEST_AHEAD_US = 60_000_000;
/** The same for the end of a pause, which may be that of a day. */
const LONGEST_PAUSE_MS = 86_400_000;

interface Options {
  readonly database: Database;
  readonly clock: Clock;
  readonly pause: (ms: number) => Promise<void>;
  /** Milliseconds of a clock that nobody moves. */
  readonly monotonicMs?: () => number;
  readonly share: string;
  readonly perSecond: number;
}

interface Given {
  /** Epoch microseconds. */
  readonly atUs: number;
  /** By how much the times before it had been moved on. */
  readonly shiftedUs: number;
  readonly pausedUntilMs: number | null;
}

/**
 * One row that all replicas move on: each call takes the next of evenly spaced times, so no second of any clock holds more
 * than `perSecond` of them. (A counter per second would let twice as many through at its edge.) A call that begins late moves
 * on the times that are given after it, so that the one `perSecond` calls later is still a second behind it.
 */
export const createRequestRate = (options: Options): RequestRate => {
  const { database, clock, share } = options;
  const times = createTimes(options);
  const take: RequestRate['take'] = async () => {
    const given = await times.next();
    return given.pausedUntilMs === null
      ? { kind: 'taken', turn: turnAt({ ...options, moveOn: times.moveOn, take }, given) }
      : { kind: 'paused', untilMs: given.pausedUntilMs };
  };
  return {
    take,
    refused: () => strikeShare(database, share, clock.now()),
    taken: async () => {
      if (!times.hasStrikes()) return;
      await onDatabase(() =>
        database.$executeRawUnsafe('UPDATE request_rates SET strikes = 0 WHERE share = $1', share),
      );
    },
  };
};

/** The times that are given to this process. */
const createTimes = ({ database, clock, share, perSecond }: Options) => {
  const spacingUs = Math.ceil(SECOND_US / perSecond);
  let hasStrikes = false;
  let shiftUs = 0;

  const give = batched(
    async (asked: readonly { readonly isTaken: boolean }[]): Promise<readonly Given[]> => {
      const count = asked.filter(({ isTaken }) => isTaken).length;
      const nowMs = clock.now();
      const [row] = await onDatabase(() =>
        database.$queryRawUnsafe<TurnRow[]>(
          TAKE,
          share,
          nowMs * 1_000,
          count,
          spacingUs,
          FURTHEST_AHEAD_US,
          nowMs,
          shiftUs,
        ),
      );
      if (row === undefined) throw new TypeError('the rate has no row');
      hasStrikes = row.strikes > 0;
      const spacing = Number(row.spacing);
      const pausedUntilMs = row.paused ? Number(row.paused_until) : null;
      let atUs = Number(row.next_at) - count * spacing;
      return asked.map(({ isTaken }) => {
        const given = { atUs, shiftedUs: Number(row.shifted_us), pausedUntilMs };
        if (isTaken) atUs += spacing;
        return given;
      });
    },
    { atOnce: 1 },
  );
  return {
    next: () => give({ isTaken: true }),
    /** All times that are not given yet, so far that times have been moved on by that much in all. */
    moveOn: (inAllUs: number): void => {
      if (inAllUs <= shiftUs) return;
      shiftUs = inAllUs;
      give({ isTaken: false }).catch(() => {
        // It goes with the next time that is asked for.
      });
    },
    /** Whether TikTok has refused calls for their number and taken none since; answered once. */
    hasStrikes: (): boolean => {
      const had = hasStrikes;
      hasStrikes = false;
      return had;
    },
  };
};

interface Turns extends Pick<Options, 'clock' | 'pause' | 'monotonicMs'> {
  readonly moveOn: (inAllUs: number) => void;
  readonly take: RequestRate['take'];
}

const turnAt = (
  { clock, pause, monotonicMs = () => performance.now(), moveOn, take }: Turns,
  { atUs, shiftedUs }: Given,
): RateTurn => {
  const waitMs = Math.max(0, Math.ceil(atUs / 1_000) - clock.now());
  const dueAt = monotonicMs() + waitMs;
  const comes = waitMs > 0 ? pause(waitMs) : Promise.resolve();
  const latenessMs = () => monotonicMs() - dueAt;
  let instead: RateTurn | null = null;
  return {
    atMs: Math.ceil(atUs / 1_000),
    comes,
    nears: () => (waitMs > NEAR_MS ? pause(waitMs - NEAR_MS) : Promise.resolve()),
    begins: async () => {
      await comes;
      if (latenessMs() <= MOST_LATENESS_MS) return;
      // Whatever is in the way of another turn: one call that is late harms nobody.
      const again = await take().catch(() => null);
      instead = again?.kind === 'taken' ? again.turn : null;
      await instead?.begins();
    },
    begun: () => {
      if (instead !== null) return instead.begun();
      const lateMs = Math.min(latenessMs(), MOST_LATENESS_MS) - FREE_LATENESS_MS;
      if (lateMs > 0) moveOn(shiftedUs + Math.round(1_000 * lateMs));
    },
  };
};

const PAUSED = `(rate.paused_until IS NOT NULL AND rate.paused_until BETWEEN $6::bigint + 1 AND $6::bigint + ${LONGEST_PAUSE_MS})`;
const SPACING = `($4::bigint * CASE WHEN rate.struck_at BETWEEN $6::bigint - ${HALVED_FOR_MS} AND $6::bigint THEN 2 ELSE 1 END)`;
const NEXT = '(rate.next_at + GREATEST(0, $7::bigint - rate.shifted_us))';

const TAKE = `
  INSERT INTO request_rates AS rate (share, next_at, shifted_us) VALUES ($1, $2::bigint + $3::bigint * $4::bigint, $7::bigint)
  ON CONFLICT (share) DO UPDATE SET
    shifted_us = GREATEST(rate.shifted_us, $7::bigint),
    next_at = CASE WHEN ${PAUSED} THEN rate.next_at ELSE
      CASE WHEN ${NEXT} BETWEEN $2::bigint AND $2::bigint + $5::bigint THEN ${NEXT} ELSE $2::bigint END
      + $3::bigint * ${SPACING} END
  RETURNING next_at, shifted_us, ${SPACING} AS spacing, ${PAUSED} AS paused, paused_until, strikes`;

interface TurnRow {
  readonly next_at: bigint;
  readonly shifted_us: bigint;
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
