import { NORMAL_SWITCHES, type Switches } from '../domain/switches.ts';

/** How the switches stand. */
export interface SwitchBoard {
  now(): Switches;
  set(switches: Switches): void;
  /** How often this was asked for `what` since the switches were set, now included: for what happens every n-th time. */
  count(what: string): number;
}

export const createSwitchBoard = (): SwitchBoard => {
  let current = NORMAL_SWITCHES;
  let counts = new Map<string, number>();
  return {
    now: () => current,
    set: (switches) => {
      current = switches;
      counts = new Map();
    },
    count: (what) => {
      const count = (counts.get(what) ?? 0) + 1;
      counts.set(what, count);
      return count;
    },
  };
};
