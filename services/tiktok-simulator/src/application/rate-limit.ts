import type { Clock } from '@tiktok-channel/platform/kernel';
import { appLimitsOf } from '../domain/rate-limits.ts';
import type { SwitchBoard } from './switch-board.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** Source: a breach of a limit per minute clears after five minutes, of one per day at 00:00 UTC. */
const MINUTE_BREACH_MS = 5 * MINUTE_MS;

/** A call with a token. `kind`: Business Messaging endpoints and Accounts endpoints have limits of their own beside the app's. */
export interface LimitedCall {
  readonly kind: 'messaging' | 'accounts';
  readonly path: string;
  readonly businessId: string;
}

export interface RateLimit {
  /** Whether the call is let through. What is refused does not count. */
  take(call: LimitedCall): boolean;
}

interface Gate {
  isOpen(nowMs: number): boolean;
  pass(nowMs: number): void;
}

interface Dependencies {
  readonly clock: Clock;
  readonly switches: SwitchBoard;
}

/**
 * Every limit that is documented, all at once. Seconds and minutes slide: no source says whether TikTok's do, and a fixed
 * one would let twice the limit through across its edge. `rate_limit_qps` at 0 takes all limits away.
 */
export const createRateLimit = ({ clock, switches }: Dependencies): RateLimit => {
  const app = () => appLimitsOf(switches.now().rate_limit_level);
  const messagingGate = createSlidingGate({ spanMs: SECOND_MS, limit: () => switches.now().rate_limit_qps });
  const appGates: readonly Gate[] = [
    createSlidingGate({
      spanMs: SECOND_MS,
      limit: () => Math.max(app().perSecond, switches.now().rate_limit_qps),
    }),
    createSlidingGate({ spanMs: MINUTE_MS, limit: () => app().perMinute, closesForMs: MINUTE_BREACH_MS }),
    createDayGate(() => switches.now().rate_limit_qpd ?? app().perDay),
  ];
  const accountGates = new Map<string, Gate>();
  const accountGate = ({ path, businessId }: LimitedCall): Gate => {
    const key = `${businessId} ${path}`;
    const limit = () => switches.now().rate_limit_account_qpm;
    const gate =
      accountGates.get(key) ?? createSlidingGate({ spanMs: MINUTE_MS, limit, closesForMs: MINUTE_BREACH_MS });
    accountGates.set(key, gate);
    return gate;
  };

  return {
    take: (call) => {
      if (switches.now().rate_limit_qps === 0) return true;
      const nowMs = clock.now();
      const gates = [...appGates, call.kind === 'messaging' ? messagingGate : accountGate(call)];
      if (!gates.every((gate) => gate.isOpen(nowMs))) return false;
      for (const gate of gates) gate.pass(nowMs);
      return true;
    },
  };
};

interface SlidingOptions {
  readonly spanMs: number;
  /** 0 is no limit. */
  readonly limit: () => number;
  /** How long a breach closes it; absent or 0: until the span is free again. */
  readonly closesForMs?: number;
}

/** Lets `limit()` calls through in any one span, wherever it begins. */
const createSlidingGate = ({ spanMs, limit, closesForMs = 0 }: SlidingOptions): Gate => {
  let passed: number[] = [];
  let head = 0;
  let closedUntilMs = Number.NEGATIVE_INFINITY;

  const forget = (nowMs: number) => {
    while (head < passed.length && (passed[head] ?? 0) <= nowMs - spanMs) head += 1;
    if (head < 1_000 || head * 2 < passed.length) return;
    passed = passed.slice(head);
    head = 0;
  };

  return {
    isOpen: (nowMs) => {
      if (limit() === 0) return true;
      if (nowMs < closedUntilMs) return false;
      forget(nowMs);
      if (passed.length - head < limit()) return true;
      closedUntilMs = nowMs + closesForMs;
      return false;
    },
    pass: (nowMs) => {
      passed.push(nowMs);
    },
  };
};

/** Days of UTC. */
const createDayGate = (limit: () => number): Gate => {
  let day = -1;
  let count = 0;

  return {
    isOpen: (nowMs) => Math.floor(nowMs / DAY_MS) !== day || count < limit(),
    pass: (nowMs) => {
      const today = Math.floor(nowMs / DAY_MS);
      count = today === day ? count + 1 : 1;
      day = today;
    },
  };
};
