import { expect } from 'chai';
import fc from 'fast-check';
import { retelling } from '../../test/histories.ts';
import { compareText } from './canonical.ts';
import { type Fact, type Facts, foldFacts } from './facts.ts';
import { historyBits, type MessageFact, mergeMessages } from './message.ts';
import { messageStatus, type ReplyTimes, replyStatus } from './reply.ts';

const message = (overrides: Partial<MessageFact> = {}): MessageFact => ({
  channelId: 'biz-1',
  conversationId: 'CONV-A',
  messageId: 'm1',
  sentAt: 1_000,
  direction: 'incoming',
  customerId: null,
  customerUsername: null,
  isFollower: null,
  kind: 'text',
  tiktokType: null,
  body: null,
  tiktokMediaId: null,
  videoId: null,
  embedUrl: null,
  quotedMessageId: null,
  source: null,
  automaticType: null,
  tapMessageId: null,
  tapButtonId: null,
  logId: null,
  pictureUrl: null,
  template: null,
  receivedAt: 2_000,
  fromHistory: 0,
  ...overrides,
});

const imported = (overrides: Partial<MessageFact> = {}): MessageFact => {
  const fact = message(overrides);
  return { ...fact, fromHistory: historyBits(fact) };
};

describe('what two records of one message say together', () => {
  it('is present over absent', () => {
    expect(mergeMessages(message({ logId: null }), message({ logId: 'log-1' })).logId).to.equal('log-1');
  });

  it('is the word of the webhook over that of the import, whichever came first', () => {
    const merged = mergeMessages(imported({ body: 'a' }), message({ body: 'b' }));
    expect(merged.body).to.equal('b');
    expect(mergeMessages(message({ body: 'b' }), imported({ body: 'a' }))).to.deep.equal(merged);
  });

  it('keeps of an import what the webhook did not say, and lets a later webhook replace it', () => {
    const known = mergeMessages(message({ embedUrl: null }), imported({ embedUrl: 'a' }));
    expect(known.embedUrl).to.equal('a');
    expect(mergeMessages(known, message({ embedUrl: 'b' })).embedUrl).to.equal('b');
  });

  it('is the lesser of two values of one origin', () => {
    expect(mergeMessages(message({ logId: 'log-2' }), message({ logId: 'log-1' })).logId).to.equal('log-1');
  });

  it('arrived when the first of them arrived', () => {
    expect(mergeMessages(message({ receivedAt: 9 }), message({ receivedAt: 7 })).receivedAt).to.equal(7);
  });
});

describe('the status of a reply', () => {
  const times = (overrides: Partial<ReplyTimes> = {}): ReplyTimes => ({
    queuedAt: null,
    delayedAt: null,
    unknownAt: null,
    failedAt: null,
    cancelledAt: null,
    sentAt: null,
    deliveredAt: null,
    readAt: null,
    ...overrides,
  });

  for (const [facts, status] of [
    [{ queuedAt: 1 }, 'queued'],
    [{ queuedAt: 1, delayedAt: 2 }, 'delayed'],
    [{ delayedAt: 2, unknownAt: 3 }, 'unknown'],
    [{ unknownAt: 3, failedAt: 4 }, 'failed'],
    [{ queuedAt: 1, cancelledAt: 2 }, 'cancelled'],
    [{ unknownAt: 3, sentAt: 4 }, 'sent'],
    [{ sentAt: 4, deliveredAt: 5 }, 'delivered'],
    [{ readAt: 6 }, 'read'],
  ] as const) {
    it(`is ${status} when what is known of it is ${Object.keys(facts).join(' and ')}`, () => {
      expect(replyStatus(times(facts), null)).to.equal(status);
    });
  }

  it('is delivered once TikTok shows its message, whatever else is known', () => {
    expect(replyStatus(times({ unknownAt: 1 }), { sentAt: 5, readUpTo: null })).to.equal('delivered');
  });

  it('is read when its message was sent up to the mark, also exactly at it', () => {
    expect(replyStatus(times({ sentAt: 1 }), { sentAt: 5, readUpTo: 5 })).to.equal('read');
    expect(messageStatus({ sentAt: 6, readUpTo: 5 })).to.equal('delivered');
  });
});

describe('the fold', () => {
  it('ends the same however a history is shuffled and repeated', () => {
    fc.assert(
      fc.property(retelling, ({ history, retold }) => {
        expect(inOrder(foldFacts(retold))).to.deep.equal(inOrder(foldFacts(history)));
      }),
      { numRuns: 300, seed: 8 },
    );
  });

  it('ends the same when what was folded is folded again with the rest', () => {
    fc.assert(
      fc.property(retelling, ({ history, retold }) => {
        const folded = foldFacts(retold.slice(0, retold.length / 2));
        const again = [...factsOf(folded), ...retold.slice(retold.length / 2)];
        expect(inOrder(foldFacts(again))).to.deep.equal(inOrder(foldFacts(history)));
      }),
      { numRuns: 300, seed: 8 },
    );
  });
});

describe('text', () => {
  it('is ordered by code point', () => {
    const byCodePoint = ['', 'a', 'a\u{1f600}', 'b', '\ue000', '\uff21', '\u{1f600}'];
    expect(byCodePoint.toReversed().sort(compareText)).to.deep.equal(byCodePoint);
  });
});

const factsOf = (facts: Facts): readonly Fact[] =>
  Object.entries(facts).flatMap(([type, rows]) => rows.map((fact) => ({ type, fact }) as Fact));

/** Rows have no order; their JSON gives them one. */
const inOrder = (facts: Facts) =>
  Object.fromEntries(
    Object.entries(facts).map(([type, rows]) => [
      type,
      rows.toSorted((a, b) => compareText(JSON.stringify(a, keys(a)), JSON.stringify(b, keys(b)))),
    ]),
  );

const keys = (row: unknown): string[] => Object.keys(row as object).sort();
