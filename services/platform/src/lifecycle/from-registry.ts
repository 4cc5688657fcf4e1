import { setTimeout as wait } from 'node:timers/promises';
import { DependencyUnavailable, type Logger } from '../kernel/index.ts';
import type { Part } from './lifecycle.ts';

export interface FromRegistry<T> extends Required<Part> {
  /** Resolves when it was opened, however long the registry takes, or when the process stops. */
  start(): Promise<void>;
  /** Throws `DependencyUnavailable` until it was opened. */
  current(): T;
}

/** What a process opens once, at its start, and needs the schema registry for: a codec. */
export const createFromRegistry = <T extends object>({
  open,
  logger,
  pauseMs = 1_000,
}: {
  readonly open: () => Promise<T>;
  readonly logger: Logger;
  readonly pauseMs?: number;
}): FromRegistry<T> => {
  const stopped = new AbortController();
  const { signal } = stopped;
  let opened: T | null = null;

  return {
    name: 'schemas',
    start: async () => {
      while (opened === null && !signal.aborted) {
        try {
          opened = await open();
        } catch (error) {
          logger.warn('registry.unavailable', { retryAfterMs: pauseMs }, error);
          // The rejection says that the process stops, which the loop sees.
          await wait(pauseMs, undefined, { signal }).catch(() => {});
        }
      }
    },
    stop: () => stopped.abort(),
    health: () =>
      opened === null ? { alive: true, ready: false, reason: 'waits for the registry' } : { alive: true, ready: true },
    current: () => {
      if (opened === null) throw new DependencyUnavailable('registry');
      return opened;
    },
  };
};
