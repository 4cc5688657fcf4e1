import { setTimeout as delay } from 'node:timers/promises';

export interface Reconnection {
  /** Connects in the background; one that is under way begins anew. */
  begin(): void;
  stop(): void;
}

export interface ReconnectionOptions {
  readonly connect: () => Promise<void>;
  /** Told once when it gives up, in one line. */
  readonly onGivenUp: (problem: string) => void;
  readonly withinMs?: number;
  readonly firstPauseMs?: number;
}

/** The services may be starting again too, which takes seconds, or wait for something that somebody has to bring back. */
const WITHIN_MS = 60_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 4_000;

/** Connects the demo account again after the simulator has lost its memory, as soon as the services let it. */
export const createReconnection = (options: ReconnectionOptions): Reconnection => {
  const { connect, onGivenUp, withinMs = WITHIN_MS, firstPauseMs = FIRST_PAUSE_MS } = options;
  let current = new AbortController();

  const attempt = async (signal: AbortSignal): Promise<void> => {
    const startedMs = performance.now();
    for (let pauseMs = firstPauseMs; !signal.aborted; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      const problem = await connect().then(() => null, messageOf);
      if (problem === null || signal.aborted) return;
      if (performance.now() - startedMs + pauseMs > withinMs) {
        onGivenUp(`the demo account could not be connected again: ${problem}; npm start anew connects it`);
        return;
      }
      await delay(pauseMs, null, { signal }).catch(() => undefined);
    }
  };

  return {
    begin: () => {
      current.abort();
      current = new AbortController();
      void attempt(current.signal);
    },
    stop: () => current.abort(),
  };
};

/** `fetch` says why only in the cause. */
const messageOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const { message, cause } = error;

  return (cause instanceof Error ? `${message} (${cause.message})` : message).replaceAll(/\s+/g, ' ');
};
