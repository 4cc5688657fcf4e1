import { expect } from 'chai';
import type { Message } from '../../api/types.ts';
import type { Outgoing } from '../../outbox/outbox.ts';
import { seenUpTo, timelineRows } from './timeline-rows.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

const message = (messageId: string, sentAt: number, overrides: Partial<Message> = {}): Message => ({
  messageId,
  replyId: null,
  conversationId: 'c',
  direction: 'incoming',
  source: 'app',
  origin: 'webhook',
  automatic: null,
  content: { kind: 'text', text: messageId },
  quotedMessageId: null,
  buttonTap: null,
  reactions: [],
  sentAt,
  status: null,
  delay: null,
  isSettled: null,
  failure: null,
  ...overrides,
});

const outgoing = (key: string, overrides: Partial<Outgoing> = {}): Outgoing => ({
  key,
  conversationId: 'c',
  content: { kind: 'text', text: key },
  order: 0,
  wasTried: false,
  queuedAt: 10 * DAY_MS,
  state: 'sending',
  error: null,
  mediaId: null,
  replyId: null,
  ...overrides,
});

const referral = {
  source: 'ad',
  reference: 'ad-1',
  adName: 'Winter',
  embedUrl: null,
  prefilledMessage: null,
  at: 0,
} as const;

const rowsOf = (input: Partial<Parameters<typeof timelineRows>[0]>) =>
  timelineRows({
    messages: [],
    referrals: [],
    outgoing: [],
    hasOlder: false,
    dayOf: (atMs) => String(Math.floor(atMs / DAY_MS)),
    ...input,
  }).map((row) =>
    `${row.kind} ${row.kind === 'message' ? `${row.key}${row.isLastOfGroup ? '.' : ''}` : row.key}`.replace(
      /^(day day \S+).*/,
      '$1',
    ),
  );

const answer = (messageId: string, sentAt: number, overrides: Partial<Message> = {}) =>
  message(messageId, sentAt, { direction: 'outgoing', source: 'api', status: 'sent', ...overrides });

describe('the rows of a conversation', () => {
  it('begin with the oldest, under its day', () => {
    expect(rowsOf({ messages: [message('new', 2 * DAY_MS), message('old', DAY_MS)] })).to.deep.equal([
      'day day 1',
      'message old.',
      'day day 2',
      'message new.',
    ]);
  });

  it('say once what is true of several that follow each other', () => {
    const messages = [message('c', 3 * MINUTE_MS), message('b', 1_000), message('a', 0)];
    expect(rowsOf({ messages })).to.deep.equal(['day day 0', 'message a', 'message b.', 'message c.']);
  });

  it('do not join the two sides, nor a message that failed', () => {
    const failed = { code: 'x', retryable: false, message: '', advice: null, nextAllowedAt: null, tiktok: null };
    const messages = [
      message('c', 2_000, { direction: 'outgoing', status: 'failed' }),
      message('b', 1_000, { direction: 'outgoing', status: 'failed', failure: failed }),
      message('a', 0),
    ];
    expect(rowsOf({ messages })).to.deep.equal(['day day 0', 'message a.', 'message b.', 'message c.']);
  });

  it('have a referral where it came, and not before what was not read yet', () => {
    const messages = [message('a', MINUTE_MS)];
    expect(rowsOf({ messages, referrals: [referral] })).to.deep.equal([
      'day day 0',
      'referral referral 0 ad ad-1',
      'message a.',
    ]);
    expect(rowsOf({ messages, referrals: [referral], hasOlder: true })).to.deep.equal(['day day 0', 'message a.']);
  });

  it('end with what is being sent, until it is among the messages', () => {
    const sent = message('m', 10 * DAY_MS, { replyId: 'r', direction: 'outgoing', status: 'queued' });
    const items = [outgoing('k', { replyId: 'r', state: 'accepted' }), outgoing('l')];
    expect(rowsOf({ messages: [], outgoing: items })).to.deep.equal(['day day 10', 'outgoing r', 'outgoing l']);
    expect(rowsOf({ messages: [sent], outgoing: items })).to.deep.equal(['day day 10', 'message r.', 'outgoing l']);
  });

  it('say of each that waits on its own where it stands, since each may be taken back, or sent again', () => {
    for (const status of ['queued', 'delayed', 'unknown'] as const) {
      const messages = [answer('b', 1_000, { status }), answer('a', 0, { status })];
      expect(rowsOf({ messages })).to.deep.equal(['day day 0', 'message a.', 'message b.']);
    }
  });

  it('have an answer once whose echo came in before the word that it was sent', () => {
    const queued = answer('hello', 5_000, { messageId: null, replyId: 'r', status: 'queued' });
    const reply = { ...queued, content: { kind: 'text', text: 'hello' } as const };
    const echo = answer('hello', 6_000);
    expect(rowsOf({ messages: [echo, reply] })).to.deep.equal(['day day 0', 'message r.']);
    expect(rowsOf({ messages: [answer('hello', 7_000), echo, reply] })).to.deep.equal([
      'day day 0',
      'message r.',
      'message hello.',
    ]);
    const items = [outgoing('hello', { state: 'accepted', replyId: 'r', queuedAt: 5_000 })];
    expect(rowsOf({ messages: [echo], outgoing: items })).to.deep.equal(['day day 0', 'outgoing r']);
  });

  it('keep beside an answer under way what is not its echo', () => {
    const reply = answer('hello', 100_000, { messageId: null, replyId: 'r', status: 'queued' });
    for (const other of [
      answer('hello', 10_000),
      answer('hello', 101_000, { source: 'app' }),
      answer('hello', 101_000, { automatic: 'WELCOME_MESSAGE' }),
      answer('another text', 101_000),
    ]) {
      expect(rowsOf({ messages: [other, reply] })).to.include(`message ${other.messageId}.`);
    }
  });

  it('are seen up to the newest message of the customer among them', () => {
    const messages = [message('c', 3_000), answer('b', 2_000), message('a', 1_000)];
    const rows = timelineRows({ messages, referrals: [], outgoing: [], hasOlder: false, dayOf: () => 'today' });
    expect(rows).to.have.length(4);
    expect([-1, 0, 1, 2, 3].map((index) => seenUpTo(rows, index))).to.deep.equal([null, null, 1_000, 1_000, 3_000]);
  });
});
