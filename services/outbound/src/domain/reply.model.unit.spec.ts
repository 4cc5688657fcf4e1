import { expect } from 'chai';
import fc from 'fast-check';
import { sendReply, T0 } from '../../test/send-reply.ts';
import { decide } from './decide-reply.ts';
import { evolve } from './evolve-reply.ts';
import { initial, type ReplyCommand, type ReplyEvent } from './reply.ts';
import { expiresAt } from './send-reply.ts';
import type { SendResult } from './send-result.ts';

const ATTEMPT_MS = 10_000;
const MINUTE_MS = 60_000;
const command = sendReply();

/** What is true, whatever the reply's stream knows of it. */
interface Model {
  nowMs: number;
  /** What the customer's phone shows of the reply. */
  onPhone: number;
  /** A call that was begun and whose result nobody has recorded. */
  inFlight: { readonly attempt: number; readonly startedMs: number } | null;
  /** The number of an attempt that somebody else took over and whose worker still lives. */
  stale: number | null;
  takenAtMs: number;
  attempts: number;
  verdict: 'sent' | 'failed' | 'cancelled' | 'unknown' | null;
  isCorrected: boolean;
}

/** The stream. */
interface Real {
  readonly events: ReplyEvent[];
}

const stateOf = ({ events }: Real) => events.reduce(evolve, initial);

/** Decides and appends; answers the events, or the refusal. */
const handle = (real: Real, handled: ReplyCommand): readonly ReplyEvent[] | string => {
  const decided = decide(handled, stateOf(real));
  if (!decided.ok) return decided.error;
  real.events.push(...decided.value);
  return decided.value;
};

const VERDICTS = { ReplySent: 'sent', ReplyFailed: 'failed', ReplyCancelled: 'cancelled' } as const;

const verdictOf = (event: ReplyEvent): Model['verdict'] => {
  if (event.type === 'ReplyOutcomeUnknown') return event.settled ? 'unknown' : null;
  return event.type in VERDICTS ? VERDICTS[event.type as keyof typeof VERDICTS] : null;
};

/** What holds after every step: one verdict, which is true, and one message at most. */
const check = (model: Model, events: readonly ReplyEvent[] | string): void => {
  for (const event of typeof events === 'string' ? [] : events) {
    const verdict = verdictOf(event);
    if (verdict === null) continue;
    if (model.verdict !== null) {
      expect([model.verdict, verdict, model.isCorrected], 'a second verdict').to.deep.equal(['unknown', 'sent', false]);
      expect(event).to.have.property('corrects', true);
      model.isCorrected = true;
    }
    model.verdict = verdict;
    if (verdict === 'sent') expect(model.onPhone, 'sent').to.equal(1);
    if (verdict === 'failed' || verdict === 'cancelled') {
      expect([model.onPhone, isUnderWay(model)], `${verdict}, and nothing under way`).to.deep.equal([0, false]);
    }
  }
  expect(model.onPhone, 'times on the phone').to.be.at.most(1);
};

/** TikTok may still take it. */
const isUnderWay = ({ inFlight, nowMs }: Model): boolean =>
  inFlight !== null && nowMs < inFlight.startedMs + ATTEMPT_MS;

type Step = fc.Command<Model, Real>;

const step = (
  name: string,
  run: (model: Model, real: Real) => readonly ReplyEvent[] | string | undefined,
  canRun: (model: Readonly<Model>) => boolean = () => true,
): Step => ({
  check: canRun,
  run: (model, real) => check(model, run(model, real) ?? []),
  toString: () => name,
});

const asked = {
  type: 'AcceptReply',
  command,
  origin: { eventId: null, correlationId: null, traceparent: null },
} as const;
const takenBack = {
  type: 'CancelReply',
  command: { ...command, requestedBy: 'agent-2' },
} as const;

const accept = step('accept', (model, real) => handle(real, { ...asked, atMs: model.nowMs }));
const cancel = step('cancel', (model, real) => handle(real, { ...takenBack, atMs: model.nowMs }));
const wait = (ms: number) =>
  step(`wait ${ms}`, (model) => {
    model.nowMs += ms;
    return undefined;
  });

/** Stored before anything is sent: two workers cannot both begin. */
const begin = step('begin an attempt', (model, real) => {
  if (model.nowMs >= expiresAt(command)) return handle(real, { type: 'ExpireReply', atMs: model.nowMs });
  const atMs = model.nowMs;
  const begun = handle(real, { type: 'StartAttempt', deadlineMs: atMs + ATTEMPT_MS, newestKnownMs: 0, atMs });
  if (typeof begun === 'string') return begun;
  expect(model.verdict, 'an attempt after the verdict').to.equal(null);
  model.attempts += 1;
  model.stale = model.inFlight?.attempt ?? model.stale;
  model.inFlight = { attempt: model.attempts, startedMs: atMs };
  return begun;
});

/** TikTok takes the message or not, as long as the deadline has not passed; the worker hears of it, or dies. */
const arrive = (what: 'accepted' | 'dropped' | 'rejected' | 'lost' | 'died' | 'never left', afterMs: number) =>
  step(
    `${what} after ${afterMs}`,
    (model, real) => {
      const call = model.inFlight;
      if (call === null) return undefined;
      const isInTime = model.nowMs < call.startedMs + ATTEMPT_MS;
      const isTaken = isInTime && (what === 'accepted' || what === 'dropped' || what === 'died');
      if (isTaken) {
        model.onPhone += 1;
        model.takenAtMs = model.nowMs;
      }
      model.inFlight = null;
      model.nowMs += afterMs;
      if (what === 'died') return undefined;
      return handle(real, {
        type: 'RecordSendResult',
        attempt: call.attempt,
        result: resultOf(what, isInTime),
        isWindowOpen: false,
        atMs: model.nowMs,
      });
    },
    ({ inFlight }) => inFlight !== null,
  );

const resultOf = (what: string, isInTime: boolean): SendResult => {
  if (!isInTime || what === 'never left') return { kind: 'unsent' };
  if (what === 'accepted') return { kind: 'accepted', tiktokMessageId: 'MSG-1', requestId: 'R' };
  if (what === 'rejected') return { kind: 'rejected', answer: { code: 40002, message: null, requestId: 'R' } };
  return { kind: 'uncertain', answer: null };
};

const takeOver = step('take over', (model, real) => handle(real, { type: 'AbandonAttempt', atMs: model.nowMs }));
const giveUp = step('give up', (model, real) => handle(real, { type: 'SettleUnknown', atMs: model.nowMs }));
const find = step(
  'find its message',
  (model, real) => handle(real, { type: 'RecordMatch', tiktokMessageId: 'MSG-1', atMs: model.nowMs }),
  ({ onPhone }) => onPhone > 0,
);
/** TikTok's list is complete two minutes after a message at the latest; before, it may be without it. */
const list = step('read the list', (model, real) => {
  return model.onPhone > 0
    ? handle(real, { type: 'RecordMatch', tiktokMessageId: 'MSG-1', atMs: model.nowMs })
    : handle(real, { type: 'RecordAbsence', atMs: model.nowMs });
});
const laggingList = step(
  'read a list that lags',
  (model, real) => handle(real, { type: 'RecordAbsence', atMs: model.nowMs }),
  ({ onPhone, takenAtMs, nowMs }) => onPhone > 0 && nowMs < takenAtMs + 2 * MINUTE_MS,
);
/** A worker that froze before it wrote anything wakes up when another attempt is under way. */
const wakeUp = step(
  'wake up',
  (model, real) => {
    const attempt = model.stale ?? 0;
    model.stale = null;
    const result = { kind: 'unsent' } as const;
    return handle(real, { type: 'RecordSendResult', attempt, result, isWindowOpen: false, atMs: model.nowMs });
  },
  ({ stale }) => stale !== null,
);
const delay = step('delay', (model, real) =>
  handle(real, { type: 'DelayReply', reason: 'rate_limited', untilMs: null, atMs: model.nowMs }),
);
const refuse = step('refuse', (model, real) => {
  const refusal = { code: 'channel_disconnected', tiktok: null, nextAllowedMs: null } as const;
  return handle(real, { type: 'RefuseReply', ...refusal, atMs: model.nowMs });
});

describe('a reply, whatever happens to it,', () => {
  it('has one verdict, which is true, and reaches the customer once at most', () => {
    const steps = fc.commands(
      [
        fc.constant(accept),
        fc.constant(cancel),
        fc.constant(begin),
        fc.constantFrom(1_000, 11_000, 31_000, 31_000, 2 * MINUTE_MS, 11 * MINUTE_MS).map(wait),
        fc
          .tuple(
            fc.constantFrom('accepted', 'dropped', 'rejected', 'lost', 'died', 'never left'),
            fc.constantFrom(0, 5_000, 20_000),
          )
          .map(([what, afterMs]) => arrive(what as Parameters<typeof arrive>[0], afterMs)),
        ...[takeOver, giveUp, find, list, laggingList, laggingList, wakeUp, delay, refuse].map((each) =>
          fc.constant(each),
        ),
      ],
      { maxCommands: 80, size: 'max' },
    );
    fc.assert(
      fc.property(steps, (commands) => {
        fc.modelRun(
          () => ({
            model: {
              nowMs: T0,
              onPhone: 0,
              inFlight: null,
              stale: null,
              takenAtMs: 0,
              attempts: 0,
              verdict: null,
              isCorrected: false,
            },
            real: { events: [] },
          }),
          commands,
        );
      }),
      { seed: 20_261_124, numRuns: 4_000 },
    );
  });
});
