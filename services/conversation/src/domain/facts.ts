import { type MessageFact, mergeMessages } from './message.ts';
import { laterReaction, type ReactionFact } from './reaction.ts';
import { mergeReferrals, type ReferralFact } from './referral.ts';
import { mergeReplies, type ReplyFact } from './reply.ts';

/** The person has seen what was sent up to `readUpTo`, in TikTok's time. */
export interface ReadMark {
  readonly channelId: string;
  readonly conversationId: string;
  readonly readUpTo: number;
}

/** Somebody in Europe wrote to the business: TikTok tells neither who nor what. */
export interface EuropeanNotice {
  readonly channelId: string;
  /** TikTok's time of the message. */
  readonly sentAt: number;
}

export type ChannelStatus = 'unknown' | 'connected' | 'expiring' | 'needs_reauthorization' | 'disconnected';

/** The state of a channel at a version; of two, the one with the higher version counts. */
export interface ChannelFact {
  readonly channelId: string;
  readonly version: number;
  readonly accountId: string;
  readonly status: ChannelStatus;
  /** What is older is shown to nobody; null when all is visible. */
  readonly visibleFrom: number | null;
}

/** The type of each kind of fact; `Fact` and `Facts` follow from it. */
interface FactTypes {
  readonly message: MessageFact;
  readonly reaction: ReactionFact;
  readonly referral: ReferralFact;
  readonly reply: ReplyFact;
  readonly readMark: ReadMark;
  readonly europeanNotice: EuropeanNotice;
  readonly channel: ChannelFact;
}

export type FactType = keyof FactTypes;

export type Fact = { readonly [Type in FactType]: { readonly type: Type; readonly fact: FactTypes[Type] } }[FactType];

/** What a set of records says: one row per message, reaction, referral, reply, conversation read, notice and channel. */
export type Facts = { readonly [Type in FactType]: readonly FactTypes[Type][] };

interface Rule<RowOfFact> {
  readonly keyOf: (fact: RowOfFact) => readonly (string | number | boolean)[];
  /** Commutative, associative and idempotent. */
  readonly merge: (a: RowOfFact, b: RowOfFact) => RowOfFact;
}

/** What was hidden once stays hidden, whichever version says so. */
const mergeChannels = (a: ChannelFact, b: ChannelFact): ChannelFact => ({
  ...(a.version >= b.version ? a : b),
  visibleFrom:
    a.visibleFrom === null || b.visibleFrom === null
      ? (a.visibleFrom ?? b.visibleFrom)
      : Math.max(a.visibleFrom, b.visibleFrom),
});

const RULES: { readonly [Type in FactType]: Rule<FactTypes[Type]> } = {
  message: {
    keyOf: ({ channelId, conversationId, messageId }) => [channelId, conversationId, messageId],
    merge: mergeMessages,
  },
  reaction: {
    keyOf: (fact) => [
      fact.channelId,
      fact.conversationId,
      fact.messageId,
      fact.personId,
      fact.reaction,
      fact.isPicture,
    ],
    merge: laterReaction,
  },
  referral: {
    keyOf: (fact) => [fact.channelId, fact.conversationId, fact.source, fact.reference, fact.occurredAtSecond],
    merge: mergeReferrals,
  },
  reply: { keyOf: ({ channelId, replyId }) => [channelId, replyId], merge: mergeReplies },
  readMark: {
    keyOf: ({ channelId, conversationId }) => [channelId, conversationId],
    merge: (a, b) => (a.readUpTo >= b.readUpTo ? a : b),
  },
  europeanNotice: { keyOf: ({ channelId, sentAt }) => [channelId, sentAt], merge: (a) => a },
  channel: { keyOf: ({ channelId }) => [channelId], merge: mergeChannels },
};

/**
 * The fold of the projection: facts in any order, any number of times, give the same rows. The database merges a batch's
 * rows into its own by the same rules, so a history may be cut into batches anywhere.
 */
export const foldFacts = (facts: Iterable<Fact>): Facts => {
  const byType = Object.groupBy(facts, ({ type }) => type);
  const folded = <Type extends FactType>(type: Type): readonly FactTypes[Type][] =>
    // The compiler does not follow that a group holds the facts of its type.
    foldOne(RULES[type], (byType[type] ?? []) as unknown as readonly { readonly fact: FactTypes[Type] }[]);
  return {
    message: folded('message'),
    reaction: folded('reaction'),
    referral: folded('referral'),
    reply: folded('reply'),
    readMark: folded('readMark'),
    europeanNotice: folded('europeanNotice'),
    channel: folded('channel'),
  };
};

const foldOne = <RowOfFact>(
  { keyOf, merge }: Rule<RowOfFact>,
  facts: readonly { readonly fact: RowOfFact }[],
): readonly RowOfFact[] => {
  const rows = new Map<string, RowOfFact>();
  for (const { fact } of facts) {
    // U+0000 is in no id: `storableText` has replaced it.
    const key = keyOf(fact).join('\0');
    const known = rows.get(key);
    rows.set(key, known === undefined ? fact : merge(known, fact));
  }
  return [...rows.values()];
};
