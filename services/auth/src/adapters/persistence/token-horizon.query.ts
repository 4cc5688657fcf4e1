import { onDatabase } from '@tiktok-channel/platform/postgres';
import type { TokenHorizon } from '../../domain/refresh-rules.ts';
import type { Database } from './database.ts';

interface Row {
  readonly access: bigint | null;
  readonly refresh: bigint | null;
}

export const readTokenHorizon = async (database: Database): Promise<TokenHorizon> => {
  const [row] = await onDatabase(() =>
    database.$queryRawUnsafe<Row[]>(
      `SELECT MIN(access_expires_at) AS access, MIN(refresh_expires_at) AS refresh
         FROM channel_tokens JOIN channels USING (channel_id) WHERE status IN ('connected', 'expiring')`,
    ),
  );
  return { accessExpiresAtMs: numberOrNull(row?.access), refreshExpiresAtMs: numberOrNull(row?.refresh) };
};

const numberOrNull = (value: bigint | null | undefined): number | null => (value == null ? null : Number(value));
