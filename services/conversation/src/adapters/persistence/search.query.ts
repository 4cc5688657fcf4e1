import { onDatabase, type SqlClient } from '@tiktok-channel/platform/postgres';
import type { ConversationCursor } from '../../application/views.ts';
import { VISIBLE_CHANNELS } from './conversation-rows.ts';

export interface SearchQuery {
  readonly accountId: string;
  readonly channelId: string | null;
  /** As `tsquery`. */
  readonly search: string;
  readonly after: ConversationCursor | null;
  readonly limit: number;
}

/** What has no more matches than this is found by its words and put in order; what has more is met soon enough in order of time. */
const FEW_MATCHES = 4_000;
/** So many matches are looked at in a statement. */
const HITS_AT_ONCE = 100;

/** Conversations with a match, at the place of their newest one. */
export const findMatches = async (client: SqlClient, query: SearchQuery): Promise<readonly ConversationCursor[]> =>
  onDatabase(async () => (await findByWords(client, query)) ?? (await findByTime(client, query)));

interface PlaceRow {
  readonly looked_at: bigint;
  readonly channel_id: string | null;
  readonly conversation_id: string;
  readonly sent_at: bigint;
}

/** Null: there are too many matches. */
const findByWords = async (client: SqlClient, query: SearchQuery): Promise<readonly ConversationCursor[] | null> => {
  const rows = await client.$queryRawUnsafe<PlaceRow[]>(
    WORDS_SQL,
    ...parametersOf(query, query.after),
    query.limit,
    FEW_MATCHES + 1,
  );
  if (Number(rows[0]?.looked_at ?? 0) > FEW_MATCHES) return null;
  return rows.flatMap((row) => (row.channel_id === null ? [] : [placeOf({ ...row, channel_id: row.channel_id })]));
};

interface HitRow {
  readonly channel_id: string;
  readonly conversation_id: string;
  readonly sent_at: bigint;
  readonly is_newest: boolean;
}

/** A match is passed over when its conversation has a newer one, so it may take several reads to find `limit`. */
const findByTime = async (client: SqlClient, query: SearchQuery): Promise<readonly ConversationCursor[]> => {
  const found: ConversationCursor[] = [];
  let { after } = query;
  while (found.length < query.limit) {
    const hits = await client.$queryRawUnsafe<HitRow[]>(TIME_SQL, ...parametersOf(query, after), HITS_AT_ONCE);
    found.push(...hits.filter((hit) => hit.is_newest).map(placeOf));
    const last = hits.at(-1);
    if (last === undefined) break;
    after = placeOf(last);
  }
  return found.slice(0, query.limit);
};

const parametersOf = ({ accountId, channelId, search }: SearchQuery, after: ConversationCursor | null) => [
  accountId,
  channelId,
  search,
  after?.listedAt ?? null,
  after?.conversationId ?? null,
  after?.channelId ?? null,
];

const placeOf = (hit: Pick<HitRow, 'channel_id' | 'conversation_id' | 'sent_at'>): ConversationCursor => ({
  listedAt: Number(hit.sent_at),
  conversationId: hit.conversation_id,
  channelId: hit.channel_id,
});

const BEHIND = '($4::bigint IS NULL OR (sent_at, conversation_id, channel_id) < ($4::bigint, $5::text, $6::text))';
const IN_ORDER = 'sent_at DESC, conversation_id DESC, channel_id DESC';

const WORDS_SQL = `
WITH visible AS MATERIALIZED (
  SELECT * FROM ${VISIBLE_CHANNELS} WHERE $2::text IS NULL OR channel_id = $2::text
), hits AS MATERIALIZED (
  SELECT * FROM search_by_words(ARRAY(SELECT channel_id FROM visible), $3::tsquery, $8::int)
), places AS (
  SELECT channel_id, conversation_id, max(sent_at) AS sent_at FROM hits JOIN visible USING (channel_id)
   WHERE sent_at >= visible_from GROUP BY channel_id, conversation_id
)
SELECT looked.looked_at, place.*
  FROM (SELECT count(*) AS looked_at FROM hits) AS looked
  LEFT JOIN (SELECT * FROM places WHERE ${BEHIND} ORDER BY ${IN_ORDER} LIMIT $7::int) AS place ON true
 ORDER BY ${IN_ORDER}`;

const TIME_SQL = `
SELECT hit.channel_id, hit.conversation_id, hit.sent_at,
       NOT coalesce((SELECT true FROM search_documents newer
                      WHERE newer.channel_id = hit.channel_id AND newer.conversation_id = hit.conversation_id
                        AND newer.words @@ $3::tsquery AND (newer.sent_at, newer.message_id) > (hit.sent_at, hit.message_id)
                      LIMIT 1), false) AS is_newest
  FROM (
    SELECT match.channel_id, match.conversation_id, match.message_id, match.sent_at FROM ${VISIBLE_CHANNELS}
     CROSS JOIN LATERAL (
       SELECT * FROM search_by_time(channel.channel_id, channel.visible_from, coalesce($4::bigint, ${Number.MAX_SAFE_INTEGER}),
                                     coalesce($5::text, ''), $3::tsquery, $7::int)
        WHERE ${BEHIND}) AS match
     WHERE $2::text IS NULL OR channel.channel_id = $2::text
     ORDER BY match.sent_at DESC, match.conversation_id DESC, match.channel_id DESC LIMIT $7::int) AS hit
 ORDER BY hit.sent_at DESC, hit.conversation_id DESC, hit.channel_id DESC`;
