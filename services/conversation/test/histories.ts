import fc from 'fast-check';
import type { ChannelFact, Fact, ReadMark } from '../src/domain/facts.ts';
import { historyBits, type MessageFact } from '../src/domain/message.ts';
import type { ReactionFact } from '../src/domain/reaction.ts';
import { type ReferralFact, referralHistoryBits } from '../src/domain/referral.ts';
import type { ReplyFact } from '../src/domain/reply.ts';

/** Few values, so that facts meet: the same message twice with different words, an echo and its reply, ties in time. */
const oneOf = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const maybe = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(values, { nil: null });
const channelId = oneOf('biz-1', 'biz-2');
const conversationId = oneOf('CONV-A', 'CONV-B');
const messageId = oneOf('m1', 'm2', 'm3');
const time = fc.integer({ min: 1, max: 6 }).map((second) => second * 1_000);
/** When a channel that was released became visible, if it ever was: between the third second and the fourth. */
const RELEASED_AT = 3_500;
/** U+FF21 comes before U+1F600 by code point and after it by UTF-16 unit. */
const words = oneOf('a', 'b', '', '\uff21', '\u{1f600}', 'z\u{1f600}');

const messageFact: fc.Arbitrary<MessageFact> = fc
  .record({
    channelId,
    conversationId,
    messageId,
    // Records of one message may differ in its time, but not so far that a release came between them.
    sentAt: fc.constant(0),
    direction: oneOf('incoming' as const, 'outgoing' as const),
    customerId: maybe(words),
    customerUsername: maybe(words),
    isFollower: maybe(fc.boolean()),
    kind: maybe(
      oneOf(
        'text' as const,
        'image' as const,
        'video' as const,
        'shared_post' as const,
        'sticker' as const,
        'emoji' as const,
        'template' as const,
        'unsupported' as const,
      ),
    ),
    tiktokType: maybe(words),
    body: maybe(words),
    tiktokMediaId: maybe(words),
    videoId: maybe(words),
    embedUrl: maybe(words),
    quotedMessageId: maybe(words),
    source: maybe(words),
    automaticType: maybe(words),
    tapMessageId: maybe(words),
    tapButtonId: maybe(words),
    logId: maybe(words),
    pictureUrl: maybe(words),
    template: maybe(words),
    receivedAt: time,
    fromHistory: fc.constant(0),
  })
  .chain((fact) =>
    fc.record({ isHistory: fc.boolean(), second: fc.integer({ min: 0, max: 2 }) }).map(({ isHistory, second }) => {
      const told = { ...fact, sentAt: (fact.messageId === 'm1' ? 1_000 : 4_000) + second * 1_000 };
      return isHistory ? { ...told, fromHistory: historyBits(told) } : told;
    }),
  );

const replyFact: fc.Arbitrary<ReplyFact> = fc.record({
  channelId,
  replyId: oneOf('r1', 'r2'),
  conversationId,
  firstAt: time,
  queuedAt: maybe(time),
  delayedAt: maybe(time),
  unknownAt: maybe(time),
  settledAt: maybe(time),
  failedAt: maybe(time),
  cancelledAt: maybe(time),
  sentAt: maybe(time),
  deliveredAt: maybe(time),
  readAt: maybe(time),
  lastDelayedAt: maybe(time),
  delayReason: maybe(words),
  delayedUntil: maybe(time),
  messageId: maybe(messageId),
  text: maybe(words),
  attachments: maybe(words),
  action: maybe(oneOf('typing', 'mark_read')),
  quotedMessageId: maybe(words),
  retryOf: maybe(words),
  failureCode: maybe(words),
  failureRetryable: maybe(fc.boolean()),
  failureMessage: maybe(words),
  failureAdvice: maybe(words),
  failureNextAllowedAt: maybe(time),
  failureTiktokCode: maybe(time),
  failureTiktokRequestId: maybe(words),
  attempts: fc.integer({ min: 0, max: 3 }),
});

const reactionFact: fc.Arbitrary<ReactionFact> = fc.record({
  channelId,
  conversationId,
  messageId,
  personId: oneOf('', 'u-1'),
  reaction: oneOf('\u{1f600}', 'https://example.com/a.png'),
  isPicture: fc.boolean(),
  changedAt: time,
  isRemoved: fc.boolean(),
});

const referralFact: fc.Arbitrary<ReferralFact> = fc
  .record({
    channelId,
    conversationId,
    source: oneOf('ad' as const, 'link' as const),
    reference: oneOf('', 'ref-1'),
    occurredAtSecond: oneOf(1, 5),
    occurredAt: time,
    tiktokSource: maybe(words),
    adName: maybe(words),
    advertiserId: maybe(words),
    embedUrl: maybe(words),
    materialId: maybe(words),
    prefilledMessage: maybe(words),
    fromHistory: fc.constant(0),
  })
  .chain((fact) =>
    fc.boolean().map((isHistory) => (isHistory ? { ...fact, fromHistory: referralHistoryBits(fact) } : fact)),
  );

const readMark: fc.Arbitrary<ReadMark> = fc.record({ channelId, conversationId, readUpTo: time });

/** One version of a channel has one state: the fourth is a release, and behind it another account has the channel. */
const channelFact: fc.Arbitrary<ChannelFact> = fc
  .record({ channelId, version: fc.integer({ min: 1, max: 6 }) })
  .map((fact) => ({
    ...fact,
    accountId: fact.version > 4 ? 'account-2' : 'account-1',
    status: (['connected', 'expiring', 'connected', 'disconnected', 'connected', 'needs_reauthorization'] as const)[
      fact.version - 1
    ] as ChannelFact['status'],
    visibleFrom: fact.version >= 4 ? RELEASED_AT : null,
  }));

const fact: fc.Arbitrary<Fact> = fc.oneof(
  { weight: 6, arbitrary: messageFact.map((each): Fact => ({ type: 'message', fact: each })) },
  { weight: 4, arbitrary: replyFact.map((each): Fact => ({ type: 'reply', fact: each })) },
  { weight: 1, arbitrary: readMark.map((each): Fact => ({ type: 'readMark', fact: each })) },
  { weight: 2, arbitrary: reactionFact.map((each): Fact => ({ type: 'reaction', fact: each })) },
  { weight: 2, arbitrary: referralFact.map((each): Fact => ({ type: 'referral', fact: each })) },
  {
    weight: 1,
    arbitrary: fc.record({ channelId, sentAt: time }).map((each): Fact => ({ type: 'europeanNotice', fact: each })),
  },
  { weight: 2, arbitrary: channelFact.map((each): Fact => ({ type: 'channel', fact: each })) },
);

export interface Retelling {
  readonly history: readonly Fact[];
  /** The same facts in another order, some of them more than once. */
  readonly retold: readonly Fact[];
  /** Where `retold` is cut into batches: each number is the size of one. */
  readonly cuts: readonly number[];
}

export const retelling: fc.Arbitrary<Retelling> = fc.array(fact, { minLength: 1, maxLength: 24 }).chain((history) =>
  fc.record({
    history: fc.constant(history),
    retold: fc
      .array(fc.constantFrom(...history), { maxLength: 8 })
      .chain((again) => fc.shuffledSubarray([...history, ...again], { minLength: history.length + again.length })),
    cuts: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 }),
  }),
);

export const cutIntoBatches = ({ retold, cuts }: Retelling): readonly (readonly Fact[])[] => {
  const batches: (readonly Fact[])[] = [];
  for (let first = 0; first < retold.length; ) {
    const size = cuts[batches.length % cuts.length] ?? 1;
    batches.push(retold.slice(first, first + size));
    first += size;
  }
  return batches;
};
