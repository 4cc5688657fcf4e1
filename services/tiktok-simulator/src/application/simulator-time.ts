import type { Clock } from '@tiktok-channel/platform/kernel';

type Task = () => void;

/** TikTok's clock: the system's, moved forward by an offset; and what is to happen at a time of it. */
export interface SimulatorTime extends Clock {
  offsetMs(): number;
  /** Moves the clock, without doing yet what became due: see `fireDue`. */
  advance(byMs: number): void;
  /** Runs `task` once the clock has moved on by `delayMs`; at once for 0. */
  after(delayMs: number, task: Task): void;
  fireDue(): void;
  stop(): void;
}

/** A timer may be set no longer than this; a longer wait is looked at again in between. */
const LONGEST_TIMER_MS = 3_600_000;

export const createSimulatorTime = (systemClock: Clock): SimulatorTime => {
  let offsetMs = 0;
  let timer: NodeJS.Timeout | undefined;
  const planned: { readonly dueMs: number; readonly task: Task }[] = [];
  const now = () => systemClock.now() + offsetMs;

  const setTimer = () => {
    clearTimeout(timer);
    const next = planned[0];
    if (next !== undefined) timer = setTimeout(fireDue, Math.min(Math.max(next.dueMs - now(), 1), LONGEST_TIMER_MS));
  };
  const fireDue = () => {
    const due = planned.splice(0, indexAfter(planned, now()));
    for (const { task } of due) task();
    setTimer();
  };

  return {
    now,
    offsetMs: () => offsetMs,
    advance: (byMs) => {
      offsetMs += byMs;
    },
    after: (delayMs, task) => {
      if (delayMs <= 0) return task();
      const dueMs = now() + delayMs;
      const index = indexAfter(planned, dueMs);
      planned.splice(index, 0, { dueMs, task });
      if (index === 0) setTimer();
    },
    fireDue,
    stop: () => {
      clearTimeout(timer);
      planned.length = 0;
    },
  };
};

/** Where something due at `dueMs` goes in: behind everything that is due then or earlier (binary search). */
const indexAfter = (planned: readonly { readonly dueMs: number }[], dueMs: number): number => {
  let low = 0;
  let high = planned.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((planned[middle]?.dueMs ?? 0) <= dueMs) low = middle + 1;
    else high = middle;
  }
  return low;
};
