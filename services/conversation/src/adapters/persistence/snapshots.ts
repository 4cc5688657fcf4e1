import { fingerprint } from '@tiktok-channel/platform/kernel';
import type { OutboxRow } from '@tiktok-channel/platform/outbox';
import { enqueue } from '@tiktok-channel/platform/postgres';
import type { ContentKind, Direction } from '../../domain/message.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import type { FollowUp } from './change-follower.ts';
import { WINDOW_JOINS, type WindowRow, windowFactsOf } from './conversation-rows.ts';
import { numberOrNull } from './message-rows.ts';
import { keysOf } from './search-index.ts';

interface SnapshotRow extends WindowRow {
  readonly channel_id: string;
  readonly conversation_id: string;
  readonly customer_id: string | null;
  readonly customer_username: string | null;
  readonly display_name: string | null;
  readonly message_id: string;
  readonly direction: string;
  readonly sent_at: bigint;
  readonly kind: string | null;
  readonly body: string | null;
  readonly incoming: bigint;
  readonly outgoing: bigint;
  readonly read_up_to: bigint | null;
}

/**
 * Leaves a snapshot of every conversation that differs from what was last published of it. A revision is the time when it was
 * made, or one more than the last: so it also grows after a restore of the database, which the topic does not go back with.
 */
export const createSnapshotWriter =
  ({
    windowMs,
    outboxRow,
  }: {
    readonly windowMs: number;
    readonly outboxRow: (snapshot: Snapshot, made: { readonly revision: number; readonly atMs: number }) => OutboxRow;
  }): FollowUp =>
  async (tx, { conversations }, atMs) => {
    const rows = await tx.$queryRawUnsafe<SnapshotRow[]>(SNAPSHOT_SQL, ...keysOf(conversations), windowMs);
    const snapshots = rows.map(snapshotOf);
    const kept = await tx.$queryRawUnsafe<{ channel_id: string; conversation_id: string; revision: bigint }[]>(
      REVISION_SQL,
      ...keysOf(snapshots),
      snapshots.map((snapshot) => fingerprint(snapshot)),
      atMs,
    );
    const revisions = new Map(kept.map((row) => [`${row.channel_id}\0${row.conversation_id}`, Number(row.revision)]));
    const differing = snapshots.flatMap((snapshot) => {
      const revision = revisions.get(`${snapshot.channelId}\0${snapshot.conversationId}`);
      return revision === undefined ? [] : [outboxRow(snapshot, { revision, atMs })];
    });
    await enqueue(tx, differing, atMs);
  };

/** $1 and $2 are the conversations, $3 is how long the reply window is. */
const SNAPSHOT_SQL = `
SELECT c.channel_id, c.conversation_id, c.customer_id, c.customer_username, person.display_name,
       coalesce(c.is_follower, person.is_follower) AS customer_follows,
       m.message_id, m.direction, m.sent_at, m.kind, m.body, mark.read_up_to, counts.incoming, counts.outgoing,
       rule.messages AS window_messages, rule.last_at AS window_last_at, answer.total AS window_answers,
       answer.late AS window_late_answers, person.is_whole AS window_is_whole, closed.is_closed AS window_is_closed
  FROM unnest($1::text[], $2::text[]) AS changed (channel_id, conversation_id)
  JOIN conversations c USING (channel_id, conversation_id)
  JOIN messages m ON m.channel_id = c.channel_id AND m.conversation_id = c.conversation_id AND m.message_id = c.last_message_id
  LEFT JOIN participants person ON person.channel_id = c.channel_id AND person.conversation_id = c.conversation_id
  LEFT JOIN read_marks mark ON mark.channel_id = c.channel_id AND mark.conversation_id = c.conversation_id
  CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE n.direction = 'incoming') AS incoming,
           count(*) FILTER (WHERE n.direction = 'outgoing') AS outgoing
      FROM messages n WHERE n.channel_id = c.channel_id AND n.conversation_id = c.conversation_id) AS counts
  ${WINDOW_JOINS}`;

/** Answers those that differ from the last one, with their new revision. */
const REVISION_SQL = `
INSERT INTO snapshots AS old (channel_id, conversation_id, revision, fingerprint)
SELECT channel_id, conversation_id, $4::bigint, fingerprint
  FROM unnest($1::text[], $2::text[], $3::text[]) AS new (channel_id, conversation_id, fingerprint)
 ORDER BY conversation_id, channel_id
ON CONFLICT (conversation_id, channel_id) DO UPDATE
   SET revision = greatest(old.revision + 1, excluded.revision), fingerprint = excluded.fingerprint
 WHERE old.fingerprint <> excluded.fingerprint
RETURNING channel_id, conversation_id, revision`;

const snapshotOf = (row: SnapshotRow): Snapshot => ({
  channelId: row.channel_id,
  conversationId: row.conversation_id,
  customer: {
    userId: row.customer_id,
    username: row.customer_username,
    displayName: row.display_name,
    isFollower: row.customer_follows,
  },
  lastMessage: {
    messageId: row.message_id,
    direction: row.direction as Direction,
    sentAt: Number(row.sent_at),
    kind: row.kind as ContentKind | null,
    text: row.body,
  },
  incomingCount: Number(row.incoming),
  outgoingCount: Number(row.outgoing),
  readUpTo: numberOrNull(row.read_up_to),
  windowFacts: windowFactsOf(row),
});
