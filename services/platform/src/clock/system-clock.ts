import type { Clock } from '../kernel/index.ts';

/** The machine's time. */
export const systemClock: Clock = { now: () => Date.now() };
