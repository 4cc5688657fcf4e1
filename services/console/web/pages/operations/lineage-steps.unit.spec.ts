import { expect } from 'chai';
import type { Lineage } from '../../api/types.ts';
import { stepsOf } from './lineage-steps.ts';

const NEVER = {
  queuedAt: null,
  delayedAt: null,
  unknownAt: null,
  settledAt: null,
  failedAt: null,
  cancelledAt: null,
  sentAt: null,
  deliveredAt: null,
  readAt: null,
};

const lineage = (overrides: Partial<Lineage>): Lineage => ({
  channelId: 'channel',
  conversationId: 'conversation',
  message: null,
  reply: null,
  status: null,
  records: [],
  isSearchComplete: true,
  ...overrides,
});

const message = { messageId: 'message', kind: 'text', source: null, sentAt: 1_000, receivedAt: 4_000, logId: null };

describe('the steps of a message', () => {
  it('of a customer are when they wrote it, and when it came in', () => {
    expect(stepsOf(lineage({ message: { ...message, direction: 'incoming' } }))).to.deep.equal([
      { what: 'The customer wrote it', atMs: 1_000, afterMs: null },
      { what: 'It came in from TikTok', atMs: 4_000, afterMs: 3_000 },
    ]);
  });

  it('of an answer are all that are known, in the order of time', () => {
    const times = { ...NEVER, queuedAt: 2_000, sentAt: 3_000, readAt: 9_000 };
    const reply = { replyId: 'reply', requestedAt: 2_000, retryOf: null, attempts: 1, times, failure: null };
    const steps = stepsOf(lineage({ message: { ...message, direction: 'outgoing' }, reply }));
    expect(steps.map(({ what, atMs }) => [atMs, what])).to.deep.equal([
      [2_000, 'It was asked for'],
      [2_000, 'It was accepted'],
      [3_000, 'TikTok took it'],
      [4_000, 'Its echo came in from TikTok'],
      [9_000, 'The customer read it'],
    ]);
  });

  it('are none of what is not known', () => expect(stepsOf(lineage({}))).to.deep.equal([]));
});
