import type { Clock } from '@tiktok-channel/platform/kernel';
import type { OutboxRow } from '@tiktok-channel/platform/outbox';
import { enqueue, onDatabase } from '@tiktok-channel/platform/postgres';
import type { AuthorizationAttempts } from '../../application/ports.ts';
import type { Attempt } from '../../domain/attempts.ts';
import type { AuthorizationState } from '../../domain/authorization.ts';
import type { Database } from './database.ts';
import type { Authorization as AuthorizationRow } from './generated/client.ts';

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

  fail: (attemptId, { failure, missingScopes, tiktokUsername, trace }) =>
    onDatabase(async () => {
      await database.authorization.updateMany({
        where: { attemptId, outcome: null },
        data: {
          outcome: failure,
          endedAt: BigInt(clock.now()),
          missingScopes: [...missingScopes],
          tiktokUsername,
          tiktokCode: trace?.code ?? null,
          tiktokRequestId: trace?.requestId ?? null,
        },
      });
    }),

  ofAccount: async (accountId) => {
    const rows = await onDatabase(() =>
      database.authorization.findMany({ where: { accountId }, orderBy: { startedAt: 'desc' }, take: SHOWN }),
    );
    return rows.map(attemptOf);
  },

  sweep: ({ nowMs, forgetBeforeMs }) =>
    onDatabase(async () => {
      await database.authorization.deleteMany({ where: { startedAt: { lt: BigInt(forgetBeforeMs) } } });
      const ended = await database.authorization.updateManyAndReturn({
        where: { outcome: null, usedAt: null, expiresAt: { lte: BigInt(nowMs) } },
        data: { outcome: 'no_callback', endedAt: BigInt(nowMs) },
      });
      return ended.map(attemptOf);
    }),
});

const SHOWN = 20;

const attemptOf = ({ startedAt, expiresAt, usedAt, endedAt, outcome, ...rest }: AuthorizationRow): Attempt => ({
  ...rest,
  startedAtMs: Number(startedAt),
  expiresAtMs: Number(expiresAt),
  usedAtMs: usedAt === null ? null : Number(usedAt),
  endedAtMs: endedAt === null ? null : Number(endedAt),
  outcome: outcome as Attempt['outcome'],
});
