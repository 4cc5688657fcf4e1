import { type Clock, DependencyUnavailable } from '@tiktok-channel/platform/kernel';
import { isRefreshDue } from '../domain/refresh-rules.ts';
import type { Tokens } from './ports.ts';
import type { RenewToken } from './renew-token.ts';

interface Dependencies {
  readonly tokens: Tokens;
  readonly renew: RenewToken;
  readonly clock: Clock;
  /** What is wrong with one channel must not keep the others from being renewed. */
  readonly reportFailure: (channelId: string, error: unknown) => void;
}

/** How many TikTok is asked about at once, and in one turn: few enough that a process that is told to stop can finish. */
const AT_ONCE = 4;
const PER_TURN = 8;

/** What went wrong with a channel is not put right in a moment; meanwhile it must not take the turns of the others. */
const AFTER_FAILURE_MS = 5 * 60_000;

/** Renews what is due, whether anybody asks for it or not; answers for how many channels TikTok was asked. */
export const createRenewDueTokens = (dependencies: Dependencies) => {
  const failedUntilMs = new Map<string, number>();
  const reportFailure = (channelId: string, error: unknown): void => {
    failedUntilMs.set(channelId, dependencies.clock.now() + AFTER_FAILURE_MS);
    dependencies.reportFailure(channelId, error);
  };
  return async (): Promise<number> => {
    const { tokens, clock } = dependencies;
    const nowMs = clock.now();
    for (const [channelId, untilMs] of failedUntilMs) if (untilMs <= nowMs) failedUntilMs.delete(channelId);
    const due = [...(await tokens.due({ nowMs, limit: PER_TURN, except: [...failedUntilMs.keys()] }))];
    const work = async (): Promise<number> => {
      let asked = 0;
      for (let channelId = due.shift(); channelId !== undefined; channelId = due.shift()) {
        if (await renewOne({ ...dependencies, reportFailure }, channelId)) asked += 1;
      }
      return asked;
    };
    const asked = await Promise.all(Array.from({ length: AT_ONCE }, work));
    return asked.reduce((sum, count) => sum + count, 0);
  };
};

const renewOne = async ({ tokens, renew, clock, reportFailure }: Dependencies, channelId: string): Promise<boolean> => {
  try {
    const known = await tokens.read(channelId);
    return known?.tokens != null && isRefreshDue(known.tokens, clock.now()) && (await renew(channelId, known.tokens));
  } catch (error) {
    if (error instanceof DependencyUnavailable) throw error;
    reportFailure(channelId, error);
    return false;
  }
};
