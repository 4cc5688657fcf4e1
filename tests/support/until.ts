import { setTimeout as delay } from 'node:timers/promises';

/** Waits on a condition, never for a time. Rejects with `what` when it does not come true before the deadline. */
export const until = async (
  what: string,
  condition: () => boolean | Promise<boolean>,
  { timeoutMs = 20_000 }: { readonly timeoutMs?: number } = {},
): Promise<void> => {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`${what}: not within ${timeoutMs} ms`);
    await delay(20);
  }
};
