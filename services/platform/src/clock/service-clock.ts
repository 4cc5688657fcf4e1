import { randomUUID } from 'node:crypto';
import type { Clock, Logger } from '../kernel/index.ts';
import { createFollowingClock, type FollowingClock } from './following-clock.ts';
import { systemClock } from './system-clock.ts';

/** What keeps a clock going, as parts of a process. */
export interface ClockPart extends Pick<FollowingClock, 'start' | 'stop'> {
  readonly name: 'clock';
}

/** The clock that is given; else, where there is a `url`, the one that follows the simulator there; else the machine's. */
export const createServiceClock = ({
  service,
  url,
  given,
  logger,
}: {
  readonly service: string;
  readonly url: string | undefined;
  readonly given: Clock | undefined;
  readonly logger: Logger;
}): { readonly clock: Clock; readonly parts: readonly ClockPart[] } => {
  if (given !== undefined) return { clock: given, parts: [] };
  if (url === undefined) return { clock: systemClock, parts: [] };
  const clock = createFollowingClock({ url, follower: `${service}-${randomUUID()}`, logger });
  return { clock, parts: [{ name: 'clock', start: clock.start, stop: clock.stop }] };
};
