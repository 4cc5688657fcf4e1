import type { SimulatorTime } from './simulator-time.ts';

/** Resolves when the simulator's clock has moved on by `delayMs`; at once for 0. */
export const pause = (time: SimulatorTime, delayMs: number): Promise<void> =>
  new Promise((resolve) => time.after(delayMs, resolve));
