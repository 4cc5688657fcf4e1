import type { RecordedEvent } from '@tiktok-channel/platform/event-sourcing';
import type { OutboxRow } from '@tiktok-channel/platform/outbox';
import {
  appendToStream,
  enqueue,
  loadStreams,
  type SqlClient,
  type StoredEvent,
} from '@tiktok-channel/platform/postgres';
import { checkContent } from '@tiktok-channel/platform/reply-rules';
import { linkToTrace } from '@tiktok-channel/platform/telemetry';
import type { ConversationKey } from '../../application/ports.ts';
import { decide } from '../../domain/decide-reply.ts';
import { echoFingerprint } from '../../domain/echo.ts';
import { evolve } from '../../domain/evolve-reply.ts';
import { initial, type ReplyCommand, type ReplyEvent, type ReplyState } from '../../domain/reply.ts';
import { findCorrections } from './echo-match.ts';

export type RecordedReplyEvent = RecordedEvent<ReplyState, ReplyEvent>;

/** The records that tell subscribers of an event. */
export type PublishReplyEvent = (recorded: RecordedReplyEvent) => readonly OutboxRow[];

export const toReplyEvent = ({ data }: StoredEvent): ReplyEvent => data as ReplyEvent;

/** `events` after a stream of `version` events that led to `state`, each with its place and what it leads to. */
export const recordedEvents = (
  stream: { readonly streamId: string; readonly version: number; readonly state: ReplyState },
  events: readonly ReplyEvent[],
): readonly RecordedReplyEvent[] => {
  let state = stream.state;
  return events.map((event, index) => {
    state = evolve(state, event);
    return { streamId: stream.streamId, version: stream.version + index + 1, event, state };
  });
};

/** Appends to one stream, moves its row in `replies` along, and leaves what is published. */
export const appendReplyEvents = async (
  tx: SqlClient,
  recorded: readonly RecordedReplyEvent[],
  { outbox, atMs }: { readonly outbox: readonly OutboxRow[]; readonly atMs: number },
): Promise<void> => {
  const [first] = recorded;
  const last = recorded.at(-1);
  if (first === undefined || last === undefined) return;
  const { streamId, version } = first;
  await appendToStream(tx, {
    streamId,
    expectedVersion: version - 1,
    events: recorded.map(({ event }) => event),
    atMs,
  });
  await moveReply(tx, streamId, last.state);
  await enqueue(tx, outbox, atMs);
};

const moveReply = async (tx: SqlClient, streamId: string, state: ReplyState): Promise<void> => {
  const tiktokMessageId = 'tiktokMessageId' in state ? state.tiktokMessageId : null;
  if (state.status === 'attempting') {
    const content = checkContent(state.command);
    await tx.$executeRawUnsafe(
      `UPDATE replies SET status = $2, echo_fingerprint = $3, newest_known_at = $4::bigint, attempted_at = $5::bigint,
              waits_since = NULL
        WHERE stream_id = $1`,
      streamId,
      state.status,
      content.ok ? echoFingerprint(content.value) : null,
      state.current.newestKnownMs,
      state.current.startedMs,
    );
    return;
  }
  await tx.$executeRawUnsafe(
    'UPDATE replies SET status = $2, tiktok_message_id = $3 WHERE stream_id = $1',
    streamId,
    state.status,
    tiktokMessageId,
  );
};

/**
 * Whoever stores an echo or a read mark and whoever stores that a reply was sent hold this lock, so that the one that
 * comes second sees what the first left, in whatever order they come.
 */
export const lockConversation = async (
  tx: SqlClient,
  { channelId, conversationId }: ConversationKey,
): Promise<void> => {
  await tx.$queryRawUnsafe(
    'SELECT 1 FROM conversations WHERE conversation_id = $1 AND channel_id = $2 FOR UPDATE',
    conversationId,
    channelId,
  );
};

/** TikTok's own answer outranks a match: the reply that had been matched with this message loses it. */
export const takeMessage = async (tx: SqlClient, channelId: string, messageId: string): Promise<void> => {
  await tx.$executeRawUnsafe(
    'UPDATE replies SET tiktok_message_id = NULL WHERE channel_id = $1 AND tiktok_message_id = $2',
    channelId,
    messageId,
  );
};

interface Recording {
  readonly publish: PublishReplyEvent;
  readonly atMs: number;
}

/** What was seen of conversations, taken to their replies: corrected, delivered, read; those that look for their message are woken. */
export const recordWhatWasSeen = async (
  tx: SqlClient,
  conversations: readonly ConversationKey[],
  recording: Recording,
): Promise<{ readonly hasEvents: boolean; readonly hasWoken: boolean }> => {
  if (conversations.length === 0) return { hasEvents: false, hasWoken: false };
  const corrections = await findCorrections(tx, conversations);
  await handleAll(
    tx,
    corrections.map(({ stream_id: streamId, message_id: tiktokMessageId }) => ({
      streamId,
      command: { type: 'RecordMatch', tiktokMessageId, atMs: recording.atMs },
    })),
    recording,
  );
  const seen = await findSeen(tx, conversations);
  await handleAll(
    tx,
    seen.map(({ stream_id: streamId, is_read: isRead }) => ({
      streamId,
      command: { type: 'RecordEcho', isRead, atMs: recording.atMs },
    })),
    recording,
  );
  return {
    hasEvents: corrections.length + seen.length > 0,
    hasWoken: await wakeUncertain(tx, conversations, recording.atMs),
  };
};

/** Commands to different replies, within the transaction of what led to them. */
const handleAll = async (
  tx: SqlClient,
  commands: readonly { readonly streamId: string; readonly command: ReplyCommand }[],
  { publish, atMs }: Recording,
): Promise<void> => {
  if (commands.length === 0) return;
  const streams = await loadStreams(
    tx,
    commands.map(({ streamId }) => streamId),
  );
  for (const { streamId, command } of commands) {
    const past = (streams.get(streamId) ?? []).map(toReplyEvent);
    const state = past.reduce(evolve, initial);
    if (state.status !== 'none') linkToTrace(state.origin.traceparent, { 'tiktok_channel.link': 'reply' });
    const decided = decide(command, state);
    const recorded = recordedEvents({ streamId, version: past.length, state }, decided.ok ? decided.value : []);
    await appendReplyEvents(tx, recorded, { outbox: recorded.flatMap(publish), atMs });
  }
};

interface SeenRow {
  readonly stream_id: string;
  readonly is_read: boolean;
}

/**
 * Sent replies whose echo, or whose read mark, is there and was not recorded. `OFFSET 0` keeps the echo a look-up by its key:
 * joined in any other way, every batch reads the echoes of a whole channel.
 */
const findSeen = (tx: SqlClient, conversations: readonly ConversationKey[]): Promise<readonly SeenRow[]> =>
  tx.$queryRawUnsafe<SeenRow[]>(
    `SELECT r.stream_id, seen.is_read
       FROM unnest($1::text[], $2::text[]) AS touched (channel_id, conversation_id)
       JOIN conversations c ON c.channel_id = touched.channel_id AND c.conversation_id = touched.conversation_id
       JOIN replies r ON r.channel_id = touched.channel_id AND r.conversation_id = touched.conversation_id
        AND r.status IN ('sent', 'delivered') AND (r.status = 'sent' OR c.read_up_to IS NOT NULL)
      CROSS JOIN LATERAL (SELECT COALESCE(c.read_up_to >= e.sent_at, false) AS is_read FROM echoes e
                           WHERE e.channel_id = r.channel_id AND e.message_id = r.tiktok_message_id OFFSET 0) seen
      WHERE r.status = 'sent' OR seen.is_read
      ORDER BY r.lane_position`,
    conversations.map(({ channelId }) => channelId),
    conversations.map(({ conversationId }) => conversationId),
  );

/** A lane that somebody has claimed is left alone: its worker looks again by itself. */
const wakeUncertain = async (
  tx: SqlClient,
  conversations: readonly ConversationKey[],
  atMs: number,
): Promise<boolean> => {
  const woken = await tx.$executeRawUnsafe(
    `UPDATE reply_lanes lane SET due_at = LEAST(due_at, $3::bigint)
       FROM unnest($1::text[], $2::text[]) AS touched (channel_id, conversation_id)
       JOIN replies r USING (channel_id, conversation_id)
      WHERE lane.channel_id = touched.channel_id AND lane.lane_id = touched.conversation_id
        AND lane.claim_id IS NULL AND r.status = 'uncertain'`,
    conversations.map(({ channelId }) => channelId),
    conversations.map(({ conversationId }) => conversationId),
    atMs,
  );
  return woken > 0;
};
