import type { RecordedEvent } from '@tiktok-channel/platform/event-sourcing';
import type { Result } from '@tiktok-channel/platform/kernel';
import type { OutboxRow } from '@tiktok-channel/platform/outbox';
import {
  appendToStreams,
  enqueue,
  loadStreams,
  type SqlClient,
  type StoredEvent,
} from '@tiktok-channel/platform/postgres';
import { checkContent } from '@tiktok-channel/platform/reply-rules';
import { linkTraces } from '@tiktok-channel/platform/telemetry';
import type { ConversationKey } from '../../application/ports.ts';
import { decide } from '../../domain/decide-reply.ts';
import { echoFingerprint } from '../../domain/echo.ts';
import { evolve } from '../../domain/evolve-reply.ts';
import { initial, type ReplyCommand, type ReplyEvent, type ReplyRefusal, type ReplyState } from '../../domain/reply.ts';
import { isDelayed } from '../../domain/reply-history.ts';
import { ECHO_SPAN } from '../../telemetry.ts';
import { findCorrections } from './echo-match.ts';
import { RECALL_SQL } from './lane-recalls.ts';

export type RecordedReplyEvent = RecordedEvent<ReplyState, ReplyEvent>;

/** The records that tell subscribers of an event. */
export type PublishReplyEvent = (recorded: RecordedReplyEvent) => readonly OutboxRow[];

export const toReplyEvent = ({ data }: Pick<StoredEvent, 'data'>): ReplyEvent => data as ReplyEvent;

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

/** A command to one reply; others may be decided with it. */
export interface AskedReply {
  readonly streamId: string;
  readonly command: ReplyCommand;
}

interface Decided {
  /** In the order of the commands. */
  readonly results: readonly Result<readonly ReplyEvent[], ReplyRefusal>[];
  readonly recorded: readonly RecordedReplyEvent[];
}

/** Decides on streams as they are now; of two commands to one reply the second sees what the first has led to. */
export const decideOnStreams = async (client: SqlClient, asked: readonly AskedReply[]): Promise<Decided> => {
  const streams = await loadStreams(client, [...new Set(asked.map(({ streamId }) => streamId))]);
  const known = new Map<string, { readonly version: number; readonly state: ReplyState }>();
  const recorded: RecordedReplyEvent[] = [];
  const results = asked.map(({ streamId, command }) => {
    const { version, state } = known.get(streamId) ?? foldedFrom(streams.get(streamId) ?? []);
    const decided = decide(command, state);
    const events = recordedEvents({ streamId, version, state }, decided.ok ? decided.value : []);
    recorded.push(...events);
    known.set(streamId, { version: version + events.length, state: events.at(-1)?.state ?? state });
    return decided;
  });
  return { results, recorded };
};

const foldedFrom = (stored: readonly StoredEvent[]) => ({
  version: stored.length,
  state: stored.map(toReplyEvent).reduce(evolve, initial),
});

/** Appends to streams, moves their rows in `replies` along, and leaves what is published. */
export const appendReplyEvents = async (
  tx: SqlClient,
  recorded: readonly RecordedReplyEvent[],
  { outbox, atMs }: { readonly outbox: readonly OutboxRow[]; readonly atMs: number },
): Promise<void> => {
  const byStream = [...Map.groupBy(recorded, ({ streamId }) => streamId)].sort(([a], [b]) => (a < b ? -1 : 1));
  if (byStream.length === 0) return;
  const appends = byStream.map(([streamId, events]) => ({
    streamId,
    expectedVersion: (events[0]?.version ?? 1) - 1,
    events: events.map(({ event }) => event),
  }));
  await appendToStreams(tx, appends, atMs);
  await moveReplies(
    tx,
    byStream.flatMap(([, events]) => events.at(-1) ?? []),
  );
  await enqueue(tx, outbox, atMs);
};

/** An attempt leaves what its echo is compared with; whatever follows leaves that as it is. */
const moveReplies = async (tx: SqlClient, last: readonly RecordedReplyEvent[]): Promise<void> => {
  const moved = last.map(({ streamId, state }) => ({ streamId, state, attempt: attemptColumns(state) }));
  await tx.$executeRawUnsafe(
    `UPDATE replies r
        SET status = moved.status,
            tiktok_message_id = moved.tiktok_message_id,
            is_delayed = moved.is_delayed,
            echo_fingerprint = CASE WHEN moved.attempted_at IS NULL THEN r.echo_fingerprint ELSE moved.echo_fingerprint END,
            newest_known_at = COALESCE(moved.newest_known_at, r.newest_known_at),
            attempted_at = COALESCE(moved.attempted_at, r.attempted_at),
            waits_since = CASE WHEN moved.attempted_at IS NULL THEN r.waits_since END
       FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::boolean[])
            AS moved (stream_id, status, tiktok_message_id, echo_fingerprint, newest_known_at, attempted_at, is_delayed)
      WHERE r.stream_id = moved.stream_id`,
    moved.map(({ streamId }) => streamId),
    moved.map(({ state }) => state.status),
    moved.map(({ state }) => ('tiktokMessageId' in state ? state.tiktokMessageId : null)),
    moved.map(({ attempt }) => attempt?.echoFingerprint ?? null),
    moved.map(({ attempt }) => attempt?.newestKnownMs ?? null),
    moved.map(({ attempt }) => attempt?.startedMs ?? null),
    moved.map(({ state }) => isDelayed(state)),
  );
};

const attemptColumns = (state: ReplyState) => {
  if (state.status !== 'attempting') return null;
  const content = checkContent(state.command);
  return { ...state.current, echoFingerprint: content.ok ? echoFingerprint(content.value) : null };
};

/**
 * Whoever stores an echo or a read mark and whoever stores that a reply was sent hold this lock, so that the one that
 * comes second sees what the first left, in whatever order they come.
 */
export const lockConversations = async (tx: SqlClient, conversations: readonly ConversationKey[]): Promise<void> => {
  await tx.$queryRawUnsafe(
    `SELECT 1 FROM conversations
      WHERE (conversation_id, channel_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))
      ORDER BY conversation_id COLLATE "C", channel_id COLLATE "C" FOR UPDATE`,
    conversations.map(({ conversationId }) => conversationId),
    conversations.map(({ channelId }) => channelId),
  );
};

/** TikTok's own answer outranks a match: the reply that had been matched with such a message loses it. */
export const takeMessages = async (
  tx: SqlClient,
  messages: readonly { readonly channelId: string; readonly messageId: string }[],
): Promise<void> => {
  await tx.$executeRawUnsafe(
    `UPDATE replies SET tiktok_message_id = NULL
      WHERE (channel_id, tiktok_message_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))`,
    messages.map(({ channelId }) => channelId),
    messages.map(({ messageId }) => messageId),
  );
};

interface Recording {
  readonly publish: PublishReplyEvent;
  readonly atMs: number;
}

/** What was seen of conversations, taken to their replies: corrected, delivered, read. Answers whether anything is to be published. */
export const recordWhatWasSeen = async (
  tx: SqlClient,
  conversations: readonly ConversationKey[],
  recording: Recording,
): Promise<boolean> => {
  if (conversations.length === 0) return false;
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
  const recorded = await handleAll(
    tx,
    seen.map(({ stream_id: streamId, is_read: isRead }) => ({
      streamId,
      command: { type: 'RecordEcho', isRead, atMs: recording.atMs },
    })),
    recording,
  );
  linkEchoes(seen, recorded);
  return corrections.length + seen.length > 0;
};

const handleAll = async (
  tx: SqlClient,
  asked: readonly AskedReply[],
  { publish, atMs }: Recording,
): Promise<readonly RecordedReplyEvent[]> => {
  if (asked.length === 0) return [];
  const { recorded } = await decideOnStreams(tx, asked);
  await appendReplyEvents(tx, recorded, { outbox: recorded.flatMap(publish), atMs });
  return recorded;
};

/** Whichever of the two comes second, echo or answer: the echo's trace leads to the reply's. */
const linkEchoes = (seen: readonly SeenRow[], recorded: readonly RecordedReplyEvent[]): void => {
  const echoes = new Map(seen.map(({ stream_id: streamId, traceparent }) => [streamId, traceparent]));
  for (const { streamId, event, state } of recorded) {
    if (event.type !== 'ReplyDelivered' || state.status === 'none') continue;
    linkTraces(echoes.get(streamId) ?? null, state.origin.traceparent, ECHO_SPAN);
  }
};

interface SeenRow {
  readonly stream_id: string;
  readonly is_read: boolean;
  /** Of the echo. */
  readonly traceparent: string | null;
}

/**
 * Sent replies whose echo, or whose read mark, is there and was not recorded. `OFFSET 0` keeps the echo a look-up by its key:
 * joined in any other way, every batch reads the echoes of a whole channel.
 */
const findSeen = (tx: SqlClient, conversations: readonly ConversationKey[]): Promise<readonly SeenRow[]> =>
  tx.$queryRawUnsafe<SeenRow[]>(
    `SELECT r.stream_id, seen.is_read, seen.traceparent
       FROM unnest($1::text[], $2::text[]) AS touched (channel_id, conversation_id)
       JOIN conversations c ON c.channel_id = touched.channel_id AND c.conversation_id = touched.conversation_id
       JOIN replies r ON r.channel_id = touched.channel_id AND r.conversation_id = touched.conversation_id
        AND r.status IN ('sent', 'delivered') AND (r.status = 'sent' OR c.read_up_to IS NOT NULL)
      CROSS JOIN LATERAL (SELECT COALESCE(c.read_up_to >= e.sent_at, false) AS is_read, e.traceparent FROM echoes e
                           WHERE e.channel_id = r.channel_id AND e.message_id = r.tiktok_message_id OFFSET 0) seen
      WHERE r.status = 'sent' OR seen.is_read
      ORDER BY r.lane_position`,
    conversations.map(({ channelId }) => channelId),
    conversations.map(({ conversationId }) => conversationId),
  );

/** Recalls the lanes whose replies look for their message; whoever works on such a lane and learns of it by itself need not. */
export const wakeUncertain = async (
  tx: SqlClient,
  conversations: readonly ConversationKey[],
  atMs: number,
): Promise<boolean> => {
  if (conversations.length === 0) return false;
  const woken = await tx.$executeRawUnsafe(
    `${RECALL_SQL} WHERE (channel_id, lane_id) IN (
       SELECT l.channel_id, l.lane_id
         FROM unnest($2::text[], $3::text[]) AS touched (channel_id, conversation_id)
         JOIN replies r USING (channel_id, conversation_id)
         JOIN reply_lanes l ON l.channel_id = touched.channel_id AND l.lane_id = touched.conversation_id
        WHERE r.status = 'uncertain'
        ORDER BY l.channel_id, l.lane_id FOR UPDATE OF l)`,
    atMs,
    conversations.map(({ channelId }) => channelId),
    conversations.map(({ conversationId }) => conversationId),
  );
  return woken > 0;
};
