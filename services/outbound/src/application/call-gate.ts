import type { Clock } from '@tiktok-channel/platform/kernel';
import type { CallGate, Postponement } from './ports.ts';

/** This service's share of the calls that TikTok takes, which its replicas have together. Throws `DependencyUnavailable`. */
export interface RequestRate {
  /** Resolves when the next call may be made; `paused`: none may before that time. */
  take(): Promise<{ readonly kind: 'taken' } | { readonly kind: 'paused'; readonly untilMs: number }>;
  /** TikTok refused a call for their number. */
  refused(): Promise<unknown>;
  /** TikTok took a call. */
  taken(): Promise<void>;
}

/** Left alone while it fails. */
interface Circuit {
  /** How long TikTok is not called from now on. */
  opensInMs(): number;
}

/** What the dispatcher goes by: it claims no more lanes than will soon have their turn. */
export interface TurnsTaken {
  /** How many wait for their turn in this process. */
  waiting(): number;
  /** How many have ever begun to wait. */
  entered(): number;
}

/** Asks the circuit first and after the wait, since a turn that nobody uses is lost to all. */
export const createCallGate = ({
  rate,
  circuit,
  clock,
}: {
  readonly rate: Pick<RequestRate, 'take'>;
  readonly circuit: Circuit;
  readonly clock: Clock;
}): CallGate & TurnsTaken => {
  let waiting = 0;
  let entered = 0;
  const closedCircuit = (): Postponement | null => {
    const waitMs = Math.ceil(circuit.opensInMs());
    return waitMs > 0 ? { kind: 'postponed', reason: 'tiktok_unavailable', untilMs: clock.now() + waitMs } : null;
  };
  const takeTurn = async (): ReturnType<CallGate['enter']> => {
    const turn = await rate.take();
    if (turn.kind === 'paused') return { kind: 'postponed', reason: 'rate_limited', untilMs: turn.untilMs };
    return closedCircuit() ?? { kind: 'open' };
  };
  return {
    waiting: () => waiting,
    entered: () => entered,
    enter: async () => {
      const closed = closedCircuit();
      if (closed !== null) return closed;
      waiting += 1;
      entered += 1;
      try {
        return await takeTurn();
      } finally {
        waiting -= 1;
      }
    },
  };
};
