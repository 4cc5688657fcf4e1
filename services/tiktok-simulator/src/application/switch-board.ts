import { NORMAL_SWITCHES, type Switches } from '../domain/switches.ts';

/** How the switches stand. */
export interface SwitchBoard {
  now(): Switches;
  set(switches: Switches): void;
}

export const createSwitchBoard = (): SwitchBoard => {
  let current = NORMAL_SWITCHES;
  return {
    now: () => current,
    set: (switches) => {
      current = switches;
    },
  };
};
