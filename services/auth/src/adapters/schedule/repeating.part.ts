import type { Logger } from '@tiktok-channel/platform/kernel';
import type { Part } from '@tiktok-channel/platform/lifecycle';

/** A turn that takes longer hangs. */
const STUCK_AFTER_MS = 10 * 60_000;

/**
 * Work that comes back by itself for as long as the process runs. `turn` answers whether more is due at once. A failure is
 * logged and tried again: what is not done yet is found again in the database.
 */
export const createRepeating = ({
  name,
  turn,
  everyMs,
  logger,
}: {
  readonly name: string;
  readonly turn: () => Promise<boolean>;
  readonly everyMs: number;
  readonly logger: Logger;
}): Required<Part> => {
  let isStopping = false;
  let running: Promise<void> | null = null;
  let begunAt: number | null = null;
  let wake: () => void = () => {};

  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, everyMs);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const takeTurn = async (): Promise<boolean> => {
    begunAt = performance.now();
    try {
      return await turn();
    } catch (error) {
      logger.warn('loop.failed', { loop: name, retryAfterMs: everyMs }, error);
      return false;
    } finally {
      begunAt = null;
    }
  };
  const run = async (): Promise<void> => {
    while (!isStopping) {
      const isMoreDue = await takeTurn();
      if (!isMoreDue && !isStopping) await pause();
    }
  };
  return {
    name,
    start: () => {
      running = run();
    },
    stop: async () => {
      isStopping = true;
      wake();
      await running;
    },
    health: () => {
      const isStuck = begunAt !== null && performance.now() - begunAt > STUCK_AFTER_MS;
      return isStuck ? { alive: false, reason: 'a turn does not end' } : { alive: true };
    },
  };
};
