const WITHIN_MS = 20_000;

/** As the platform's, which needs Node's types: waits until the check holds, with a deadline. */
export const eventually = async <T>(what: string, check: () => T | undefined | null | false): Promise<T> => {
  const end = performance.now() + WITHIN_MS;
  let last: unknown;
  do {
    try {
      const value = check();
      if (value !== undefined && value !== null && value !== false) return value;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  } while (performance.now() < end);
  throw new Error(`${what}: not within ${WITHIN_MS} ms`, { cause: last });
};
