import { DependencyUnavailable, type Logger } from '@tiktok-channel/platform/kernel';
import type { Backlog } from './operator-ports.ts';

export interface WatchBacklogDependencies {
  readonly read: () => Promise<Backlog>;
  readonly show: (backlog: Backlog) => void;
  readonly logger: Logger;
  readonly pause: (ms: number, options: { readonly signal: AbortSignal }) => Promise<unknown>;
}

const LOOK_EVERY_MS = 10_000;

/** Shows what waits, now and then. */
export const createBacklogWatch = ({ read, show, logger, pause }: WatchBacklogDependencies) => {
  const stopping = new AbortController();
  let loop: Promise<void> | null = null;
  const round = async (): Promise<void> => {
    try {
      show(await read());
    } catch (error) {
      if (!(error instanceof DependencyUnavailable)) logger.warn('backlog.not_read', {}, error);
    }
    await pause(LOOK_EVERY_MS, { signal: stopping.signal }).catch(() => {
      // It is told to stop.
    });
  };
  return {
    name: 'backlog watch',
    start: (): void => {
      loop = (async () => {
        while (!stopping.signal.aborted) await round();
      })();
    },
    stop: async (): Promise<void> => {
      stopping.abort();
      await loop;
    },
  };
};
