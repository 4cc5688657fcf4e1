import type { Logger } from '@tiktok-channel/platform/kernel';
import type { ChangePosition } from '../domain/change-position.ts';
import type { ChangeLog } from './ports.ts';
import { createSeats, type Follower, type Following } from './seats.ts';

export interface LiveChanges {
  readonly name: 'live changes';
  start(): void;
  stop(): Promise<void>;
  /** Something was committed here: look at once. */
  poke(): void;
  /** `from` is null for whoever wants only what comes. */
  follow(follower: Follower, from: ChangePosition | null): Following;
}

const BACK_OFF_MS = 1_000;
const PAGE_SIZE = 1_000;

/**
 * Reads the change log in one loop per process while somebody follows it. It asks rather than being notified: a NOTIFY in
 * every transaction of the projection would take a lock of the whole database at each commit.
 */
export const createLiveChanges = ({
  log,
  pollMs,
  logger,
}: {
  readonly log: Pick<ChangeLog, 'head' | 'readAfter'>;
  readonly pollMs: number;
  readonly logger: Logger;
}): LiveChanges => {
  const seats = createSeats(log, PAGE_SIZE);
  let isStopping = false;
  let isPoked = false;
  let running: Promise<void> | null = null;
  let wake: () => void = () => {};

  const poke = (): void => {
    isPoked = true;
    wake();
  };
  const rest = (ms: number | null): Promise<void> =>
    new Promise((resolve) => {
      if (isPoked) {
        resolve();
        return;
      }
      const timer = ms === null ? undefined : setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const turn = async (): Promise<void> => {
    try {
      const hasMore = await seats.serve();
      if (!hasMore) await rest(pollMs);
    } catch (error) {
      logger.warn('events.log_not_read', { retryAfterMs: BACK_OFF_MS }, error);
      await rest(BACK_OFF_MS);
    }
  };
  const run = async (): Promise<void> => {
    while (!isStopping) {
      if (seats.isEmpty()) await rest(null);
      isPoked = false;
      if (!isStopping && !seats.isEmpty()) await turn();
    }
  };

  return {
    name: 'live changes',
    start: () => {
      running = run();
    },
    stop: async () => {
      isStopping = true;
      poke();
      await running;
    },
    poke,
    follow: (follower, from) => {
      const following = seats.take(follower, from);
      poke();
      return following;
    },
  };
};
