import { setTimeout as sleep } from 'node:timers/promises';

export const delay = (ms: number): Promise<void> => sleep(ms);

/** Resolves when the event loop has dealt with all that had arrived. */
export const endOfTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** False when `promise` is still open after `timeoutMs`. Rejects when it does. */
export const settlesWithin = async (promise: Promise<unknown>, timeoutMs: number): Promise<boolean> => {
  const timer = new AbortController();
  const timeout = sleep(timeoutMs, false, { signal: timer.signal }).catch(() => false);
  try {
    return await Promise.race([promise.then(() => true), timeout]);
  } finally {
    timer.abort();
  }
};

/** Milliseconds on a clock that only runs forward: for how long something takes, never for a decision of the domain. */
export const elapsedMs = (): number => performance.now();
