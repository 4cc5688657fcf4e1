import { VersionConflict } from '@tiktok-channel/platform/event-sourcing';
import type { Clock } from '@tiktok-channel/platform/kernel';
import { databaseFailure, onDatabase, type SqlClient } from '@tiktok-channel/platform/postgres';
import type { Replies } from '../../application/ports.ts';
import { laneIdOf } from '../../domain/send-reply.ts';
import { batched } from './batched.ts';
import type { Database } from './database.ts';
import { RECALL_SQL } from './lane-recalls.ts';
import { insertReplies, wakeLanes } from './reply-intake.repository.ts';
import {
  type AskedReply,
  appendReplyEvents,
  decideOnStreams,
  lockConversations,
  type PublishReplyEvent,
  type RecordedReplyEvent,
  recordWhatWasSeen,
  takeMessages,
} from './reply-log.ts';

export interface RepliesDependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly publish: PublishReplyEvent;
  /** Wakes the outbox relay. */
  readonly onEnqueued: () => void;
}

type Results = Awaited<ReturnType<typeof decideOnStreams>>['results'];

/** Attempts before a conflict is given to the caller: each lost race means that somebody else's append went through. */
const MOST_ATTEMPTS = 8;

export const createReplies = (dependencies: RepliesDependencies): Replies => {
  const handle = batched((asked: readonly AskedReply[]) => onDatabase(() => handleTogether(dependencies, asked, 1)));
  return { handle: (streamId, command) => handle({ streamId, command }) };
};

/** Load, fold, decide, append, and all of it again when somebody else appended in between. */
const handleTogether = async (
  dependencies: RepliesDependencies,
  asked: readonly AskedReply[],
  attempt: number,
): Promise<Results> => {
  try {
    const { results, recorded } = await decideOnStreams(dependencies.database, asked);
    if (recorded.length > 0) await store(dependencies, recorded);
    return results;
  } catch (error) {
    if (!isConflict(error) || attempt >= MOST_ATTEMPTS) throw error;
    return handleTogether(dependencies, asked, attempt + 1);
  }
};

const isConflict = (error: unknown): boolean =>
  error instanceof VersionConflict || databaseFailure(error) === 'conflict';

const store = async (
  { database, clock, publish, onEnqueued }: RepliesDependencies,
  recorded: readonly RecordedReplyEvent[],
): Promise<void> => {
  const atMs = clock.now();
  const outbox = recorded.flatMap(publish);
  await database.$transaction(async (tx) => {
    await insertAccepted(tx, recorded, atMs);
    const sent = recorded.flatMap(sentMessage);
    if (sent.length > 0) await lockConversations(tx, sent);
    const answered = sent.filter(({ isAnswer }) => isAnswer);
    if (answered.length > 0) await takeMessages(tx, answered);
    await appendReplyEvents(tx, recorded, { outbox, atMs });
    await recordWhatWasSeen(tx, sent, { publish, atMs });
    await freeLanes(tx, recorded, atMs);
  });
  if (outbox.length > 0) onEnqueued();
};

/** Replies that somebody took back before they were asked for. Most have their verdict at once, and need no lane. */
const insertAccepted = async (tx: SqlClient, recorded: readonly RecordedReplyEvent[], atMs: number): Promise<void> => {
  const accepted = recorded.flatMap(({ streamId, event }) =>
    event.type === 'ReplyQueued' ? [{ streamId, command: event.command }] : [],
  );
  if (accepted.length === 0) return;
  const last = new Map(recorded.map(({ streamId, state }) => [streamId, state.status]));
  const statuses = accepted.map(({ streamId }) => last.get(streamId) ?? 'queued');
  await insertReplies(tx, accepted, { statuses, atMs });
  const open = accepted.filter((_reply, index) => statuses[index] === 'queued');
  if (open.length > 0) await wakeLanes(tx, open, atMs);
};

/** What stands behind a reply that was taken back, or has expired, need not wait for what that one waited for. */
const freeLanes = async (tx: SqlClient, recorded: readonly RecordedReplyEvent[], atMs: number): Promise<void> => {
  const ended = recorded.flatMap(({ event, state }) =>
    (event.type === 'ReplyCancelled' || event.type === 'ReplyFailed') && state.status !== 'none' ? [state.command] : [],
  );
  if (ended.length === 0) return;
  await tx.$executeRawUnsafe(
    `${RECALL_SQL} WHERE (channel_id, lane_id) IN (
       SELECT channel_id, lane_id FROM reply_lanes WHERE (channel_id, lane_id) IN (SELECT * FROM unnest($2::text[], $3::text[]))
        ORDER BY channel_id, lane_id FOR UPDATE)`,
    atMs,
    ended.map(({ channelId }) => channelId),
    ended.map(laneIdOf),
  );
};

/** The message that a reply turned out to be, if this is the event that says so. A request id comes with an answer of TikTok's. */
const sentMessage = ({ event, state }: RecordedReplyEvent) => {
  if (event.type !== 'ReplySent' || event.tiktokMessageId === null || state.status === 'none') return [];
  const { channelId, conversationId } = state.command;
  return [{ channelId, conversationId, messageId: event.tiktokMessageId, isAnswer: event.requestId !== null }];
};
