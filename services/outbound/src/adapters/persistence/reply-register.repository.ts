import { loadStreams, onDatabase } from '@tiktok-channel/platform/postgres';
import type { ReplyPage, ReplyRegister } from '../../application/ports.ts';
import { historyOf, type ReplyHistory, type ReplyStanding } from '../../domain/reply-history.ts';
import type { Database } from './database.ts';
import { toReplyEvent } from './reply-log.ts';

/** What the table calls each standing. */
const STATUSES: Readonly<
  Record<ReplyStanding, { readonly statuses: readonly string[]; readonly isDelayed?: boolean }>
> = {
  queued: { statuses: ['queued'], isDelayed: false },
  delayed: { statuses: ['queued'], isDelayed: true },
  attempting: { statuses: ['attempting'] },
  settling: { statuses: ['uncertain'] },
  sent: { statuses: ['sent', 'delivered', 'read'] },
  failed: { statuses: ['failed'] },
  unknown: { statuses: ['unknown'] },
  cancelled: { statuses: ['cancelled'] },
};

/** More replies of one id are nobody's plan. */
const MOST_OF_ONE_ID = 20;

interface Found {
  readonly stream_id: string;
  readonly lane_position: bigint;
}

export const createReplyRegister = (database: Database): ReplyRegister => {
  const historiesOf = async (found: readonly Found[]): Promise<readonly ReplyHistory[]> => {
    const streams = await loadStreams(
      database,
      found.map((row) => row.stream_id),
    );
    return found.flatMap((row) => historyOf((streams.get(row.stream_id) ?? []).map(toReplyEvent)) ?? []);
  };
  return {
    list: (page) =>
      onDatabase(async () => {
        const found = await findPage(database, page);
        const shown = found.slice(0, page.limit);
        return {
          histories: await historiesOf(shown),
          next: found.length > page.limit ? (shown.at(-1)?.lane_position ?? null) : null,
        };
      }),

    find: (replyId) =>
      onDatabase(async () =>
        historiesOf(
          await database.$queryRawUnsafe<Found[]>(
            'SELECT stream_id, lane_position FROM replies WHERE reply_id = $1 ORDER BY lane_position LIMIT $2::int',
            replyId,
            MOST_OF_ONE_ID,
          ),
        ),
      ),
  };
};

/** One more than is asked for, which tells whether there are more. */
const findPage = (database: Database, { standing, channelId, before, limit }: ReplyPage): Promise<readonly Found[]> => {
  const { statuses = null, isDelayed = null } = standing === null ? {} : STATUSES[standing];
  return database.$queryRawUnsafe<Found[]>(
    `SELECT stream_id, lane_position FROM replies
      WHERE ($1::text[] IS NULL OR status = ANY($1::text[])) AND ($2::boolean IS NULL OR is_delayed = $2::boolean)
        AND ($3::text IS NULL OR channel_id = $3::text) AND ($4::bigint IS NULL OR lane_position < $4::bigint)
      ORDER BY lane_position DESC LIMIT $5::int`,
    statuses,
    isDelayed,
    channelId,
    before,
    limit + 1,
  );
};
