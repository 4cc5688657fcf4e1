import type { ConsumerHealth } from './consumer-types.ts';
import { elapsedMs } from './wait.ts';

/** Judges by progress: a batch that gets nowhere, or a loop that stands still while the broker answers. */
export interface Liveness {
  /** kafkajs's loop gave a sign of life: it fetched, sent a heartbeat, joined the group. */
  loopTurned(): void;
  /** One batch in hand; `movedAt` tells when it last got on, in `elapsedMs`. */
  startWork(movedAt: () => number): Work;
  fail(reason: string): void;
  health(): ConsumerHealth;
  stop(): void;
}

interface Work {
  end(): void;
}

interface LivenessOptions {
  readonly stuckAfterMs: number;
  /** Rejects while the broker is away. */
  readonly askBroker: () => Promise<unknown>;
}

/** A member may have to wait for a slow one of its group for a minute (the rebalance time-out) before it gets on. */
const QUIET_FACTOR = 3;

export const createLiveness = ({ stuckAfterMs, askBroker }: LivenessOptions): Liveness => {
  const works = new Set<{ readonly startedAt: number; readonly movedAt: () => number }>();
  let failure: string | null = null;
  let turnedAt: number | null = null;
  let isSilent = false;

  const isQuiet = (): boolean =>
    works.size === 0 && turnedAt !== null && elapsedMs() - turnedAt > QUIET_FACTOR * stuckAfterMs;

  const checkLoop = async (): Promise<void> => {
    if (!isQuiet()) return;
    try {
      await askBroker();
    } catch {
      // The broker is away: it is no wonder that the loop stands still, and a restart would not help.
      return;
    }
    isSilent = isQuiet();
  };

  const timer = setInterval(() => void checkLoop(), stuckAfterMs).unref();

  const isStuck = (): boolean => {
    const now = elapsedMs();
    return works.values().some(({ startedAt, movedAt }) => now - Math.max(startedAt, movedAt()) > stuckAfterMs);
  };

  return {
    loopTurned() {
      turnedAt = elapsedMs();
      isSilent = false;
    },
    startWork(movedAt) {
      const work = { startedAt: elapsedMs(), movedAt };
      works.add(work);
      return {
        end() {
          works.delete(work);
          turnedAt = elapsedMs();
        },
      };
    },
    fail(reason) {
      failure ??= reason;
    },
    health() {
      if (failure !== null) return { alive: false, reason: failure };
      if (isStuck()) return { alive: false, reason: 'a batch makes no progress' };
      if (isSilent) return { alive: false, reason: 'the fetch loop stands still while the broker answers' };
      return { alive: true };
    },
    stop() {
      clearInterval(timer);
    },
  };
};
