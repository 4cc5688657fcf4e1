import type { RecordedEvent } from '@tiktok-channel/platform/event-sourcing';
import type { OutboxRow } from '@tiktok-channel/platform/outbox';
import {
  appendToStream,
  enqueue,
  loadStreams,
  type SqlClient,
  type StoredEvent,
} from '@tiktok-channel/platform/postgres';
import type { Lane } from '../../application/ports.ts';
import { decide } from '../../domain/decide-reply.ts';
import { evolve } from '../../domain/evolve-reply.ts';
import { initial, type ReplyEvent, type ReplyState } from '../../domain/reply.ts';

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
  await tx.$executeRawUnsafe(
    'UPDATE replies SET status = $2, tiktok_message_id = $3 WHERE stream_id = $1',
    streamId,
    last.state.status,
    'tiktokMessageId' in last.state ? last.state.tiktokMessageId : null,
  );
  await enqueue(tx, outbox, atMs);
};

/**
 * Whoever stores an echo or a read mark and whoever stores that a reply was sent hold this lock, so that the one that
 * comes second sees what the first left, in whatever order they come.
 */
export const lockConversation = async (tx: SqlClient, { channelId, conversationId }: Lane): Promise<void> => {
  await tx.$queryRawUnsafe(
    'SELECT 1 FROM conversations WHERE conversation_id = $1 AND channel_id = $2 FOR UPDATE',
    conversationId,
    channelId,
  );
};

interface SeenRow {
  readonly stream_id: string;
  readonly is_read: boolean;
}

/** Sent replies whose echo, or whose read mark, is there and was not recorded: now they are delivered, or read. */
export const recordWhatWasSeen = async (
  tx: SqlClient,
  lanes: readonly Lane[],
  { publish, atMs }: { readonly publish: PublishReplyEvent; readonly atMs: number },
): Promise<boolean> => {
  const seen = await tx.$queryRawUnsafe<SeenRow[]>(
    `SELECT r.stream_id, COALESCE(c.read_up_to >= e.sent_at, false) AS is_read
       FROM unnest($1::text[], $2::text[]) AS touched (channel_id, conversation_id)
       JOIN replies r USING (channel_id, conversation_id)
       JOIN echoes e ON e.channel_id = r.channel_id AND e.message_id = r.tiktok_message_id
       JOIN conversations c ON c.channel_id = r.channel_id AND c.conversation_id = r.conversation_id
      WHERE r.status = 'sent' OR (r.status = 'delivered' AND c.read_up_to >= e.sent_at)
      ORDER BY r.lane_position`,
    lanes.map(({ channelId }) => channelId),
    lanes.map(({ conversationId }) => conversationId),
  );
  const streams = await loadStreams(
    tx,
    seen.map((row) => row.stream_id),
  );
  for (const { stream_id: streamId, is_read: isRead } of seen) {
    const past = (streams.get(streamId) ?? []).map(toReplyEvent);
    const state = past.reduce(evolve, initial);
    const decided = decide({ type: 'RecordEcho', isRead, atMs }, state);
    const recorded = recordedEvents({ streamId, version: past.length, state }, decided.ok ? decided.value : []);
    await appendReplyEvents(tx, recorded, { outbox: recorded.flatMap(publish), atMs });
  }
  return seen.length > 0;
};
