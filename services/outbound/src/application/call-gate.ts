import type { Clock } from '@tiktok-channel/platform/kernel';
import type { CallGate, Turn } from './ports.ts';

export interface RateTurn extends Turn {
  /** Resolves when it comes, whether anybody uses it or not. */
  readonly comes: Promise<void>;
}

/** This service's share of the calls that TikTok takes, which its replicas have together. Throws `DependencyUnavailable`. */
export interface RequestRate {
  /** The next turn, which may be some time ahead; `paused`: there is none before that time. */
  take(): Promise<
    { readonly kind: 'taken'; readonly turn: RateTurn } | { readonly kind: 'paused'; readonly untilMs: number }
  >;
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

/** Asks the circuit first, since a turn that nobody uses is lost to all. */
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
  const noLongerWaiting = (): void => {
    waiting -= 1;
  };
  const takeTurn: CallGate['enter'] = async () => {
    const taken = await rate.take().catch((error: unknown) => {
      noLongerWaiting();
      throw error;
    });
    if (taken.kind === 'paused') {
      noLongerWaiting();
      return { kind: 'postponed', reason: 'rate_limited', untilMs: taken.untilMs };
    }
    void taken.turn.comes.finally(noLongerWaiting);
    return { kind: 'open', turn: taken.turn };
  };
  return {
    waiting: () => waiting,
    entered: () => entered,
    enter: async () => {
      const openInMs = Math.ceil(circuit.opensInMs());
      if (openInMs > 0) return { kind: 'postponed', reason: 'tiktok_unavailable', untilMs: clock.now() + openInMs };
      waiting += 1;
      entered += 1;
      return takeTurn();
    },
  };
};
