import type { Clock } from '@tiktok-channel/platform/kernel';
import type { AuthorizationAttempts, ReportAuthorization } from './ports.ts';

interface Dependencies {
  readonly attempts: Pick<AuthorizationAttempts, 'sweep'>;
  readonly clock: Clock;
  readonly report: ReportAuthorization;
}

const KEPT_MS = 30 * 24 * 60 * 60_000;

/** Says of each attempt for which TikTok never came back that it has ended, once across all replicas. */
export const createSweepAttempts =
  ({ attempts, clock, report }: Dependencies) =>
  async (): Promise<void> => {
    const nowMs = clock.now();
    for (const { attemptId, accountId, userId } of await attempts.sweep({ nowMs, forgetBeforeMs: nowMs - KEPT_MS })) {
      report({ outcome: 'no_callback', attemptId, accountId, userId, trace: null });
    }
  };
