import { expect } from 'chai';
import { sendReply, T0 } from '../../test/send-reply.ts';
import { decide } from './decide-reply.ts';
import { evolve } from './evolve-reply.ts';
import { type AttemptFailure, initial, type ReplyCommand, type ReplyEvent } from './reply.ts';
import { fingerprintOf, type SendReply, streamIdOf } from './send-reply.ts';
import type { SendResult, TikTokAnswer } from './send-result.ts';

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
const attemptFailed = (reason: AttemptFailure, tiktok: TikTokAnswer | null = null, attempt = 1): ReplyEvent => ({
  type: 'AttemptFailed',
  attempt,
  reason,
  tiktok,
  atMs,
});
const unsettled: ReplyEvent = { type: 'ReplyOutcomeUnknown', settled: false, atMs };
const settled: ReplyEvent = { type: 'ReplyOutcomeUnknown', settled: true, atMs };
const sent: ReplyEvent = { type: 'ReplySent', tiktokMessageId: 'MSG-1', requestId: 'R', corrects: false, atMs };
const matched: ReplyEvent = { ...sent, requestId: null };
const absenceSeen = (afterMs: number): ReplyEvent => ({ type: 'AbsenceSeen', atMs: T0 + 10_000 + afterMs });
const cancelled: ReplyEvent = { type: 'ReplyCancelled', requestedBy: 'agent-2', atMs };
const delivered: ReplyEvent = { type: 'ReplyDelivered', atMs };
const read: ReplyEvent = { type: 'ReplyRead', atMs };
const failed = (code: string, tiktok: unknown = null) => ({
  type: 'ReplyFailed',
  code,
  tiktok,
  nextAllowedMs: null,
  atMs,
});
const delayed: ReplyEvent = { type: 'ReplyDelayed', reason: 'rate_limited', untilMs: T0 + 60_000, atMs };

const accept = (command: SendReply = sendReply()): ReplyCommand => ({ type: 'AcceptReply', command, origin, atMs });
const start: ReplyCommand = { type: 'StartAttempt', deadlineMs: T0 + 10_000, newestKnownMs: T0 - 5_000, atMs };
const record = (result: SendResult, attempt = 1, isWindowOpen = false): ReplyCommand => ({
  type: 'RecordSendResult',
  attempt,
  result,
  isWindowOpen,
  atMs,
});
const accepted: SendResult = { kind: 'accepted', tiktokMessageId: 'MSG-1', requestId: 'R' };
const uncertainResult: SendResult = { kind: 'uncertain', answer: null };
const rejected = (code: number): SendResult => ({ kind: 'rejected', answer: answer(code) });
const answer = (code: number) => ({ code, message: 'no', requestId: 'request-1' });
const refuseWith: ReplyCommand = {
  type: 'RefuseReply',
  code: 'channel_unknown',
  tiktok: null,
  nextAllowedMs: null,
  atMs,
};
const expire: ReplyCommand = { type: 'ExpireReply', atMs };
const abandon = (late: boolean): ReplyCommand => ({ type: 'AbandonAttempt', atMs: late ? T0 + 10_000 : T0 + 9_999 });
const match = (tiktokMessageId: string): ReplyCommand => ({ type: 'RecordMatch', tiktokMessageId, atMs });
/** Milliseconds after the deadline. */
const absence = (afterMs: number): ReplyCommand => ({ type: 'RecordAbsence', atMs: T0 + 10_000 + afterMs });
const giveUp = (afterMs: number): ReplyCommand => ({ type: 'SettleUnknown', atMs: T0 + 10_000 + afterMs });
const cancel = (conversationId = sendReply().conversationId): ReplyCommand => ({
  type: 'CancelReply',
  command: { replyId: 'reply-1', channelId: 'biz-1', conversationId, requestedBy: 'agent-2', requestedAt: atMs },
  atMs,
});
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
    it('is another one when its content differs', () =>
      expect(given(queued()).when(accept(sendReply({ text: 'No.' })))).to.equal('reply_id_reused'));
    it('with an action is queued', () => {
      const typing = sendReply({ text: null, action: 'TYPING' });
      expect(given().when(accept(typing))).to.deep.equal([queued(typing)]);
    });
    it('after it was taken back is never sent', () => {
      const remembered = given().when(cancel()) as readonly ReplyEvent[];
      expect(remembered.map(({ type }) => type)).to.deep.equal(['CancelRequested']);
      expect(given(...remembered).when(cancel())).to.deep.equal([]);
      expect(given(...remembered).when(accept())).to.deep.equal([queued(), cancelled]);
    });
    it('in another conversation than the one that was taken back is queued', () => {
      const remembered = given().when(cancel('CONV-2')) as readonly ReplyEvent[];
      expect(given(...remembered).when(accept())).to.deep.equal([queued()]);
    });

    for (const { name, command, code } of [
      { name: 'without content', command: sendReply({ text: null }), code: 'empty_reply' },
      { name: 'that is too long', command: sendReply({ text: 'a'.repeat(6_001) }), code: 'text_too_long' },
      { name: 'with text and an action', command: sendReply({ action: 'TYPING' }), code: 'invalid_command' },
      {
        name: 'with an action that is not known',
        command: sendReply({ text: null, action: 'UNSUPPORTED' }),
        code: 'invalid_command',
      },
      {
        name: 'with a reply id of 513 characters',
        command: sendReply({ replyId: 'r'.repeat(513) }),
        code: 'invalid_command',
      },
      {
        name: 'with a conversation id of 4000 characters',
        command: sendReply({ conversationId: 'c'.repeat(4_000) }),
        code: 'invalid_command',
      },
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
    it('is cancelled, once', () => {
      expect(given(queued()).when(cancel())).to.deep.equal([cancelled]);
      expect(given(queued(), cancelled).when(cancel())).to.deep.equal([]);
    });
    it('is not cancelled by way of another conversation', () =>
      expect(given(queued()).when(cancel('CONV-2'))).to.equal('conversation_differs'));
    it('expires', () => expect(given(queued()).when(expire)).to.deep.equal([failed('expired')]));
    it('says that it waits, once per reason', () => {
      expect(given(queued()).when(delay)).to.deep.equal([delayed]);
      expect(given(queued(), delayed).when(delay)).to.deep.equal([]);
      expect(given(queued(), delayed, started(), attemptFailed('rate_limited')).when(delay)).to.deep.equal([delayed]);
    });

    it('says that it waits for its turn only where nothing else was said', () => {
      const turn = { ...delay, reason: 'waiting_for_turn', untilMs: null } as const;
      expect(given(queued()).when(turn)).to.deep.equal([{ ...delayed, reason: 'waiting_for_turn', untilMs: null }]);
      expect(given(queued(), delayed).when(turn)).to.deep.equal([]);
    });
    it('expires for what stood in its way, not for those before it', () => {
      const turn: ReplyEvent = { type: 'ReplyDelayed', reason: 'waiting_for_turn', untilMs: null, atMs };
      expect(given(queued(), started(), attemptFailed('rate_limited'), turn).when(expire)).to.deep.equal([
        failed('rate_limited'),
      ]);
    });

    for (const reason of ['rate_limited', 'tiktok_unavailable', 'sending_too_fast'] as const) {
      it(`expires as ${reason} when that was in its way`, () =>
        expect(given(queued(), started(), attemptFailed(reason)).when(expire)).to.deep.equal([failed(reason)]));
    }
  });

  describe('with an open attempt', () => {
    const open = given(queued(), started());

    it('is not attempted again by a worker that took over its lane', () =>
      expect(open.when(start)).to.equal('attempt_open'));
    it('is neither refused nor expired nor cancelled', () => {
      expect(open.when(refuseWith)).to.equal('attempt_open');
      expect(open.when(expire)).to.equal('attempt_open');
      expect(open.when(cancel())).to.equal('attempt_open');
    });
    it('is left alone until its deadline', () => expect(open.when(abandon(false))).to.equal('attempt_running'));
    it('is uncertain after its deadline', () =>
      expect(open.when(abandon(true))).to.deep.equal([{ ...unsettled, atMs: T0 + 10_000 }]));
    it('is not settled by an echo', () => expect(open.when(match('MSG-1'))).to.equal('not_uncertain'));

    it('is sent when TikTok accepted it', () => expect(open.when(record(accepted))).to.deep.equal([sent]));
    it('is uncertain without a usable answer', () =>
      expect(open.when(record(uncertainResult))).to.deep.equal([unsettled]));
    it('may be tried again when the request never left', () =>
      expect(open.when(record({ kind: 'unsent' }))).to.deep.equal([attemptFailed('tiktok_unavailable')]));

    for (const { code, events } of [
      { code: 40001, events: [failed('missing_scope', answer(40001))] },
      { code: 40002, events: [failed('tiktok_rejected', answer(40002))] },
      { code: 40007, events: [failed('tiktok_rejected', answer(40007))] },
      { code: 40064, events: [failed('reply_window_closed', answer(40064))] },
      { code: 40100, events: [attemptFailed('rate_limited', answer(40100))] },
      { code: 40102, events: [attemptFailed('token_rejected', answer(40102))] },
      { code: 40105, events: [attemptFailed('token_rejected', answer(40105))] },
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

  describe('that TikTok blocks although its window is open', () => {
    const blocked = attemptFailed('sending_too_fast', answer(40064));
    const third = given(queued(), started(), blocked, started(2), blocked, started(3));
    const withLink = sendReply({ text: 'See https://example.com' });

    it('is tried twice more', () => {
      expect(given(queued(), started()).when(record(rejected(40064), 1, true))).to.deep.equal([blocked]);
      expect(given(queued(), started(), blocked, started(2)).when(record(rejected(40064), 2, true))).to.deep.equal([
        { ...blocked, attempt: 2 },
      ]);
    });
    it('fails then', () =>
      expect(third.when(record(rejected(40064), 3, true))).to.deep.equal([failed('sending_too_fast', answer(40064))]));
    it('fails then as blocked when it holds a link', () =>
      expect(
        given(queued(withLink), started(), blocked, started(2), blocked, started(3)).when(
          record(rejected(40064), 3, true),
        ),
      ).to.deep.equal([failed('blocked_by_tiktok', answer(40064))]));
  });

  describe('whose outcome is uncertain', () => {
    const uncertain = given(queued(), started(), unsettled);
    const minute = 60_000;

    it('is never attempted again', () => expect(uncertain.when(start)).to.equal('attempt_open'));
    it('is not cancelled', () => expect(uncertain.when(cancel())).to.equal('attempt_open'));
    it('is sent when its message was found', () => expect(uncertain.when(match('MSG-1'))).to.deep.equal([matched]));
    it('is sent when the answer comes after all', () => expect(uncertain.when(record(accepted))).to.deep.equal([sent]));
    it('fails when the answer that comes after all is a refusal', () =>
      expect(uncertain.when(record(rejected(40002)))).to.deep.equal([failed('tiktok_rejected', answer(40002))]));
    it('does not become more uncertain', () => expect(uncertain.when(record(uncertainResult))).to.deep.equal([]));

    it('is not absent from a list that was read within two minutes', () =>
      expect(uncertain.when(absence(2 * minute - 1))).to.deep.equal([]));
    it('is seen to be absent two minutes after the deadline', () =>
      expect(uncertain.when(absence(2 * minute))).to.deep.equal([absenceSeen(2 * minute)]));
    it('is not absent for a second look at once', () =>
      expect(given(queued(), started(), unsettled, absenceSeen(2 * minute)).when(absence(2.4 * minute))).to.deep.equal(
        [],
      ));
    it('may be sent again after the second look', () => {
      const seen = [queued(), started(), unsettled, absenceSeen(2 * minute)];
      const absent = { ...attemptFailed('absent'), atMs: T0 + 10_000 + 2.5 * minute };
      expect(given(...seen).when(absence(2.5 * minute))).to.deep.equal([absent]);
      expect(given(...seen, absent).when(start)).to.deep.equal([started(2)]);
      expect(given(...seen, absent).when(cancel())).to.deep.equal([cancelled]);
      expect(given(...seen, absent).when(expire)).to.deep.equal([failed('tiktok_unavailable')]);
      expect(given(...seen, absent, started(2)).when(record(accepted)), 'the first answer').to.equal('attempt_closed');
    });

    it('is settled as unknown after ten minutes, not before', () => {
      expect(uncertain.when(giveUp(10 * minute - 1))).to.equal('still_settling');
      expect(uncertain.when(giveUp(10 * minute))).to.deep.equal([{ ...settled, atMs: T0 + 10_000 + 10 * minute }]);
    });
  });

  describe('that was settled as unknown', () => {
    const unknown = [queued(), started(), unsettled, settled];

    it('is corrected by its message, once', () => {
      const corrected: ReplyEvent = { ...matched, corrects: true };
      expect(given(...unknown).when(match('MSG-1'))).to.deep.equal([corrected]);
      expect(given(...unknown, corrected).when(match('MSG-2'))).to.equal('not_uncertain');
    });
    it('is corrected by an answer that says it was sent', () =>
      expect(given(...unknown).when(record(accepted))).to.deep.equal([{ ...sent, corrects: true }]));
    it('stays unknown whatever else an answer says', () =>
      expect(given(...unknown).when(record(rejected(40002)))).to.equal('attempt_closed'));
  });

  describe('that is an action', () => {
    const typing = sendReply({ text: null, action: 'TYPING' });
    const open = given(queued(typing), started());

    it('is sent without a message', () => {
      const result: SendResult = { kind: 'accepted', tiktokMessageId: null, requestId: 'R' };
      expect(open.when(record(result))).to.deep.equal([{ ...sent, tiktokMessageId: null }]);
    });
    it('has one attempt', () => {
      expect(open.when(record(rejected(40100)))).to.deep.equal([failed('rate_limited', answer(40100))]);
      expect(open.when(record({ kind: 'unsent' }))).to.deep.equal([failed('tiktok_unavailable')]);
      expect(open.when(record(rejected(40064)))).to.deep.equal([failed('blocked_by_tiktok', answer(40064))]);
    });
    it('has no echo, so nobody knows without an answer', () => {
      expect(open.when(record(uncertainResult))).to.deep.equal([settled]);
      expect(open.when(abandon(true))).to.deep.equal([{ ...settled, atMs: T0 + 10_000 }]);
    });
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
    { name: 'cancelled', verdict: cancelled },
  ]) {
    it(`that is ${name} gets no second verdict`, () => {
      const past = given(queued(), started(), verdict);
      expect(past.when(start)).to.equal('verdict_reached');
      expect(past.when(refuseWith)).to.equal('verdict_reached');
      expect(past.when(expire)).to.equal('verdict_reached');
      expect(past.when(delay)).to.equal('verdict_reached');
      expect(past.when(match('MSG-2'))).to.equal('not_uncertain');
      expect(past.when(record(accepted))).to.equal('attempt_closed');
      expect(past.when(abandon(true))).to.equal('attempt_closed');
      expect(past.when(absence(600_000))).to.equal('not_uncertain');
      expect(past.when(giveUp(600_000))).to.equal('not_uncertain');
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
