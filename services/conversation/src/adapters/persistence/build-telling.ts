import { onDatabase, type SqlClient } from '@tiktok-channel/platform/postgres';
import type { TellDifferences } from '../../application/build-ports.ts';
import { type Change, change } from '../../domain/change.ts';
import { wantedMedia } from '../../domain/media.ts';
import type { MessageFact } from '../../domain/message.ts';
import { schemaOf } from './build.store.ts';
import { beginDifferences, type RowDifference } from './build-differences.ts';
import { share, take, tryToTake } from './build-locks.ts';
import { servedSchema } from './build-rows.ts';
import { logChanges } from './change-log.ts';
import type { Database } from './database.ts';
import { wantMedia } from './media.queue.ts';
import { withdrawSnapshots } from './snapshot-withdrawal.ts';

export const TELLING_TIMEOUT_MS = 3_600_000;

/**
 * After a switch: every row in which the served build differs from the one before is a change, which the live stream, the
 * search, snapshots and the looking up of customers follow as they follow every other. It is read in one transaction that
 * writes nothing and told in short ones, since a long one that writes would hold the stream back. Whoever dies leaves it to
 * be told from the start: events come at least once.
 */
export const createTellDifferences =
  (database: Database): TellDifferences =>
  (now) =>
    onDatabase(() =>
      database.$transaction((reader) => tellAll(database, reader, now), {
        isolationLevel: 'RepeatableRead',
        timeout: TELLING_TIMEOUT_MS,
      }),
    );

const tellAll = async (database: Database, reader: SqlClient, now: () => number): Promise<boolean> => {
  if (!(await tryToTake(reader, 'telling'))) return false;
  const [served] = await reader.$queryRawUnsafe<readonly Telling[]>(TELLING_SQL);
  if (served === undefined) return false;
  const sides = { left: schemaOf(served.tells_from), right: await servedSchema(reader) };
  const readDifferences = await beginDifferences(reader, sides);
  for (let page = await readDifferences(); page.length > 0; page = await readDifferences()) {
    await tell(database, page, now());
  }
  await database.$executeRawUnsafe(TOLD_SQL, served.build, served.tells_from);
  return true;
};

interface Telling {
  readonly build: number;
  readonly tells_from: number;
}

const TELLING_SQL = 'SELECT build, tells_from FROM projection_builds WHERE is_served AND tells_from IS NOT NULL';

const TOLD_SQL = `
UPDATE projection_builds SET tells_from = NULL WHERE is_served AND build = $1::int AND tells_from = $2::int`;

/** For a thousand rows; it may have to wait for a batch of the projection. */
const TELL_TIMEOUT_MS = 30_000;

const tell = (database: Database, page: readonly RowDifference[], atMs: number): Promise<void> =>
  database.$transaction((tx) => tellPage(tx, page, atMs), { timeout: TELL_TIMEOUT_MS, maxWait: TELL_TIMEOUT_MS });

const tellPage = async (tx: SqlClient, page: readonly RowDifference[], atMs: number): Promise<void> => {
  const messages = page.filter(({ table }) => table === 'messages');
  const conversations = page.filter(({ table }) => table === 'conversations');
  const isGone = ({ kind }: RowDifference): boolean => kind === 'only_left';
  // What follows from a row that is gone may be under way just now, and would stay.
  await (page.some(isGone) ? take(tx, 'erasure') : share(tx, 'erasure'));
  await logChanges(tx, changesOf(page), atMs);
  // What is still there is indexed again by the change.
  await tx.$executeRawUnsafe(FORGET_WORDS_SQL, ...keysOf([...messages, ...conversations]));
  await withdrawSnapshots(tx, [...new Set(conversations.filter(isGone).map(({ channelId }) => channelId))], atMs);
  await wantMedia(tx, wantedMedia(await readMedia(tx, keysOf(messages))), atMs);
};

/** The words of a customer's names are kept as those of a message without an id. */
const keysOf = (rows: readonly RowDifference[]) => [
  rows.map(({ channelId }) => channelId),
  rows.map(({ conversationId }) => conversationId),
  rows.map(({ subjectId }) => subjectId ?? ''),
];

const KEYS = 'unnest($1::text[], $2::text[], $3::text[]) AS changed (channel_id, conversation_id, message_id)';

const FORGET_WORDS_SQL = `
DELETE FROM search_documents USING ${KEYS}
 WHERE search_documents.channel_id = changed.channel_id
   AND search_documents.conversation_id = changed.conversation_id AND search_documents.message_id = changed.message_id`;

const MEDIA_SQL = `
SELECT channel_id AS "channelId", conversation_id AS "conversationId", message_id AS "messageId", kind,
       tiktok_media_id AS "tiktokMediaId"
  FROM ${KEYS} JOIN messages USING (channel_id, conversation_id, message_id) WHERE tiktok_media_id IS NOT NULL`;

const readMedia = (tx: SqlClient, keys: readonly unknown[]): Promise<readonly MessageFact[]> =>
  tx.$queryRawUnsafe<readonly MessageFact[]>(MEDIA_SQL, ...keys);

/** Each thing once. */
const changesOf = (page: readonly RowDifference[]): readonly Change[] => {
  const changes = page.flatMap((difference) => [...(CHANGES[difference.table]?.(difference) ?? [])]);
  return [...new Map(changes.map((each) => [JSON.stringify(each), each])).values()];
};

const messageChange = ({ channelId, conversationId, subjectId }: RowDifference): Change =>
  change({ kind: 'message', channelId, conversationId, subjectId });

const conversationChange = ({ channelId, conversationId }: RowDifference): Change =>
  change({ kind: 'conversation', channelId, conversationId });

/** What is not there any more is shown to nobody as a change: its lists are. */
const orLists =
  (changeOf: (difference: RowDifference) => Change) =>
  (difference: RowDifference): readonly Change[] =>
    difference.kind === 'only_left'
      ? [change({ kind: 'channel', channelId: difference.channelId })]
      : [changeOf(difference)];

const CHANGES: Readonly<Record<string, (difference: RowDifference) => readonly Change[]>> = {
  messages: orLists(messageChange),
  conversations: orLists(conversationChange),
  replies: orLists(({ channelId, conversationId, subjectId }) =>
    change({ kind: 'reply', channelId, conversationId, subjectId }),
  ),
  european_notices: orLists(({ channelId, subjectId }) => change({ kind: 'notice', channelId, subjectId })),
  reactions: (difference) => [messageChange(difference)],
  referrals: (difference) => [conversationChange(difference)],
  read_marks: (difference) => [conversationChange(difference)],
  channels: ({ channelId, subjectId: accountId }) => [
    change({ kind: 'channel', channelId, accountId }),
    change({ kind: 'channel', channelId }),
  ],
};
