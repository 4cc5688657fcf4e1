import { expect } from 'chai';
import { sendReply, T0 } from '../../test/send-reply.ts';
import { decide } from './decide-reply.ts';
import { evolve } from './evolve-reply.ts';
import { initial, type ReplyCommand, type ReplyEvent } from './reply.ts';
import { fingerprintOf, type SendReply, streamIdOf } from './send-reply.ts';
import type { SendResult } from './send-result.ts';

const origin = { eventId: 'event-1', correlationId: null, traceparent: null };
const atMs = T0;

const queued = (command: SendReply = sendReply()): ReplyEvent => ({
  type: 'ReplyQueued',
  command,
  fingerprint: fingerprintOf(command),
  origin,
  atMs,
});
const started = (attempt = 1): ReplyEvent => ({
  type: 'AttemptStarted',
  attempt,
  deadlineMs: T0 + 10_000,
  newestKnownMs: T0 - 5_000,
  atMs,
});
const attemptFailed = (reason: 'rate_limited' | 'tiktok_unavailable' | 'token_rejected', attempt = 1): ReplyEvent => ({
  type: 'AttemptFailed',
  attempt,
  reason,
  atMs,
});
const unsettled: ReplyEvent = { type: 'ReplyOutcomeUnknown', settled: false, atMs };
const settled: ReplyEvent = { type: 'ReplyOutcomeUnknown', settled: true, atMs };
const sent: ReplyEvent = { type: 'ReplySent', tiktokMessageId: 'MSG-1', atMs };
const delivered: ReplyEvent = { type: 'ReplyDelivered', atMs };
const read: ReplyEvent = { type: 'ReplyRead', atMs };
const failed = (code: string, tiktok: unknown = null) => ({ type: 'ReplyFailed', code, tiktok, atMs });
const delayed: ReplyEvent = { type: 'ReplyDelayed', reason: 'rate_limited', untilMs: T0 + 60_000, atMs };

const accept = (command: SendReply = sendReply()): ReplyCommand => ({ type: 'AcceptReply', command, origin, atMs });
const start: ReplyCommand = { type: 'StartAttempt', deadlineMs: T0 + 10_000, newestKnownMs: T0 - 5_000, atMs };
const record = (result: SendResult, attempt = 1): ReplyCommand => ({ type: 'RecordSendResult', attempt, result, atMs });
const accepted: SendResult = { kind: 'accepted', tiktokMessageId: 'MSG-1' };
const rejected = (code: number): SendResult => ({ kind: 'rejected', answer: answer(code) });
const answer = (code: number) => ({ code, message: 'no', requestId: 'request-1' });
const refuseWith: ReplyCommand = { type: 'RefuseReply', code: 'channel_unknown', tiktok: null, atMs };
const expire: ReplyCommand = { type: 'ExpireReply', atMs };
const abandon = (late: boolean): ReplyCommand => ({ type: 'AbandonAttempt', atMs: late ? T0 + 10_000 : T0 + 9_999 });
const settle = (tiktokMessageId: string | null): ReplyCommand => ({ type: 'SettleReply', tiktokMessageId, atMs });
const delay: ReplyCommand = { type: 'DelayReply', reason: 'rate_limited', untilMs: T0 + 60_000, atMs };
const echo = (isRead: boolean): ReplyCommand => ({ type: 'RecordEcho', isRead, atMs });

const given = (...events: readonly ReplyEvent[]) => ({
  when: (command: ReplyCommand) => {
    const decided = decide(command, events.reduce(evolve, initial));
    return decided.ok ? decided.value : decided.error;
  },
});

describe('a reply', () => {
  describe('that arrives', () => {
    it('is queued', () => expect(given().when(accept())).to.deep.equal([queued()]));
    it('is not queued twice', () => expect(given(queued()).when(accept())).to.deep.equal([]));

    for (const { name, command, code } of [
      { name: 'without content', command: sendReply({ text: null }), code: 'empty_reply' },
      { name: 'that is too long', command: sendReply({ text: 'a'.repeat(6_001) }), code: 'text_too_long' },
      { name: 'with an action', command: sendReply({ text: null, action: 'TYPING' }), code: 'invalid_command' },
      { name: 'without a channel', command: sendReply({ channelId: '' }), code: 'invalid_command' },
      { name: 'without a conversation', command: sendReply({ conversationId: '' }), code: 'invalid_command' },
    ]) {
      it(`${name} fails at once: ${code}`, () =>
        expect(given().when(accept(command))).to.deep.equal([queued(command), failed(code)]));
    }
  });

  describe('that is queued', () => {
    it('is attempted', () => expect(given(queued()).when(start)).to.deep.equal([started()]));
    it('fails when a check refuses it', () =>
      expect(given(queued()).when(refuseWith)).to.deep.equal([failed('channel_unknown')]));
    it('expires', () => expect(given(queued()).when(expire)).to.deep.equal([failed('expired')]));
    it('says that it waits, once per reason', () => {
      expect(given(queued()).when(delay)).to.deep.equal([delayed]);
      expect(given(queued(), delayed).when(delay)).to.deep.equal([]);
      expect(given(queued(), delayed, started(), attemptFailed('rate_limited')).when(delay)).to.deep.equal([delayed]);
    });

    for (const reason of ['rate_limited', 'tiktok_unavailable'] as const) {
      it(`expires as ${reason} when that was in its way`, () =>
        expect(given(queued(), started(), attemptFailed(reason)).when(expire)).to.deep.equal([failed(reason)]));
    }
  });

  describe('with an open attempt', () => {
    const open = given(queued(), started());

    it('is not attempted again by a worker that took over its lane', () =>
      expect(open.when(start)).to.equal('attempt_open'));
    it('is neither refused nor expired', () => {
      expect(open.when(refuseWith)).to.equal('attempt_open');
      expect(open.when(expire)).to.equal('attempt_open');
    });
    it('is left alone until its deadline', () => expect(open.when(abandon(false))).to.equal('attempt_running'));
    it('is uncertain after its deadline', () =>
      expect(open.when(abandon(true))).to.deep.equal([{ ...unsettled, atMs: T0 + 10_000 }]));
    it('is not settled by an echo', () => expect(open.when(settle('MSG-1'))).to.equal('not_uncertain'));

    it('is sent when TikTok accepted it', () => expect(open.when(record(accepted))).to.deep.equal([sent]));
    it('is uncertain without a usable answer', () =>
      expect(open.when(record({ kind: 'uncertain' }))).to.deep.equal([unsettled]));
    it('may be tried again when the request never left', () =>
      expect(open.when(record({ kind: 'unsent' }))).to.deep.equal([attemptFailed('tiktok_unavailable')]));

    for (const { code, events } of [
      { code: 40001, events: [failed('missing_scope', answer(40001))] },
      { code: 40002, events: [failed('tiktok_rejected', answer(40002))] },
      { code: 40007, events: [failed('tiktok_rejected', answer(40007))] },
      { code: 40064, events: [failed('blocked_by_tiktok', answer(40064))] },
      { code: 40100, events: [attemptFailed('rate_limited')] },
      { code: 40102, events: [attemptFailed('token_rejected')] },
      { code: 40105, events: [attemptFailed('token_rejected')] },
    ]) {
      it(`reads ${code}`, () => expect(open.when(record(rejected(code)))).to.deep.equal(events));
    }

    it('fails at the second refusal of a token', () =>
      expect(
        given(queued(), started(), attemptFailed('token_rejected'), started(2)).when(record(rejected(40105), 2)),
      ).to.deep.equal([failed('channel_needs_reauthorization', answer(40105))]));
    it('ignores the result of an earlier attempt', () =>
      expect(given(queued(), started(), attemptFailed('rate_limited'), started(2)).when(record(accepted))).to.equal(
        'attempt_closed',
      ));
  });

  describe('whose outcome is uncertain', () => {
    const uncertain = given(queued(), started(), unsettled);

    it('is never attempted again', () => expect(uncertain.when(start)).to.equal('attempt_open'));
    it('is sent when its message was found', () => expect(uncertain.when(settle('MSG-1'))).to.deep.equal([sent]));
    it('is settled as unknown when it was not', () => expect(uncertain.when(settle(null))).to.deep.equal([settled]));
    it('is sent when the answer comes after all', () => expect(uncertain.when(record(accepted))).to.deep.equal([sent]));
    it('fails when the answer that comes after all is a refusal', () =>
      expect(uncertain.when(record(rejected(40064)))).to.deep.equal([failed('blocked_by_tiktok', answer(40064))]));
    it('does not become more uncertain', () => expect(uncertain.when(record({ kind: 'uncertain' }))).to.deep.equal([]));
  });

  describe('that was sent', () => {
    it('is delivered by its echo', () =>
      expect(given(queued(), started(), sent).when(echo(false))).to.deep.equal([delivered]));
    it('is delivered and read when the read mark came first', () =>
      expect(given(queued(), started(), sent).when(echo(true))).to.deep.equal([delivered, read]));
    it('is read later', () =>
      expect(given(queued(), started(), sent, delivered).when(echo(true))).to.deep.equal([read]));
    it('is delivered and read once', () => {
      expect(given(queued(), started(), sent, delivered).when(echo(false))).to.deep.equal([]);
      expect(given(queued(), started(), sent, delivered, read).when(echo(true))).to.deep.equal([]);
    });
  });

  for (const { name, verdict } of [
    { name: 'sent', verdict: sent },
    { name: 'failed', verdict: failed('expired') as ReplyEvent },
    { name: 'settled as unknown', verdict: settled },
  ]) {
    it(`that is ${name} gets no second verdict`, () => {
      const past = given(queued(), started(), verdict);
      expect(past.when(start)).to.equal('verdict_reached');
      expect(past.when(refuseWith)).to.equal('verdict_reached');
      expect(past.when(expire)).to.equal('verdict_reached');
      expect(past.when(delay)).to.equal('verdict_reached');
      expect(past.when(settle('MSG-2'))).to.equal('not_uncertain');
      expect(past.when(record(accepted))).to.equal('attempt_closed');
      expect(past.when(abandon(true))).to.equal('attempt_closed');
    });
  }

  it('that nobody asked for is refused everything', () => expect(given().when(start)).to.equal('reply_unknown'));

  it('has a stream of its own, whatever its ids look like', () => {
    expect(streamIdOf({ channelId: 'a-b', replyId: 'c' })).not.to.equal(streamIdOf({ channelId: 'a', replyId: 'b-c' }));
  });

  for (const { name, change } of [
    { name: 'the text', change: { text: 'No.' } },
    { name: 'the conversation', change: { conversationId: 'CONV-2' } },
    { name: 'the quoted message', change: { quotedMessageId: 'MSG-0' } },
    {
      name: 'an attachment',
      change: { attachments: [{ kind: 'IMAGE', mediaId: 'm', url: null, itemId: null, template: null }] },
    },
  ] as const) {
    it(`is another reply when ${name} differs`, () =>
      expect(fingerprintOf(sendReply(change))).not.to.equal(fingerprintOf(sendReply())));
  }

  it('is the same reply when it is asked for again later', () =>
    expect(fingerprintOf(sendReply({ requestedAt: T0 + 1, requestedBy: null }))).to.equal(fingerprintOf(sendReply())));
});
