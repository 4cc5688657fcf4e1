import type { Clock, Logger } from '@tiktok-channel/platform/kernel';
import { LONGEST_WAIT_MS, waitMs } from '../domain/waiting.ts';
import type { AdvanceLane, LaneStep } from './advance-lane.ts';
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
  readonly lanes: Pick<Lanes, 'claim' | 'release'>;
  readonly advanceLane: AdvanceLane;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Lanes that this process works on at the same time. */
  readonly concurrency: number;
  readonly leaseMs: number;
  /** For what nobody pokes about: another process's lanes, and times that come. */
  readonly pollMs: number;
}

/** A round of the loop takes one query; without one for so long it hangs. */
const STUCK_AFTER_MS = 60_000;

/** Works on due lanes, each alone and many at once. */
export const createDispatcher = (dependencies: DispatcherDependencies): Dispatcher => {
  const { lanes, logger, concurrency, leaseMs, pollMs } = dependencies;
  const working = new Set<Promise<void>>();
  const bell = createBell();
  let loop: Promise<void> | null = null;
  let isStopping = false;
  let isDatabaseThere = true;
  let lastRoundAt = performance.now();

  const claim = async (limit: number): Promise<readonly ClaimedLane[]> => {
    if (limit === 0) return [];
    try {
      const claimed = await lanes.claim({ limit, leaseMs });
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
      working.delete(done);
      bell.ring();
    });
    working.add(done);
  };
  const run = async (): Promise<void> => {
    while (!isStopping) {
      lastRoundAt = performance.now();
      const free = concurrency - working.size;
      const claimed = await claim(free);
      for (const lane of claimed) work(lane);
      if (claimed.length < free || free === 0) await bell.rung(pollMs);
    }
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
    logger.warn('lane.failed', { channelId: lane.channelId, conversationId: lane.conversationId }, error);
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
      return { dueAtMs: null, tries: 0 };
  }
};

const releaseLater = async ({ lanes, clock, logger }: DispatcherDependencies, lane: ClaimedLane): Promise<void> => {
  const tries = lane.tries + 1;
  try {
    await lanes.release(lane, { dueAtMs: clock.now() + waitMs(tries, 1), tries });
  } catch (error) {
    // The lane comes back when its lease has run out.
    logger.warn('lane.release_failed', { channelId: lane.channelId, conversationId: lane.conversationId }, error);
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
