import { elapsedMs } from './wait.ts';

const MAX_RESTARTS = 5;
const WINDOW_MS = 60_000;

/** An outage of the broker ends in one restart at most, so many in a row mean that restarting does not help. */
export const createRestartLimit = () => {
  let restarts: readonly number[] = [];
  return {
    /** Counts a restart. */
    isTooMany(): boolean {
      const now = elapsedMs();
      restarts = [...restarts.filter((at) => now - at < WINDOW_MS), now];
      return restarts.length > MAX_RESTARTS;
    },
  };
};
