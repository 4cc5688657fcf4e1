import type { Clock } from '../kernel/index.ts';

export interface RelayTrouble {
  readonly reason: 'broker_unavailable' | 'database_unavailable';
  /** Epoch milliseconds. */
  readonly sinceMs: number;
}

export interface Trouble {
  found(dependency: 'broker' | 'database'): void;
  /** A wait that is trouble only when it lasts. Answers what ends it. */
  waitForBroker(): () => void;
  clear(): void;
  current(): RelayTrouble | null;
}

/** A broker that has not answered for so long is away. */
const LONG_WAIT_MS = 5_000;

export const createTrouble = (clock: Clock): Trouble => {
  let found: RelayTrouble | null = null;
  let waiting: RelayTrouble | null = null;

  return {
    found(dependency) {
      const reason = `${dependency}_unavailable` as const;
      if (found?.reason !== reason) found = { reason, sinceMs: clock.now() };
    },
    waitForBroker() {
      waiting = { reason: 'broker_unavailable', sinceMs: clock.now() };
      return () => {
        waiting = null;
      };
    },
    clear() {
      found = null;
    },
    current() {
      if (found !== null) return found;
      return waiting !== null && clock.now() - waiting.sinceMs >= LONG_WAIT_MS ? waiting : null;
    },
  };
};
