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
/** So many matches are looked at in the first statement, and twice as many in each other: few conversations may have them all. */
const HITS_AT_ONCE = 100;
const MOST_HITS_AT_ONCE = 25_600;
/**
 * So many of the newest texts are looked through before the index of words is asked, which reads all matches of a common word;
 * the more of them where the fewer gave so much of a page that they may fill it.
 */
const LOOKED_THROUGH = [2_000, 10_000];
const FULL_WITHIN = 5;

/** Conversations with a match, at the place of their newest one. */
export const findMatches = async (client: SqlClient, query: SearchQuery): Promise<readonly ConversationCursor[]> =>
  onDatabase(async () => {
    let newest: readonly ConversationCursor[] = [];
    for (const texts of LOOKED_THROUGH) {
      const since = await findEnd(client, query, texts);
      newest = await findByTime(client, query, { since, found: newest });
      if (since === null || newest.length === query.limit) return newest;
      if (newest.length * FULL_WITHIN < query.limit) break;
    }
    return (await findByWords(client, query)) ?? (await findByTime(client, query, { since: null, found: newest }));
  });

/** Where the newest `texts` end that are looked through; null: behind the oldest. */
const findEnd = async (
  client: SqlClient,
  { accountId, channelId, after }: SearchQuery,
  texts: number,
): Promise<bigint | null> => {
  const [end] = await client.$queryRawUnsafe<{ readonly sent_at: bigint | null }[]>(
    END_SQL,
    ...[accountId, channelId, after?.listedAt ?? null, texts],
  );
  return end?.sent_at ?? null;
};

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

type HitRow = Omit<PlaceRow, 'looked_at'> & { readonly channel_id: string };

/** Behind what is `found`, down to the time `since`, both together. A conversation comes with its newest match, and is passed over when others follow. */
const findByTime = async (
  client: SqlClient,
  query: SearchQuery,
  { since, found: before }: { readonly since: bigint | null; readonly found: readonly ConversationCursor[] },
): Promise<readonly ConversationCursor[]> => {
  const found = [...before];
  const passed = new Set(before.map(keyOf));
  let after = before.at(-1) ?? query.after;
  for (let most = HITS_AT_ONCE; found.length < query.limit; most = Math.min(2 * most, MOST_HITS_AT_ONCE)) {
    const hits = await client.$queryRawUnsafe<HitRow[]>(TIME_SQL, ...parametersOf(query, after), most, since);
    const unseen: ConversationCursor[] = [];
    for (const place of hits.map(placeOf)) {
      if (!passed.has(keyOf(place))) unseen.push(place);
      passed.add(keyOf(place));
    }
    found.push(...(await withoutListed(client, query, unseen)));
    const last = hits.at(-1);
    if (last === undefined) break;
    after = placeOf(last);
  }
  return found.slice(0, query.limit);
};

/** Without conversations that an earlier page has: they have a match before the cursor. */
const withoutListed = async (
  client: SqlClient,
  { search, after }: SearchQuery,
  places: readonly ConversationCursor[],
): Promise<readonly ConversationCursor[]> => {
  if (after === null || places.length === 0) return places;
  const rows = await client.$queryRawUnsafe<readonly Omit<HitRow, 'sent_at'>[]>(
    LISTED_SQL,
    places.map(({ channelId }) => channelId),
    places.map(({ conversationId }) => conversationId),
    search,
    ...[after.listedAt, after.conversationId, after.channelId],
  );
  const listed = new Set(rows.map((row) => keyOf({ channelId: row.channel_id, conversationId: row.conversation_id })));
  return places.filter((place) => !listed.has(keyOf(place)));
};

const keyOf = ({ channelId, conversationId }: Pick<ConversationCursor, 'channelId' | 'conversationId'>): string =>
  `${channelId}\0${conversationId}`;

const parametersOf = ({ accountId, channelId, search }: SearchQuery, after: ConversationCursor | null) => [
  accountId,
  channelId,
  search,
  after?.listedAt ?? null,
  after?.conversationId ?? null,
  after?.channelId ?? null,
];

const placeOf = (hit: HitRow): ConversationCursor => ({
  listedAt: Number(hit.sent_at),
  conversationId: hit.conversation_id,
  channelId: hit.channel_id,
});

const BEHIND = '($4::bigint IS NULL OR (sent_at, conversation_id, channel_id) < ($4::bigint, $5::text, $6::text))';
const IN_ORDER = 'sent_at DESC, conversation_id DESC, channel_id DESC';

/** Each channel has its part of them, and the first that has more ends it for all. */
const END_SQL = `
WITH visible AS MATERIALIZED (
  SELECT * FROM ${VISIBLE_CHANNELS} WHERE $2::text IS NULL OR channel_id = $2::text
)
SELECT max(passed.sent_at) AS sent_at FROM visible
 CROSS JOIN LATERAL (
   SELECT sent_at FROM search_documents
    WHERE channel_id = visible.channel_id AND sent_at >= visible.visible_from
      AND sent_at <= coalesce($3::bigint, ${Number.MAX_SAFE_INTEGER})
    ORDER BY sent_at DESC OFFSET $4::int / (SELECT count(*) FROM visible) LIMIT 1) AS passed`;

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
SELECT match.channel_id, match.conversation_id, match.sent_at FROM ${VISIBLE_CHANNELS}
 CROSS JOIN LATERAL (
   SELECT * FROM search_by_time(channel.channel_id, greatest(channel.visible_from, $8::bigint),
                                 coalesce($4::bigint, ${Number.MAX_SAFE_INTEGER}), coalesce($5::text, ''), $3::tsquery, $7::int)
    WHERE ${BEHIND}) AS match
 WHERE $2::text IS NULL OR channel.channel_id = $2::text
 ORDER BY match.sent_at DESC, match.conversation_id DESC, match.channel_id DESC LIMIT $7::int`;

/** `OFFSET 0` keeps the planner from the index of all words, where it would read every match of every conversation each time. */
const LISTED_SQL = `
SELECT channel_id, conversation_id FROM unnest($1::text[], $2::text[]) AS hit (channel_id, conversation_id)
 WHERE EXISTS (
   SELECT FROM (
     SELECT words FROM search_documents document
      WHERE document.channel_id = hit.channel_id AND document.conversation_id = hit.conversation_id
        AND (document.sent_at, document.conversation_id, document.channel_id) >= ($4::bigint, $5::text, $6::text)
     OFFSET 0) AS before
    WHERE words @@ $3::tsquery)`;
