import type { Clock } from '@tiktok-channel/platform/kernel';
import type { WaitUntil } from './wait-until.ts';

/** History's part of the requests that TikTok allows the app. */
export interface RequestShare {
  /** Resolves when a request may be made: in the order of asking, three urgent ones for each other where there are both. */
  turn(options: { readonly isUrgent: boolean }): Promise<void>;
  /** TikTok said that there were too many (40100), to this or to another service. */
  exceeded(): void;
  /** TikTok answered otherwise. */
  answered(): void;
}

/** One turn of so many is for what is not urgent, or a busy channel would hold up every import. */
const URGENT_OF = 4;

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/** The first rest after 40100; each further one in a row is twice as long. */
const FIRST_REST_MS = 5_000;
/** A minute's quota that was exceeded clears after five minutes (fact sheet, section 7.2). */
const LONGEST_REST_MS = 5 * 60_000;
/** For so long after 40100 the share is half of what it was. */
const HALVED_FOR_MS = 5 * 60_000;

/** Evenly spaced in the time of the clock, so that no second holds more than `perSecond`. */
export const createRequestShare = ({
  clock,
  waitUntil,
  perSecond,
}: {
  readonly clock: Clock;
  readonly waitUntil: WaitUntil;
  readonly perSecond: number;
}): RequestShare => {
  const urgent: Waiter[] = [];
  const usual: Waiter[] = [];
  let nextAt = 0;
  let halvedUntil = 0;
  let excesses = 0;
  let turns = 0;
  let isServing = false;

  const shiftNext = (): Waiter | undefined => {
    turns += 1;
    const [first, second] = turns % URGENT_OF === 0 ? [usual, urgent] : [urgent, usual];
    return first.shift() ?? second.shift();
  };
  const serve = async (): Promise<void> => {
    while (urgent.length + usual.length > 0) {
      // Further ahead than any rest is a time of a clock that has gone back.
      await waitUntil(Math.min(nextAt, clock.now() + LONGEST_REST_MS));
      const next = shiftNext();
      nextAt = clock.now() + Math.ceil(1_000 / perSecond) * (clock.now() < halvedUntil ? 2 : 1);
      next?.resolve();
    }
    // In the same breath as the look at the line, or somebody could get into it between the two.
    isServing = false;
  };
  const begin = async (): Promise<void> => {
    isServing = true;
    try {
      await serve();
    } catch (error) {
      isServing = false;
      for (const waiter of [...urgent.splice(0), ...usual.splice(0)]) waiter.reject(error);
    }
  };
  return {
    turn: ({ isUrgent }) =>
      new Promise((resolve, reject) => {
        (isUrgent ? urgent : usual).push({ resolve, reject });
        if (!isServing) void begin();
      }),
    exceeded() {
      const nowMs = clock.now();
      nextAt = nowMs + Math.min(FIRST_REST_MS * 2 ** excesses, LONGEST_REST_MS);
      halvedUntil = nowMs + HALVED_FOR_MS;
      excesses += 1;
    },
    answered() {
      excesses = 0;
    },
  };
};
