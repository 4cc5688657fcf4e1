import type { SqlClient } from '@tiktok-channel/platform/postgres';
import type { ConversationQueries } from '../../application/ports.ts';
import type { EuropeanNoticeView } from '../../application/views.ts';
import { VISIBLE_CHANNELS } from './conversation-rows.ts';

type Query = Parameters<ConversationQueries['listEuropeanNotices']>[0];

/** The newest first. */
export const listNotices = async (
  client: SqlClient,
  { accountId, channelId, after, limit }: Query,
): Promise<readonly EuropeanNoticeView[]> => {
  const rows = await client.$queryRawUnsafe<NoticeRow[]>(
    NOTICES_SQL,
    accountId,
    channelId,
    after?.sentAt ?? null,
    after?.channelId ?? null,
    limit,
  );
  return rows.map(noticeView);
};

interface NoticeRow {
  readonly channel_id: string;
  readonly sent_at: bigint;
}

const NOTICES_SQL = `
SELECT channel_id, sent_at FROM ${VISIBLE_CHANNELS} JOIN european_notices USING (channel_id)
 WHERE sent_at >= channel.visible_from AND ($2::text IS NULL OR channel_id = $2::text)
   AND ($3::bigint IS NULL OR (sent_at, channel_id) < ($3::bigint, $4::text))
 ORDER BY sent_at DESC, channel_id DESC LIMIT $5::int`;

const noticeView = (row: NoticeRow): EuropeanNoticeView => ({ channelId: row.channel_id, sentAt: Number(row.sent_at) });
