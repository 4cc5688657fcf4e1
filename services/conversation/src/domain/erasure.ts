import type { Facts } from './facts.ts';
import { BLANK_REPLY, type ReplyFact } from './reply.ts';

/** Of channels by id: what is older is shown to nobody, and not kept. Who has none keeps everything. */
export type VisibleFrom = ReadonlyMap<string, number>;

/**
 * What stays of facts. It is judged by a time that every record of the same thing has, so that it makes no difference whether the
 * erasure or the fact comes first. A reply has many records, with many times: of one that began before, the ids and
 * that beginning stay, so that a late record of it does not look like the beginning of another.
 */
export const withoutOlder = (facts: Facts, visibleFrom: VisibleFrom): Facts => {
  if (visibleFrom.size === 0) return facts;
  const isKept = (channelId: string, at: number): boolean => at >= (visibleFrom.get(channelId) ?? 0);
  return {
    message: facts.message.filter(({ channelId, sentAt }) => isKept(channelId, sentAt)),
    reaction: facts.reaction.filter(({ channelId, changedAt }) => isKept(channelId, changedAt)),
    // Its key has whole seconds; within the first of them the time hides it where it has to.
    referral: facts.referral.filter(({ channelId, occurredAtSecond: second }) =>
      isKept(channelId, second * 1_000 + 999),
    ),
    reply: facts.reply.map((reply) => (isKept(reply.channelId, reply.firstAt) ? reply : blankReply(reply))),
    readMark: facts.readMark.filter(({ channelId, readUpTo }) => isKept(channelId, readUpTo)),
    europeanNotice: facts.europeanNotice.filter(({ channelId, sentAt }) => isKept(channelId, sentAt)),
    channel: facts.channel,
  };
};

const blankReply = ({ channelId, replyId, conversationId, firstAt }: ReplyFact): ReplyFact => ({
  ...BLANK_REPLY,
  channelId,
  replyId,
  conversationId,
  firstAt,
});
