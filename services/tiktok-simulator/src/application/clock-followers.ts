import type { Clock } from '@tiktok-channel/platform/kernel';
import type { SimulatorTime } from './simulator-time.ts';

interface ClockState {
  readonly offsetMs: number;
  readonly version: number;
}

interface Follower {
  /** The newest version that it came back with; null before its first answer. */
  knows: number | null;
  openPolls: number;
  seenAtMs: number;
}

interface Poll {
  readonly version: number | null;
  readonly follower: string | null;
  /** Aborts when the connection is gone before the answer. */
  readonly gone: AbortSignal;
}

/** Processes whose clocks follow this one by long polling. */
export interface ClockFollowers {
  /** The state: at once when it is not the caller's version, otherwise when it changes or the hold is over. */
  poll(poll: Poll): Promise<ClockState>;
  /** The connection over which this follower was answered last is gone. */
  leave(follower: string): void;
  /** Moves the clock; resolves when every follower has come back with the new version, after `boundMs` at the latest. */
  advance(byMs: number): Promise<ClockState>;
  state(): ClockState;
  stop(): void;
}

interface Options {
  readonly time: SimulatorTime;
  readonly systemClock: Clock;
  /** How long a poll is held. */
  readonly holdMs?: number;
  /** How long a move waits for its followers; who is behind then is dropped. */
  readonly boundMs?: number;
  /** A follower without an open poll counts as alive so long after it was seen. */
  readonly betweenPollsMs?: number;
}

export const createClockFollowers = (options: Options): ClockFollowers => {
  const { time, systemClock, holdMs = 25_000, boundMs = 5_000, betweenPollsMs = 2_000 } = options;
  const followers = new Map<string, Follower>();
  // Not from 0: a follower of an earlier process must never meet a version that it knows with another offset.
  let version = systemClock.now();
  let changed = Promise.withResolvers<void>();
  let progressed = Promise.withResolvers<void>();
  const stopped = new AbortController();

  const state = (): ClockState => ({ offsetMs: time.offsetMs(), version });
  const noteProgress = () => {
    progressed.resolve();
    progressed = Promise.withResolvers();
  };
  /** Who gives no name is answered like the others, and waited for by nobody. */
  const meet = (name: string | null, known: number | null): Follower => {
    const follower = (name === null ? null : followers.get(name)) ?? { knows: null, openPolls: 0, seenAtMs: 0 };
    follower.knows = known;
    follower.seenAtMs = systemClock.now();
    if (name !== null) followers.set(name, follower);
    noteProgress();
    return follower;
  };
  const leave = (name: string) => {
    if ((followers.get(name)?.openPolls ?? 0) > 0) return;
    followers.delete(name);
    noteProgress();
  };
  const isBehind = (name: string, expected: number) => {
    const follower = followers.get(name);
    return follower !== undefined && (follower.knows ?? 0) < expected;
  };
  const waitFor = async (names: readonly string[], expected: number) => {
    const bound = AbortSignal.any([AbortSignal.timeout(boundMs), stopped.signal]);
    while (names.some((name) => isBehind(name, expected)) && !bound.aborted) {
      await firstOf([progressed.promise], bound);
    }
    for (const name of names) if (isBehind(name, expected)) followers.delete(name);
  };

  return {
    state,
    leave,
    poll: async ({ version: known, follower: name, gone }) => {
      const follower = meet(name, known);
      if (known !== version) return state();

      follower.openPolls += 1;
      await firstOf([changed.promise], AbortSignal.any([AbortSignal.timeout(holdMs), gone, stopped.signal]));
      follower.openPolls -= 1;
      follower.seenAtMs = systemClock.now();
      if (name !== null && gone.aborted) leave(name);
      return state();
    },
    advance: async (byMs) => {
      const aliveSinceMs = systemClock.now() - betweenPollsMs;
      const alive = [...followers].filter(([, { openPolls, seenAtMs }]) => openPolls > 0 || seenAtMs >= aliveSinceMs);
      time.advance(byMs);
      version += 1;
      const expected = version;
      changed.resolve();
      changed = Promise.withResolvers();
      await waitFor(
        alive.map(([name]) => name),
        expected,
      );
      return state();
    },
    stop: () => stopped.abort(),
  };
};

/** Resolves with the first of the promises, or when the signal aborts; leaves no listener behind. */
const firstOf = async (promises: readonly Promise<void>[], signal: AbortSignal): Promise<void> => {
  const aborted = Promise.withResolvers<void>();
  const onAbort = () => aborted.resolve();
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  await Promise.race([...promises, aborted.promise]);
  signal.removeEventListener('abort', onAbort);
};
