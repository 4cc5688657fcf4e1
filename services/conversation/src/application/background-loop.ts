import type { Logger } from '@tiktok-channel/platform/kernel';

export interface BackgroundLoop {
  readonly name: string;
  start(): void;
  /** Waits for the turn under way. */
  stop(): Promise<void>;
  /** There may be work: look at once. */
  poke(): void;
}

const LEAST_BACK_OFF_MS = 1_000;

/**
 * Calls `work` again and again: at once while it answers that there is more, else after `everyMs` or a poke. What it throws
 * is logged, and tried again after a second at least, poked or not.
 */
export const createBackgroundLoop = ({
  name,
  work,
  everyMs,
  logger,
}: {
  readonly name: string;
  readonly work: () => Promise<boolean>;
  readonly everyMs: number;
  readonly logger: Logger;
}): BackgroundLoop => {
  let isStopping = false;
  let isPoked = false;
  let running: Promise<void> | null = null;
  let wake: () => void = () => {};

  const rest = (ms: number, isPatient = false): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        if (isPatient && !isStopping) return;
        clearTimeout(timer);
        resolve();
      };
      if (isStopping) wake();
    });
  const turn = async (): Promise<void> => {
    try {
      isPoked = false;
      if (!(await work()) && !isPoked) await rest(everyMs);
    } catch (error) {
      const retryAfterMs = Math.max(everyMs, LEAST_BACK_OFF_MS);
      logger.warn('loop.failed', { loop: name, retryAfterMs }, error);
      await rest(retryAfterMs, true);
    }
  };
  const run = async (): Promise<void> => {
    while (!isStopping) await turn();
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
    poke: () => {
      isPoked = true;
      wake();
    },
  };
};
