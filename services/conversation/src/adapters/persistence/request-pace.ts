import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '@tiktok-channel/platform/kernel';
import type { SqlClient } from '@tiktok-channel/platform/postgres';

/** Waits for the next free time for a request: every replica takes its times from one row, evenly spaced. */
export const createRequestPace =
  ({ client, clock, perSecond }: { readonly client: SqlClient; readonly clock: Clock; readonly perSecond: number }) =>
  async (): Promise<void> => {
    const now = clock.now();
    const [row] = await client.$queryRawUnsafe<{ readonly at: bigint }[]>(TAKE_SQL, now, Math.ceil(1_000 / perSecond));
    await wait(Math.max(0, Number(row?.at ?? now) - now));
  };

/** A time further ahead than a minute comes from a clock that was set back. */
const TAKE_SQL = `
UPDATE tiktok_pace
   SET next_at = CASE WHEN next_at > $1::bigint + 60000 THEN $1::bigint ELSE greatest(next_at, $1::bigint) END + $2::bigint
RETURNING next_at - $2::bigint AS at`;
