import { setTimeout as wait } from 'node:timers/promises';
import type { Clock, Logger } from '../kernel/index.ts';
import { systemClock } from './system-clock.ts';

export interface FollowingClock extends Clock {
  /** Resolves once the offset is known, so that nothing is decided by the wrong time; waits for the simulator until `stop`. */
  start(): Promise<void>;
  stop(): void;
}

interface Offset {
  readonly offsetMs: number;
  readonly version: number;
}

const PAUSE_AFTER_FAILURE_MS = 200;

/**
 * The machine's time plus the simulator's offset, so that hours pass in a test. It holds an open request at the
 * simulator, which answers when the offset changes; asking again is the acknowledgement. While the simulator is away
 * the last offset stands. Refused in production mode by the config room.
 *
 * `url` is the simulator's base URL, `follower` a name that is unique among processes.
 */
export const createFollowingClock = ({
  url,
  follower,
  logger,
}: {
  readonly url: string;
  readonly follower: string;
  readonly logger: Logger;
}): FollowingClock => {
  let offset: Offset | null = null;
  const stopping = new AbortController();

  const ask = async (): Promise<Offset> => {
    const query = new URLSearchParams({ follower, ...(offset === null ? {} : { version: String(offset.version) }) });
    const response = await fetch(`${url}/_control/clock?${query}`, { signal: stopping.signal });
    if (!response.ok) throw new Error(`the simulator answered ${response.status} for its clock`);
    return (await response.json()) as Offset;
  };
  const askOrPause = async (): Promise<void> => {
    try {
      offset = await ask();
    } catch (error) {
      if (stopping.signal.aborted) return;
      logger.debug('clock.unreachable', { reason: error instanceof Error ? error.name : 'unknown' });
      await wait(PAUSE_AFTER_FAILURE_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const follow = async (): Promise<void> => {
    while (!stopping.signal.aborted) await askOrPause();
  };
  return {
    now: () => systemClock.now() + (offset?.offsetMs ?? 0),
    start: async () => {
      await askOrPause();
      if (offset === null && !stopping.signal.aborted) logger.warn('clock.waiting', { url });
      while (offset === null && !stopping.signal.aborted) await askOrPause();
      void follow();
    },
    stop: () => stopping.abort(),
  };
};
