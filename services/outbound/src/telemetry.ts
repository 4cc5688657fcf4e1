import type { Clock } from '@tiktok-channel/platform/kernel';
import { failureCatalogue } from '@tiktok-channel/platform/reply-rules';
import {
  continuingTrace,
  type DeclaredOptions,
  declaringMeter,
  LATENCY_SECONDS,
  type LogEvents,
} from '@tiktok-channel/platform/telemetry';
import type { Acceptance } from './application/accept-commands.ts';
import type { AttemptSeen } from './application/attempt-reply.ts';
import type { Backlog } from './application/operator-ports.ts';
import type { ReplyEvent, ReplyRefusal, ReplyState } from './domain/reply.ts';
import { type CommandOrigin, isAction } from './domain/send-reply.ts';
import type { SendResult } from './domain/send-result.ts';

/** Codes that are counted by themselves; any other is `other`, so that labels stay a closed set (fact sheet, section 8.1). */
const COUNTED_CODES: ReadonlySet<number> = new Set([
  0, 40001, 40002, 40007, 40064, 40100, 40102, 40105, 40908, 50000, 51065,
]);

const SCOPE = '@tiktok-channel/outbound';

const CIRCUIT_STATES = { closed: 0, half_open: 1, open: 2 } as const;

const OUTCOME = 'tiktok_channel.outcome';
const REASON = 'tiktok_channel.reason';
const STATUS = 'tiktok_channel.status';
const CODE = 'tiktok_channel.code';
const TIKTOK_CODE = 'tiktok_channel.tiktok_code';
const EXCUSE = 'tiktok_channel.excuse';

const VERDICTS = ['ReplySent', 'ReplyFailed', 'ReplyCancelled', 'ReplyOutcomeUnknown'] as const;

/** The metrics of this service. Label values are closed sets: no id, and nothing that a person wrote. */
export const createOutboundMetrics = () => {
  const { commands, misplaced, attempts, waits, statuses, circuit, strikes, claims, verdicts } = createInstruments();
  circuit.record(CIRCUIT_STATES.closed);

  return {
    countCommand: (outcome: Acceptance, reason?: ReplyRefusal) =>
      commands.add(1, { [OUTCOME]: outcome, [REASON]: reason ?? 'none' }),
    countMisplaced: () => misplaced.add(1),
    observeAttempt: ({ outcome, tiktokCode, durationMs, sinceRequestedMs }: AttemptSeen) => {
      const isCounted = tiktokCode === null || COUNTED_CODES.has(tiktokCode);
      const code = isCounted ? String(tiktokCode ?? 'none') : 'other';
      attempts.record(durationMs / 1_000, { [OUTCOME]: outcome, [TIKTOK_CODE]: code });
      waits.record(Math.max(0, sinceRequestedMs) / 1_000);
    },
    /** `state` is the one that the event led to. */
    countStatus: (event: ReplyEvent, state: ReplyState) => {
      statuses.add(1, {
        [STATUS]: event.type,
        [CODE]: event.type === 'ReplyFailed' ? event.code : 'none',
        ...(event.type === 'ReplyDelayed' ? { [REASON]: event.reason } : {}),
      });
      if (!isVerdict(event) || state.status === 'none' || isAction(state.command)) return;
      const seconds = Math.max(0, event.atMs - state.command.requestedAt) / 1_000;
      verdicts.record(seconds, { [STATUS]: event.type, [EXCUSE]: state.excuse ?? 'none' });
    },
    showCircuit: (state: keyof typeof CIRCUIT_STATES) => circuit.record(CIRCUIT_STATES[state]),
    countRateRefusal: () => strikes.add(1),
    observeClaim: (durationMs: number) => claims.record(durationMs / 1_000),
  };
};

export type OutboundMetrics = ReturnType<typeof createOutboundMetrics>;

const isVerdict = (event: ReplyEvent): boolean => {
  if (event.type === 'ReplyOutcomeUnknown') return event.settled;
  if (event.type === 'ReplySent') return !event.corrects;
  return event.type === 'ReplyFailed' || event.type === 'ReplyCancelled';
};

const createInstruments = () => {
  const meter = declaringMeter(SCOPE);
  const advice = { explicitBucketBoundaries: LATENCY_SECONDS };
  return {
    commands: meter.createCounter('tiktok_channel.outbound.commands', {
      description: 'Commands by what became of them',
      labels: {
        [OUTCOME]: [
          'accepted',
          'accepted_before',
          'reply_id_reused',
          'cancelled',
          'cancel_refused',
        ] satisfies Acceptance[],
        [REASON]: 'why a reply could not be taken back, none otherwise',
      },
    }),
    misplaced: meter.createCounter('tiktok_channel.outbound.commands_misplaced', {
      description: 'Commands in another partition than their conversation has: their order is not kept',
    }),
    attempts: meter.createHistogram('tiktok_channel.outbound.attempt.duration', {
      description: 'Calls that send, by outcome and by the code of the answer',
      unit: 's',
      labels: {
        [OUTCOME]: ['accepted', 'rejected', 'unsent', 'uncertain'] satisfies AttemptSeen['outcome'][],
        [TIKTOK_CODE]: [...[...COUNTED_CODES].map(String), 'other', 'none'],
      },
      advice,
    }),
    waits: meter.createHistogram('tiktok_channel.outbound.time_to_tiktok', {
      description: 'From the time that a reply was asked for to the begin of an attempt',
      unit: 's',
      advice,
    }),
    statuses: meter.createCounter('tiktok_channel.outbound.statuses', {
      description: 'What became of replies, by status and failure code',
      labels: {
        [STATUS]: ['ReplyQueued', 'ReplyDelayed', ...VERDICTS, 'ReplyDelivered', 'ReplyRead'],
        [CODE]: ['none', ...Object.keys(failureCatalogue)],
        [REASON]: 'the reasons of ReplyDelayed, absent otherwise',
      },
    }),
    circuit: meter.createGauge('tiktok_channel.outbound.circuit_state', {
      description: 'Of the circuit before TikTok: 0 closed, 1 half open, 2 open',
    }),
    strikes: meter.createCounter('tiktok_channel.outbound.rate_refusals', {
      description: 'Calls that TikTok refused for their number (40100)',
    }),
    claims: meter.createHistogram('tiktok_channel.outbound.claim.duration', {
      description: 'Claims of due lanes, in the database',
      unit: 's',
      advice,
    }),
    verdicts: meter.createHistogram('tiktok_channel.reply.verdict_latency', {
      description:
        'From the time that a reply was asked for to its verdict; what waited for the rate or for settling is told apart',
      unit: 's',
      labels: { [STATUS]: VERDICTS, [EXCUSE]: ['none', 'rate', 'settling'] },
      advice,
    }),
  };
};

/** What waits, as the database said last: every replica shows the same, and ages grow while it says nothing. */
export const observeBacklog = (clock: Clock, current: () => Backlog | null): void => {
  const meter = declaringMeter(SCOPE);
  const gauge = (name: string, options: DeclaredOptions, read: (backlog: Backlog) => number): void => {
    meter.createObservableGauge(`tiktok_channel.${name}`, options).addCallback((result) => {
      const backlog = current();
      if (backlog !== null) result.observe(read(backlog));
    });
  };
  const count = (name: string, unit: string, description: string, read: (backlog: Backlog) => number): void =>
    gauge(name, { description, unit }, read);
  const age = (name: string, description: string, read: (backlog: Backlog) => number | null): void =>
    gauge(name, { description: `${description}; 0 without one`, unit: 's' }, (backlog) => {
      const sinceMs = read(backlog);
      return sinceMs === null ? 0 : Math.max(0, clock.now() - sinceMs) / 1_000;
    });
  count('reply.waiting', '{reply}', 'Replies that wait to be sent', ({ waiting }) => waiting);
  age(
    'reply.oldest_waiting_age',
    'For how long the reply that waits longest has been there',
    (backlog) => backlog.oldestWaitingAtMs,
  );
  count(
    'reply.unknown',
    '{reply}',
    'Replies of which nobody knows yet whether they arrived',
    ({ uncertain }) => uncertain,
  );
  age(
    'reply.oldest_unknown_age',
    'Age of the oldest attempt whose outcome is still looked for',
    (backlog) => backlog.oldestUncertainAtMs,
  );
  age(
    'lane.oldest_due_age',
    'How long the lane that is due longest waits for a worker',
    (backlog) => backlog.oldestDueLaneAtMs,
  );
  count('channel.paused', '{channel}', 'Channels that an operator has paused', ({ pausedChannels }) => pausedChannels);
  count(
    'echo.unmatched',
    '{message}',
    'Messages of the past day by the API, a quarter of an hour old, that no reply of this installation has claimed',
    ({ unmatchedEchoes }) => unmatchedEchoes,
  );
};

export const ECHO_SPAN = 'match echo';

export const SPANS = {
  'send reply': 'the call that sends, in the trace of its command',
  [ECHO_SPAN]: 'without duration, in the trace of an echo: links to the trace of the reply that it shows as delivered',
} as const;

/** The call that sends, as a span of the command's trace: from there on TikTok has it or has not. */
export const traceSend = (origin: CommandOrigin, send: () => Promise<SendResult>): Promise<SendResult> =>
  continuingTrace(
    origin.traceparent,
    {
      name: 'send reply',
      attributes: { 'tiktok_channel.peer': 'tiktok' },
      attributesOf: ({ kind }) => ({ [OUTCOME]: kind, ...(kind === 'accepted' ? {} : { 'error.type': kind }) }),
    },
    send,
  );

export const LOG_EVENTS: LogEvents = {
  'channel_changes.waiting': 'the broker did not say where the topic of channels ends; it is asked again',
  'dispatcher.claim_failed': 'no lane could be claimed; it is tried again',
  'lane.failed': 'a step of a lane failed; its lease ends and another takes it',
  'lane.release_failed': 'a lane could not be let go of; its lease ends by itself',
  'lanes.not_recalled':
    'what waits in a channel that changed was not looked at at once; each lane is when its time comes',
  'reply.attempted': 'a call that sends has ended, by outcome',
  'reply.cancel_refused': 'a reply could not be taken back any more',
  'reply.cancelled': 'a reply was taken back',
  'reply.not_asked_for_again': 'the broker did not take the command of a retry in time; it may still',
  'reply.postponed': 'a reply waits, and for what',
  'reply.refused': 'a reply failed before it was sent',
  'reply.settled': 'how an unknown outcome was settled',
  'service.ready': 'it listens, with its ports',
  'service.starting': 'the settings that hold, secrets as present or absent',
  'tiktok.circuit': 'the circuit before TikTok changed its state',
  'tiktok.share_not_kept': "the share of TikTok's rate could not be adjusted",
  'waiting.not_told': 'senders of waiting replies could not be told; it is tried again',
};
