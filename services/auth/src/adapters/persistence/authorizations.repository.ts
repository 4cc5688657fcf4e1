import type { Clock } from '@tiktok-channel/platform/kernel';
import type { OutboxRow } from '@tiktok-channel/platform/outbox';
import { enqueue, onDatabase } from '@tiktok-channel/platform/postgres';
import type { AuthorizationAttempts } from '../../application/ports.ts';
import type { AuthorizationState } from '../../domain/authorization.ts';
import type { Database } from './database.ts';

interface Dependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly auditStart: (state: AuthorizationState, atMs: number) => OutboxRow;
  readonly onEnqueued: () => void;
}

export const createAuthorizations = ({
  database,
  clock,
  auditStart,
  onEnqueued,
}: Dependencies): AuthorizationAttempts => ({
  start: async (state) => {
    const { attemptId, accountId, userId, channelId, expiresAtMs } = state;
    const atMs = clock.now();
    const row = { attemptId, accountId, userId, channelId, startedAt: BigInt(atMs), expiresAt: BigInt(expiresAtMs) };
    await onDatabase(() =>
      database.$transaction(async (tx) => {
        await tx.authorization.create({ data: row });
        await enqueue(tx, [auditStart(state, atMs)], atMs);
      }),
    );
    onEnqueued();
  },

  use: ({ attemptId }) =>
    onDatabase(async () => {
      const { count } = await database.authorization.updateMany({
        where: { attemptId, usedAt: null },
        data: { usedAt: BigInt(clock.now()) },
      });
      if (count === 1) return 'used';
      return (await database.authorization.count({ where: { attemptId } })) === 0 ? 'unknown' : 'used_before';
    }),
});
