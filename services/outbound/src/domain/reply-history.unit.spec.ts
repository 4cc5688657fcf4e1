import { expect } from 'chai';
import { sendReply } from '../../test/send-reply.ts';
import type { ReplyEvent } from './reply.ts';
import { historyOf } from './reply-history.ts';

const origin = { eventId: null, correlationId: null, traceparent: null };
const command = sendReply({ text: 'Only for you.', requestedAt: 1_000, expiresAt: 90_000 });
const queued: ReplyEvent = { type: 'ReplyQueued', command, fingerprint: 'f', origin, atMs: 1_000 };
const started = (attempt: number, atMs: number): ReplyEvent => ({
  type: 'AttemptStarted',
  attempt,
  deadlineMs: atMs + 10_000,
  newestKnownMs: 0,
  atMs,
});
const tiktok = { code: 40_100, message: 'Too many requests', requestId: 'req-1' };

describe('the history of a reply', () => {
  for (const { name, events, standing, attempts } of [
    { name: 'that waits', events: [], standing: 'queued', attempts: [] },
    {
      name: 'whose sender was told that it waits',
      events: [{ type: 'ReplyDelayed', reason: 'channel_paused', untilMs: 90_000, atMs: 2_000 }],
      standing: 'delayed',
      attempts: [],
    },
    {
      name: 'under way',
      events: [started(1, 2_000)],
      standing: 'attempting',
      attempts: [{ outcome: 'open', durationMs: null, tiktokCode: null, requestId: null }],
    },
    {
      name: 'that was refused once and sent then',
      events: [
        started(1, 2_000),
        { type: 'AttemptFailed', attempt: 1, reason: 'rate_limited', tiktok, atMs: 2_100 },
        started(2, 3_000),
        { type: 'ReplySent', tiktokMessageId: 'MSG-1', requestId: 'req-2', corrects: false, atMs: 3_040 },
      ],
      standing: 'sent',
      attempts: [
        { outcome: 'rejected', durationMs: 100, tiktokCode: 40_100, requestId: 'req-1' },
        { outcome: 'accepted', durationMs: 40, tiktokCode: 0, requestId: 'req-2' },
      ],
    },
    {
      name: 'that is looked for',
      events: [
        started(1, 2_000),
        { type: 'ReplyOutcomeUnknown', settled: false, tiktok: { ...tiktok, code: 51_065 }, atMs: 2_500 },
      ],
      standing: 'settling',
      attempts: [{ outcome: 'uncertain', durationMs: 500, tiktokCode: 51_065, requestId: 'req-1' }],
    },
    {
      name: 'whose message was found',
      events: [
        started(1, 2_000),
        { type: 'ReplyOutcomeUnknown', settled: false, atMs: 12_000 },
        { type: 'ReplySent', tiktokMessageId: 'MSG-1', requestId: null, corrects: false, atMs: 20_000 },
      ],
      standing: 'sent',
      attempts: [{ outcome: 'found', durationMs: 10_000, tiktokCode: null, requestId: null }],
    },
    {
      name: 'that expired after an attempt that never left',
      events: [
        started(1, 2_000),
        { type: 'AttemptFailed', attempt: 1, reason: 'tiktok_unavailable', tiktok: null, atMs: 2_010 },
        { type: 'ReplyFailed', code: 'tiktok_unavailable', tiktok: null, nextAllowedMs: null, atMs: 90_000 },
      ],
      standing: 'failed',
      attempts: [{ outcome: 'unsent', durationMs: 10, tiktokCode: null, requestId: null }],
    },
    {
      name: 'that never arrived, and was taken back',
      events: [
        started(1, 2_000),
        { type: 'ReplyOutcomeUnknown', settled: false, atMs: 12_000 },
        { type: 'AttemptFailed', attempt: 1, reason: 'absent', tiktok: null, atMs: 80_000 },
        { type: 'ReplyCancelled', requestedBy: 'olga', atMs: 81_000 },
      ],
      standing: 'cancelled',
      attempts: [{ outcome: 'absent', durationMs: 10_000, tiktokCode: null, requestId: null }],
    },
    {
      name: 'that nobody found',
      events: [
        started(1, 2_000),
        { type: 'ReplyOutcomeUnknown', settled: false, atMs: 12_000 },
        { type: 'ReplyOutcomeUnknown', settled: true, atMs: 612_000 },
      ],
      standing: 'unknown',
      attempts: [{ outcome: 'unknown', durationMs: 10_000, tiktokCode: null, requestId: null }],
    },
  ] satisfies readonly {
    name: string;
    events: readonly ReplyEvent[];
    standing: string;
    attempts: readonly object[];
  }[]) {
    it(`${name} says where it stands, and what came of each call`, () => {
      const history = historyOf([queued, ...events]);

      expect(history).to.include({ standing, queuedMs: 1_000, expiresMs: 90_000 });
      expect(history?.attempts.map(({ attempt: _attempt, startedMs: _startedMs, ...rest }) => rest)).to.deep.equal(
        attempts,
      );
    });
  }

  it('is none of one that was only taken back', () => {
    expect(historyOf([{ type: 'CancelRequested', conversationId: 'C', requestedBy: null, atMs: 1 }])).to.equal(null);
  });
});
