import { setTimeout as wait } from 'node:timers/promises';

/**
 * Waits until `condition` answers something else than `undefined`, `null` or `false`, and answers that. Throws after
 * `withinMs` with `what` and the last error, so that a failure says which condition never came true.
 */
export const eventually = async <T>(
  what: string,
  condition: () => Promise<T | undefined | null | false> | T | undefined | null | false,
  { withinMs = 20_000, everyMs = 25 }: { readonly withinMs?: number; readonly everyMs?: number } = {},
): Promise<T> => {
  const end = performance.now() + withinMs;
  let last: unknown;
  do {
    try {
      const value = await condition();
      if (value !== undefined && value !== null && value !== false) return value;
      last = undefined;
    } catch (error) {
      last = error;
    }
    await wait(everyMs);
  } while (performance.now() < end);
  throw new Error(`${what}: not within ${withinMs} ms`, { cause: last });
};
