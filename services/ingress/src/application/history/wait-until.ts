import type { Clock } from '@tiktok-channel/platform/kernel';

/** This process ends: what is under way goes on in the next one. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

/** Resolves at a time of the clock; rejects with `Stopped` when the process ends before. */
export type WaitUntil = (atMs: number) => Promise<void>;

/** The clock may be moved on, so that it is looked at now and then. */
const LOOK_EVERY_MS = 500;

export const createWaitUntil =
  ({
    clock,
    pause,
    isStopping,
  }: {
    readonly clock: Clock;
    /** In the machine's own time; ends early when the process does. */
    readonly pause: (ms: number) => Promise<void>;
    readonly isStopping: () => boolean;
  }): WaitUntil =>
  async (atMs) => {
    for (;;) {
      if (isStopping()) throw new Stopped();
      const leftMs = atMs - clock.now();
      if (leftMs <= 0) return;
      await pause(Math.min(leftMs, LOOK_EVERY_MS));
    }
  };
