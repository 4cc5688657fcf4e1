import { cloudEventHeaders } from '@tiktok-channel/platform/kafka';
import { eventIds } from '@tiktok-channel/platform/kernel';
import type { OutboxRow } from '@tiktok-channel/platform/outbox';
import { type ReplyRules, replyWindowAt } from '@tiktok-channel/platform/reply-rules';
import { type ContentKind as AvroContentKind, type ConversationSnapshot, topics } from '@tiktok-channel/schemas';
import type { ContentKind, Direction } from '../../domain/message.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import { type RowCodec, SOURCE } from './reply-command.codec.ts';

const KINDS: Readonly<Record<ContentKind, AvroContentKind>> = {
  text: 'TEXT',
  image: 'IMAGE',
  video: 'VIDEO',
  shared_post: 'SHARED_POST',
  sticker: 'STICKER',
  emoji: 'EMOJI',
  template: 'TEMPLATE',
  unsupported: 'UNSUPPORTED',
};
const DIRECTIONS = { incoming: 'INCOMING', outgoing: 'OUTGOING' } as const satisfies Record<Direction, string>;

interface Made {
  /** Grows with every snapshot of the conversation. */
  readonly revision: number;
  readonly atMs: number;
}

export const createSnapshotRow =
  (codec: RowCodec, rules: ReplyRules) =>
  (snapshot: Snapshot, made: Made): OutboxRow => {
    const { channelId, conversationId } = snapshot;
    const type = codec().fullName('ConversationSnapshot');
    const id = eventIds.snapshot(type, channelId, conversationId, made.revision);
    return {
      eventId: id,
      record: {
        topic: topics.conversations.name,
        key: conversationId,
        value: codec().encode('ConversationSnapshot', recordOf(snapshot, made, rules)),
        headers: cloudEventHeaders({
          id,
          source: SOURCE,
          type,
          timeMs: made.atMs,
          subject: conversationId,
          partitionKey: conversationId,
          correlationId: conversationId,
        }),
      },
    };
  };

const recordOf = (snapshot: Snapshot, { revision, atMs }: Made, rules: ReplyRules): ConversationSnapshot => ({
  channelId: snapshot.channelId,
  conversationId: snapshot.conversationId,
  revision,
  // The picture has a temporary address, which a record that is kept for ever does not carry.
  customer: { ...snapshot.customer, avatarUrl: null },
  lastMessage: {
    ...snapshot.lastMessage,
    direction: DIRECTIONS[snapshot.lastMessage.direction],
    kind: snapshot.lastMessage.kind === null ? 'UNSUPPORTED' : KINDS[snapshot.lastMessage.kind],
  },
  incomingCount: snapshot.incomingCount,
  outgoingCount: snapshot.outgoingCount,
  readUpTo: snapshot.readUpTo,
  replyWindow: windowOf(snapshot, rules),
  at: atMs,
});

/**
 * The rule that the customer's last message opened, with the time at which it closes: read later, the record is still true.
 * What applies behind that time is the reader's to judge, by the same rules.
 */
const windowOf = ({ windowFacts }: Snapshot, rules: ReplyRules): ConversationSnapshot['replyWindow'] => {
  const opened = replyWindowAt(windowFacts, rules, windowFacts.lastCustomerMessageMs ?? 0);
  const { rule, isCertain, closesAtMs, limit, used } = opened;
  return { rule, isCertain, closesAt: closesAtMs, limit: windowFacts.isClosedByTikTok ? used : limit, used };
};
