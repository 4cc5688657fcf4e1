import { onDatabase } from '@tiktok-channel/platform/postgres';
import type { Revocations } from '../../application/ports.ts';
import type { Database } from './database.ts';
import { SealBroken, type Sealing } from './sealing.ts';
import { openTokens } from './token-rows.ts';

interface Row {
  readonly channel_id: string;
  readonly sealed: string;
  readonly access_expires_at: bigint;
  readonly requested_at: bigint;
}

/** A channel that was connected again is left alone: what revokes an older authorisation could end the new one as well. */
const CLAIM_SQL = `UPDATE token_revocations SET not_before = $3::bigint
  WHERE channel_id IN (
    SELECT channel_id FROM token_revocations
     WHERE not_before <= $2::bigint AND ($1::text IS NULL OR channel_id = $1)
       AND NOT EXISTS (SELECT 1 FROM channel_tokens AS live WHERE live.channel_id = token_revocations.channel_id)
     ORDER BY not_before LIMIT $4::int FOR UPDATE SKIP LOCKED)
RETURNING channel_id, sealed, access_expires_at, requested_at`;

export const createRevocations = ({
  database,
  sealing,
}: {
  readonly database: Database;
  readonly sealing: Sealing;
}): Revocations => ({
  claim: async ({ channelId, nowMs, untilMs, limit }) => {
    const rows = await onDatabase(() => database.$queryRawUnsafe<Row[]>(CLAIM_SQL, channelId, nowMs, untilMs, limit));
    return Promise.all(
      rows.map(async (row) => ({
        channelId: row.channel_id,
        accessToken: await accessTokenIn(sealing, row),
        accessExpiresAtMs: Number(row.access_expires_at),
        requestedAtMs: Number(row.requested_at),
      })),
    );
  },

  forget: ({ channelId, requestedAtMs }) =>
    onDatabase(async () => {
      await database.tokenRevocation.deleteMany({ where: { channelId, requestedAt: BigInt(requestedAtMs) } });
    }),
});

/** One that cannot be opened must not hold back the others. */
const accessTokenIn = async (sealing: Sealing, { channel_id: channelId, sealed }: Row): Promise<string | null> => {
  try {
    return (await openTokens(sealing, { channelId, sealed })).accessToken;
  } catch (error) {
    if (error instanceof SealBroken) return null;
    throw error;
  }
};
