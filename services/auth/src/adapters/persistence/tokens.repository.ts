import type { IdGenerator } from '@tiktok-channel/platform/kernel';
import { onDatabase } from '@tiktok-channel/platform/postgres';
import type { RefreshLease, Tokens } from '../../application/ports.ts';
import { NEVER_MS } from '../../domain/refresh-rules.ts';
import type { HandleChannelCommand } from './channel-stream.ts';
import { channelOf } from './channels.repository.ts';
import type { Database, Transaction } from './database.ts';
import type { Sealing } from './sealing.ts';
import { openPair, replacementOf, type SealedPair, sealPair } from './token-rows.ts';

interface Dependencies {
  readonly database: Database;
  readonly handleChannel: HandleChannelCommand;
  readonly sealing: Sealing;
  readonly ids: IdGenerator;
}

export const createTokens = ({ database, handleChannel, sealing, ids }: Dependencies): Tokens => ({
  read: (channelId) =>
    onDatabase(async () => {
      const [channel, row] = await Promise.all([
        database.channel.findUnique({ where: { channelId } }),
        database.channelTokens.findUnique({ where: { channelId } }),
      ]);
      if (channel === null) return null;
      return { channel: channelOf(channel), tokens: row === null ? null : await openPair(sealing, row) };
    }),

  due: async ({ nowMs, limit, except }) => {
    const ask = () => database.$queryRawUnsafe<{ channel_id: string }[]>(DUE_SQL, nowMs, limit, except);
    return (await onDatabase(ask)).map((row) => row.channel_id);
  },

  takeLease: async (channelId, { version, nowMs, untilMs }) => {
    const holder = ids.next();
    const [taken] = await onDatabase(() =>
      database.$queryRawUnsafe<{ begun_before: bigint | null }[]>(
        TAKE_LEASE_SQL,
        channelId,
        version,
        nowMs,
        untilMs,
        holder,
      ),
    );
    if (taken === undefined) return null;
    const begunBeforeAtMs = taken.begun_before === null ? null : Number(taken.begun_before);
    return { channelId, version, holder, begunBeforeAtMs };
  },

  storeRefreshed: async (lease, { tokens, replacesRefused }, command) => {
    const pair = await sealPair(sealing, lease.channelId, tokens);
    const renewed = { ...replacementOf(pair), replacesRefused };
    const isStored = await unlessLost(() =>
      handleChannel(lease.channelId, command, (tx) => underLease(tx, lease, renewed)),
    );
    if (!isStored) await leaveToRevoke(database, { ...lease, ...pair, atMs: command.atMs });
    return isStored;
  },

  postpone: (lease, { notBeforeMs, begunAtMs }, command) => {
    const ended = {
      refreshNotBefore: BigInt(notBeforeMs),
      refreshBegunAt: begunAtMs === null ? null : BigInt(begunAtMs),
      leaseHolder: null,
      leaseUntil: null,
    };
    return unlessLost(() =>
      command === undefined
        ? onDatabase(() => underLease(database, lease, ended))
        : handleChannel(lease.channelId, command, (tx) => underLease(tx, lease, ended)),
    );
  },

  recordRefusedAccess: (channelId, version, atMs) =>
    onDatabase(async () => {
      const { count } = await database.channelTokens.updateMany({
        where: { channelId, version, accessRefusedAt: null },
        data: { accessRefusedAt: BigInt(atMs), refreshNotBefore: 0n },
      });
      return count > 0;
    }),

  giveUp: (channelId, version, command) =>
    unlessLost(() =>
      handleChannel(channelId, command, (tx) =>
        onVersion(tx, { channelId, version }, { accessRefusedAt: BigInt(command.atMs), refreshNotBefore: NEVER }),
      ),
    ),

  explainLoss: (channelId, version, command) =>
    unlessLost(() => handleChannel(channelId, command, (tx) => onVersion(tx, { channelId, version }, { version }))),
});

/** As `isRefreshDue` says, for channels that nobody is at. */
const DUE_SQL = `SELECT channel_id FROM channel_tokens
  WHERE refresh_not_before <= $1::bigint
    AND (lease_until IS NULL OR lease_until <= $1::bigint)
    AND (access_refused_at IS NOT NULL OR issued_at + (access_expires_at - issued_at) / 2 <= $1::bigint)
    AND channel_id <> ALL ($3::text[])
  ORDER BY access_expires_at LIMIT $2::int`;

/** Lease and intent in one write, ahead of the call; the intent of who took the lease before and never ended it stays. */
const TAKE_LEASE_SQL = `UPDATE channel_tokens AS t
    SET lease_holder = $5, lease_until = $4::bigint, refresh_begun_at = COALESCE(t.refresh_begun_at, $3::bigint)
   FROM (SELECT channel_id, refresh_begun_at FROM channel_tokens WHERE channel_id = $1 FOR UPDATE) AS before
  WHERE t.channel_id = before.channel_id AND t.version = $2::int
    AND (t.lease_until IS NULL OR t.lease_until <= $3::bigint)
RETURNING before.refresh_begun_at AS begun_before`;

/** A channel that has tokens was connected again, and goes on with those. */
const LEAVE_TO_REVOKE_SQL = `INSERT INTO token_revocations AS kept
    (channel_id, sealed, access_expires_at, requested_at, not_before)
  SELECT $1, $2, $3::bigint, $4::bigint, 0
   WHERE NOT EXISTS (SELECT 1 FROM channel_tokens WHERE channel_id = $1)
      ON CONFLICT (channel_id) DO UPDATE SET sealed = EXCLUDED.sealed, access_expires_at = EXCLUDED.access_expires_at,
         requested_at = GREATEST(EXCLUDED.requested_at, kept.requested_at + 1), not_before = 0`;

const leaveToRevoke = (
  database: Database,
  { channelId, sealed, accessExpiresAt, atMs }: SealedPair & { readonly channelId: string; readonly atMs: number },
): Promise<number> =>
  onDatabase(() => database.$executeRawUnsafe(LEAVE_TO_REVOKE_SQL, channelId, sealed, accessExpiresAt, atMs));

/** Thrown inside the transaction, so that nothing of it stays. */
class TokensMovedOn extends Error {}

type Row = Parameters<Transaction['channelTokens']['updateMany']>[0]['data'];

const NEVER = BigInt(NEVER_MS);

/** Throws `TokensMovedOn` when there is no such row any more. */
const onVersion = async (
  tx: Pick<Transaction, 'channelTokens'>,
  where: { readonly channelId: string; readonly version: number; readonly leaseHolder?: string },
  data: Row,
): Promise<readonly never[]> => {
  const { count } = await tx.channelTokens.updateMany({ where, data });
  if (count === 0) throw new TokensMovedOn();
  return [];
};

const underLease = (
  tx: Pick<Transaction, 'channelTokens'>,
  { channelId, version, holder }: RefreshLease,
  data: Row,
): Promise<readonly never[]> => onVersion(tx, { channelId, version, leaseHolder: holder }, data);

const unlessLost = async (write: () => Promise<unknown>): Promise<boolean> => {
  try {
    await write();
    return true;
  } catch (error) {
    if (error instanceof TokensMovedOn) return false;
    throw error;
  }
};
