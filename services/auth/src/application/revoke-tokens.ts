import type { Clock } from '@tiktok-channel/platform/kernel';
import type { PendingRevocation, ReportRevocation, Revocations } from './ports.ts';
import type { TikTok } from './tiktok-ports.ts';

interface Dependencies {
  readonly revocations: Revocations;
  readonly tiktok: Pick<TikTok, 'revoke'>;
  readonly clock: Clock;
  readonly report: ReportRevocation;
}

/** How long one replica has for a revocation, and so how long it waits before the next try. */
const TRY_AGAIN_AFTER_MS = 60_000;
const PER_TURN = 10;

/** Revokes the tokens that one channel has left behind, or all of them; answers how many were due. */
export type RevokeTokens = (channelId?: string) => Promise<number>;

export const createRevokeTokens =
  (dependencies: Dependencies): RevokeTokens =>
  async (channelId) => {
    const { revocations, clock } = dependencies;
    const nowMs = clock.now();
    const due = await revocations.claim({
      channelId: channelId ?? null,
      nowMs,
      untilMs: nowMs + TRY_AGAIN_AFTER_MS,
      limit: PER_TURN,
    });
    for (const revocation of due) await revoke(dependencies, revocation);
    return due.length;
  };

/** TikTok revokes by the access token: once that has ended there is nothing to ask with, and nobody who has the rest. */
const revoke = async (
  { revocations, tiktok, clock, report }: Dependencies,
  revocation: PendingRevocation,
): Promise<void> => {
  const { channelId, accessToken, accessExpiresAtMs } = revocation;
  if (clock.now() >= accessExpiresAtMs) {
    await revocations.forget(revocation);
    report({ outcome: 'expired', channelId, trace: null });
    return;
  }
  if (accessToken === null) {
    report({ outcome: 'unreadable', channelId, trace: null });
    return;
  }
  const { kind, trace } = await tiktok.revoke(accessToken);
  if (kind !== 'unavailable') await revocations.forget(revocation);
  report({ outcome: kind, channelId, trace });
};
