import type { Clock, Logger } from '@tiktok-channel/platform/kernel';
import { LONGEST_WAIT_MS, waitMs } from '../domain/waiting.ts';
import type { AdvanceLane } from './advance-lane.ts';
import type { TurnsTaken } from './call-gate.ts';
import type { LaneStep } from './lane-step.ts';
import type { ClaimedLane, Lanes } from './ports.ts';

export interface Dispatcher {
  readonly name: string;
  start(): void;
  /** Claims nothing more, and waits for what is being worked on. */
  stop(): Promise<void>;
  /** Something may be due: look now, and not at the next poll. */
  poke(): void;
  health(): { readonly alive: boolean; readonly ready: boolean; readonly reason?: string };
}

export interface DispatcherDependencies {
  readonly lanes: Pick<Lanes, 'claim' | 'release' | 'mend'>;
  readonly advanceLane: AdvanceLane;
  readonly turns: TurnsTaken;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Lanes that this process works on at the same time. */
  readonly concurrency: number;
  /**
   * Lanes that may wait for their turn at TikTok at the same time. Whose turn it is decides the claim, so what is claimed early
   * goes before what comes later: few keep the order fair.
   */
  readonly lookahead: number;
  readonly leaseMs: number;
  /** For what nobody pokes about: another process's lanes, and times that come. */
  readonly pollMs: number;
  readonly observeClaim: (durationMs: number) => void;
}

/** A round of the loop takes one query; without one for so long it hangs. */
const STUCK_AFTER_MS = 60_000;

/** How soon a claimed lane waits for its turn or is done; one that takes longer asks somebody else on the way. */
const ON_ITS_WAY_MS = 100;
const LOOK_AGAIN_MS = 5;

const MEND_EVERY_MS = 60_000;

/** Works on due lanes, each alone and many at once. */
export const createDispatcher = (dependencies: DispatcherDependencies): Dispatcher => {
  const { lanes, logger, turns, concurrency, lookahead, leaseMs, pollMs } = dependencies;
  const working = new Set<Promise<void>>();
  const bell = createBell();
  let loop: Promise<void> | null = null;
  let isStopping = false;
  let isDatabaseThere = true;
  let finished = 0;
  let lastRoundAt = performance.now();
  let mendedAt = Number.NEGATIVE_INFINITY;

  const claim = async (limit: number): Promise<readonly ClaimedLane[]> => {
    try {
      if (performance.now() - mendedAt > MEND_EVERY_MS) await lanes.mend(leaseMs);
      mendedAt = performance.now();
      const startedAt = performance.now();
      const claimed = await lanes.claim({ limit, leaseMs });
      dependencies.observeClaim(performance.now() - startedAt);
      isDatabaseThere = true;
      return claimed;
    } catch (error) {
      if (isDatabaseThere) logger.warn('dispatcher.claim_failed', {}, error);
      isDatabaseThere = false;
      return [];
    }
  };
  const work = (lane: ClaimedLane): void => {
    const done: Promise<void> = workOn(dependencies, lane).finally(() => {
      finished += 1;
      working.delete(done);
      bell.ring();
    });
    working.add(done);
  };
  /** Until the claimed lanes wait for their turns, so that the next claim knows how many do. */
  const settleIn = async (lanesOfRound: readonly ClaimedLane[]): Promise<void> => {
    const arrived = turns.entered() + finished + lanesOfRound.length;
    const endsAt = performance.now() + ON_ITS_WAY_MS;
    for (const lane of lanesOfRound) work(lane);
    while (!isStopping && turns.entered() + finished < arrived && performance.now() < endsAt) {
      await bell.rung(LOOK_AGAIN_MS);
    }
  };
  const round = async (): Promise<void> => {
    lastRoundAt = performance.now();
    const free = Math.min(concurrency - working.size, lookahead - turns.waiting());
    if (free <= 0) return bell.rung(LOOK_AGAIN_MS);
    const claimed = await claim(free);
    if (claimed.length === 0) return bell.rung(pollMs);
    return settleIn(claimed);
  };
  const run = async (): Promise<void> => {
    while (!isStopping) await round();
  };

  return {
    name: 'dispatcher',
    start: () => {
      loop = run();
    },
    stop: async () => {
      isStopping = true;
      bell.ring();
      await loop;
      await Promise.all(working);
    },
    poke: bell.ring,
    health: () => {
      if (performance.now() - lastRoundAt > STUCK_AFTER_MS) return { alive: false, ready: false, reason: 'stuck' };
      return isDatabaseThere
        ? { alive: true, ready: true }
        : { alive: true, ready: false, reason: 'database_unavailable' };
    },
  };
};

const workOn = async (dependencies: DispatcherDependencies, lane: ClaimedLane): Promise<void> => {
  const { lanes, advanceLane, logger } = dependencies;
  try {
    await lanes.release(lane, nextOf(await advanceLane(lane), dependencies.clock.now()));
  } catch (error) {
    logger.warn('lane.failed', { channelId: lane.channelId, laneId: lane.laneId }, error);
    await releaseLater(dependencies, lane);
  }
};

const nextOf = (step: LaneStep, nowMs: number): Parameters<Lanes['release']>[1] => {
  switch (step.kind) {
    case 'again':
      return { dueAtMs: nowMs, tries: 0 };
    case 'wait':
      return { dueAtMs: Math.min(step.untilMs, nowMs + LONGEST_WAIT_MS), tries: step.tries };
    case 'idle':
      return null;
  }
};

const releaseLater = async ({ lanes, clock, logger }: DispatcherDependencies, lane: ClaimedLane): Promise<void> => {
  const tries = lane.tries + 1;
  try {
    await lanes.release(lane, { dueAtMs: clock.now() + waitMs(tries, 1), tries });
  } catch (error) {
    // The lane comes back when its lease has run out.
    logger.warn('lane.release_failed', { channelId: lane.channelId, laneId: lane.laneId }, error);
  }
};

/** A ring that nobody waits for is kept for the next who does. */
const createBell = () => {
  let isRung = false;
  let wake: (() => void) | null = null;
  return {
    ring: (): void => {
      isRung = true;
      wake?.();
    },
    rung: async (withinMs: number): Promise<void> => {
      if (!isRung) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, withinMs);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      wake = null;
      isRung = false;
    },
  };
};
