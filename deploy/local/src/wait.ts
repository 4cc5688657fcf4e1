import { setTimeout as delay } from 'node:timers/promises';

interface WaitOptions {
  readonly deadlineMs: number;
  /** Ends the wait early with the error it returns, for instance when the awaited process has died. */
  readonly giveUp?: () => Promise<Error | null> | Error | null;
}

const EVERY_MS = 100;

/** Resolves when `holds` does. `what` completes the sentence "… in time". */
export const waitUntil = async (
  what: string,
  holds: () => Promise<boolean>,
  { deadlineMs, giveUp }: WaitOptions,
): Promise<void> => {
  const startedMs = performance.now();
  while (!(await holds())) {
    const error = await giveUp?.();
    if (error) throw error;
    if (performance.now() - startedMs > deadlineMs) {
      throw new Error(`${what} within ${Math.round(deadlineMs / 1000)} s`);
    }
    await delay(EVERY_MS);
  }
};
