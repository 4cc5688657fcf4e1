import type { ApiArea } from '../domain/api-switches.ts';
import type { Ids } from '../domain/ids.ts';
import type { SwitchBoard } from './switch-board.ts';

/** Which calls of the open API go wrong, as `api_fails_…` say. */
export interface CallFaults {
  /** To be asked once for every call: the code with which it fails, null for one that goes its way. */
  next(area: ApiArea): number | null;
  /** How long the call waits before it is looked at. */
  delayMs(area: ApiArea): number;
}

export const createCallFaults = ({
  ids,
  switches,
}: {
  readonly ids: Ids;
  readonly switches: SwitchBoard;
}): CallFaults => {
  const isMeant = (area: ApiArea) => ['all', area].includes(switches.now().api_fails_on);

  return {
    next: (area) => {
      const { api_fails_with, api_fails_times, api_fails_every, api_fails_percent } = switches.now();
      if (api_fails_with === null || !isMeant(area)) return null;
      const call = switches.count('api_calls');
      if (call % api_fails_every !== 0 || ids.chance('api_fails', call) * 100 >= api_fails_percent) return null;
      return api_fails_times === null || switches.count('api_fails') <= api_fails_times ? api_fails_with : null;
    },
    delayMs: (area) => (isMeant(area) ? switches.now().api_answer_delay_ms : 0),
  };
};
