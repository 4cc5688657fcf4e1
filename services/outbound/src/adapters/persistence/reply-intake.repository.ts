import { enqueue, onDatabase, type SqlClient, startStreams } from '@tiktok-channel/platform/postgres';
import type { NewReply, ReplyIntake } from '../../application/ports.ts';
import { initial } from '../../domain/reply.ts';
import { expiresAt, hasUsableIds, isAction, laneIdOf, type SendReply } from '../../domain/send-reply.ts';
import type { Database } from './database.ts';
import { type PublishReplyEvent, recordedEvents } from './reply-log.ts';

export const createReplyIntake = ({
  database,
  publish,
  onEnqueued,
}: {
  readonly database: Database;
  readonly publish: PublishReplyEvent;
  readonly onEnqueued: () => void;
}): ReplyIntake => ({
  start: async (replies, atMs) => {
    const started = await onDatabase(() =>
      database.$transaction(async (tx) => {
        const fresh = await startStreams(tx, replies, atMs);
        if (fresh.length > 0) await queue(tx, fresh, { publish, atMs });
        return fresh;
      }),
    );
    if (started.length > 0) onEnqueued();
    return new Set(started);
  },

  hasCancels: async (replies) => {
    const cancels = await onDatabase(() =>
      database.$queryRawUnsafe<unknown[]>(
        "SELECT FROM events WHERE stream_id = ANY($1::text[]) AND version = 1 AND type = 'CancelRequested' LIMIT 1",
        replies.map(({ streamId }) => streamId),
      ),
    );
    return cancels.length > 0;
  },
});

const queue = async (
  tx: SqlClient,
  replies: readonly NewReply[],
  { publish, atMs }: { readonly publish: PublishReplyEvent; readonly atMs: number },
): Promise<void> => {
  const histories = replies.map(({ streamId, events }) =>
    recordedEvents({ streamId, version: 0, state: initial }, events),
  );
  const statuses = histories.map((recorded) => recorded.at(-1)?.state.status ?? 'queued');
  await insertReplies(tx, replies, { statuses, atMs });
  const open = replies.filter((_reply, index) => statuses[index] === 'queued');
  if (open.length > 0) await wakeLanes(tx, open, atMs);
  await enqueue(tx, histories.flat().flatMap(publish), atMs);
};

type Place = Pick<NewReply, 'streamId' | 'command'>;

export const insertReplies = (
  tx: SqlClient,
  replies: readonly Place[],
  { statuses, atMs }: { readonly statuses: readonly string[]; readonly atMs: number },
): Promise<number> => {
  const commands = replies.map(({ command }) => indexable(command));
  return tx.$executeRawUnsafe(
    `INSERT INTO replies (stream_id, channel_id, conversation_id, lane_id, status, reply_id, expires_at, waits_since)
     SELECT stream_id, channel_id, conversation_id, lane_id, status, reply_id, expires_at, $8::bigint
       FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[])
            WITH ORDINALITY AS new (stream_id, channel_id, conversation_id, lane_id, status, reply_id, expires_at, position)
      ORDER BY position`,
    replies.map(({ streamId }) => streamId),
    commands.map(({ channelId }) => channelId),
    commands.map(({ conversationId }) => conversationId),
    commands.map(laneIdOf),
    statuses,
    commands.map(({ replyId }) => replyId),
    commands.map(expiresAt),
    atMs,
  );
};

const KEPT_OF_AN_ID = 100;

/** Ids that no index can hold are nobody's, and their reply was refused: their beginnings are kept. */
const indexable = (command: SendReply): SendReply => {
  if (hasUsableIds(command)) return command;
  const [replyId = '', channelId = '', conversationId = ''] = [
    command.replyId,
    command.channelId,
    command.conversationId,
  ].map((id) => id.slice(0, KEPT_OF_AN_ID));
  return { ...command, replyId, channelId, conversationId };
};

/** Before everything that waits: an action is worth nothing in some seconds. */
const AT_ONCE = 0;

/** A lane whose head waits for its time goes on waiting. Sorted, so that two that wake the same lanes do not deadlock. */
export const wakeLanes = (tx: SqlClient, replies: readonly Place[], atMs: number): Promise<number> =>
  tx.$executeRawUnsafe(
    `INSERT INTO reply_lanes AS lane (channel_id, lane_id, due_at)
     SELECT DISTINCT ON (channel_id, lane_id) channel_id, lane_id, due_at
       FROM unnest($1::text[], $2::text[], $3::bigint[]) AS woken (channel_id, lane_id, due_at)
      ORDER BY channel_id, lane_id
     ON CONFLICT (channel_id, lane_id) DO UPDATE SET wakes = lane.wakes + 1`,
    replies.map(({ command }) => command.channelId),
    replies.map(({ command }) => laneIdOf(command)),
    replies.map(({ command }) => (isAction(command) ? AT_ONCE : atMs)),
  );
