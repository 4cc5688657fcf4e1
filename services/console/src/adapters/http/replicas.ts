import type { Agent } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Logger } from '@tiktok-channel/platform/kernel';
import type { Upstream } from '../../domain/routes.ts';
import { createConnectedAgent } from './connected-agent.ts';

export interface ReplicaAddress {
  readonly url: string;
  /** Null: nobody asks whether it is ready. */
  readonly internalUrl: string | null;
}

export interface Replica {
  /** Base URL of its public port. */
  readonly url: string;
  readonly agent: Agent;
}

/** The replicas of one service. */
export interface Replicas {
  readonly all: readonly Replica[];
  /**
   * All of them, in the order to try. The ready ones come first, a different one each time; the others stay at the end,
   * since what is known of them is half a second old and nobody is refused by a guess.
   */
  inTurn(): readonly Replica[];
  /** Told by whoever could not connect to it. */
  foundAway(replica: Replica): void;
  start(): void;
  stop(): Promise<void>;
}

export interface ReplicasOptions {
  readonly upstream: Upstream;
  readonly addresses: readonly ReplicaAddress[];
  readonly logger: Logger;
  readonly pace?: Partial<Pace>;
}

export interface Pace {
  readonly askEveryMs: number;
  /** Who has not answered by then is silent: nothing new is sent there. */
  readonly patienceMs: number;
  /** Silent so many times in a row, it is frozen, and what it holds is cut off. */
  readonly frozenAfter: number;
}

/** A replica that is frozen for five seconds is noticed; one that only breathes heavily under load is not taken for it. */
const DEFAULT_PACE: Pace = { askEveryMs: 500, patienceMs: 1_000, frozenAfter: 3 };

/** `silent`: it takes connections and answers nothing, as a process that is stopped does. */
type State = 'ready' | 'notReady' | 'away' | 'silent';

interface Watched extends Replica {
  readonly internalUrl: string | null;
  state: State;
  silences: number;
}

/** Knows which replicas of a service are of use. Of one alone there is nothing to know: it is tried whatever it says. */
export const createReplicas = ({ upstream, addresses, logger, pace }: ReplicasOptions): Replicas => {
  const { askEveryMs, patienceMs, frozenAfter } = { ...DEFAULT_PACE, ...pace };
  const all: readonly Watched[] = addresses.map(({ url, internalUrl }) => ({
    url,
    internalUrl,
    agent: createConnectedAgent(),
    state: 'ready',
    silences: 0,
  }));
  const stopping = new AbortController();
  const { signal } = stopping;
  let turn = 0;
  let watching: Promise<unknown> = Promise.resolve();

  const become = (replica: Watched, state: State): void => {
    if (replica.state === state) return;
    logger.info('replica.changed', { upstream, url: replica.url, from: replica.state, to: state });
    replica.state = state;
  };
  const watch = async (replica: Watched, internalUrl: string): Promise<void> => {
    while (!signal.aborted) {
      const state = await askReadiness(internalUrl, patienceMs);
      become(replica, state);
      replica.silences = state === 'silent' ? replica.silences + 1 : 0;
      // Whoever waits there would wait for as long as it is frozen; each request is now answered as one that failed.
      if (replica.silences >= frozenAfter) replica.agent.destroy();
      // The rejection says that the process stops, which the loop sees.
      await wait(askEveryMs, undefined, { signal }).catch(() => {});
    }
  };

  return {
    all,
    inTurn: () => {
      turn = (turn + 1) % all.length;
      const rotated = [...all.slice(turn), ...all.slice(0, turn)];

      return rotated.sort((one, other) => rankOf(one) - rankOf(other));
    },
    foundAway: (replica) => {
      const found = all.find((each) => each === replica);
      if (found !== undefined && all.length > 1) become(found, 'away');
    },
    start: () => {
      if (all.length === 1) return;
      watching = Promise.all(all.map((each) => each.internalUrl !== null && watch(each, each.internalUrl)));
    },
    stop: async () => {
      stopping.abort();
      await watching;
      for (const { agent } of all) agent.destroy();
    },
  };
};

/**
 * One that is not ready answers at least, and one that is away refuses at once; at a silent one a request hangs, the longer it has
 * been silent the more surely.
 */
const rankOf = ({ state, silences }: Watched): number => RANK[state] + silences;

const RANK: Readonly<Record<State, number>> = { ready: 0, notReady: 1, away: 2, silent: 3 };

const askReadiness = async (internalUrl: string, patienceMs: number): Promise<State> => {
  try {
    const response = await fetch(`${internalUrl}/health/ready`, { signal: AbortSignal.timeout(patienceMs) });
    await response.body?.cancel();

    return response.ok ? 'ready' : 'notReady';
  } catch (error) {
    return error instanceof Error && error.name === 'TimeoutError' ? 'silent' : 'away';
  }
};
