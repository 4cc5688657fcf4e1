import type { Logger } from '../kernel/index.ts';
import type { Part } from './lifecycle.ts';

export interface BackgroundLoop extends Required<Part> {
  /** Starts it; what it does is not waited for. */
  start(): void;
  /** Waits for the turn under way. */
  stop(): Promise<void>;
  /** There may be work: look at once. */
  poke(): void;
}

interface BackgroundLoopOptions {
  readonly name: string;
  /** Answers whether there is more to do at once. */
  readonly work: () => Promise<boolean>;
  /** The wait for the next turn when there is nothing to do. A poke ends it. */
  readonly everyMs: number;
  /** A turn that takes longer hangs, and the process counts as dead. Ten minutes if not said. */
  readonly stuckAfterMs?: number;
  readonly logger: Logger;
}

const LEAST_BACK_OFF_MS = 1_000;
const STUCK_AFTER_MS = 10 * 60_000;

/**
 * Work that comes back by itself for as long as the process runs. What it throws is logged and tried again after a second at
 * least, poked or not: what is not done yet is found again by the next turn.
 */
export const createBackgroundLoop = ({
  name,
  work,
  everyMs,
  stuckAfterMs = STUCK_AFTER_MS,
  logger,
}: BackgroundLoopOptions): BackgroundLoop => {
  const rest = createRest();
  const backOffMs = Math.max(everyMs, LEAST_BACK_OFF_MS);
  let running: Promise<void> = Promise.resolve();
  let begunAt: number | null = null;

  const takeTurn = async (): Promise<'more' | 'nothing' | 'failed'> => {
    begunAt = performance.now();
    try {
      return (await work()) ? 'more' : 'nothing';
    } catch (error) {
      logger.warn('loop.failed', { loop: name, retryAfterMs: backOffMs }, error);
      return 'failed';
    } finally {
      begunAt = null;
    }
  };
  const restAfter = async (turn: 'more' | 'nothing' | 'failed'): Promise<void> => {
    if (turn === 'failed') await rest.for(backOffMs);
    if (turn === 'nothing') await rest.unlessPoked(everyMs);
  };
  const run = async (): Promise<void> => {
    while (!rest.isOver()) {
      rest.forgetPoke();
      await restAfter(await takeTurn());
    }
  };
  return {
    name,
    start: () => {
      running = run();
    },
    stop: async () => {
      rest.end();
      await running;
    },
    poke: rest.poke,
    health: () => {
      const isStuck = begunAt !== null && performance.now() - begunAt > stuckAfterMs;
      return isStuck ? { alive: false, reason: 'a turn does not end' } : { alive: true };
    },
  };
};

/** The waits of one loop, which its end cuts short. */
const createRest = () => {
  let isOver = false;
  let isPoked = false;
  let wake: (by: 'poke' | 'end') => void = () => {};

  const wait = (ms: number, endsWith: (by: 'poke' | 'end') => boolean): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = (by) => {
        if (!endsWith(by)) return;
        clearTimeout(timer);
        resolve();
      };
      if (isOver) wake('end');
    });
  return {
    isOver: () => isOver,
    forgetPoke: () => {
      isPoked = false;
    },
    for: (ms: number) => wait(ms, (by) => by === 'end'),
    unlessPoked: async (ms: number) => {
      if (!isPoked) await wait(ms, () => true);
    },
    poke: () => {
      isPoked = true;
      wake('poke');
    },
    end: () => {
      isOver = true;
      wake('end');
    },
  };
};
