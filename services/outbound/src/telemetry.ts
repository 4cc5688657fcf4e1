import { metrics } from '@opentelemetry/api';
import type { Acceptance } from './application/accept-commands.ts';
import type { AttemptSeen } from './application/attempt-reply.ts';
import type { Backlog } from './application/operator-ports.ts';
import type { ReplyEvent, ReplyRefusal } from './domain/reply.ts';

/** Codes that are counted by themselves; any other is `other`, so that labels stay a closed set (fact sheet, section 8.1). */
const COUNTED_CODES: ReadonlySet<number> = new Set([
  0, 40001, 40002, 40007, 40064, 40100, 40102, 40105, 40908, 50000, 51065,
]);

const CIRCUIT_STATES = { closed: 0, half_open: 1, open: 2 } as const;

/** The metrics of this service. Label values are closed sets: no id, and nothing that a person wrote. */
export const createOutboundMetrics = () => {
  const meter = metrics.getMeter('@tiktok-channel/outbound');
  const commands = meter.createCounter('tiktok_channel.outbound.commands', {
    description: 'Commands by what became of them',
  });
  const misplaced = meter.createCounter('tiktok_channel.outbound.commands_misplaced', {
    description: 'Commands in another partition than their conversation has: their order is not kept',
  });
  const attempts = meter.createHistogram('tiktok_channel.outbound.attempt.duration', {
    description: 'Calls that send, by outcome and by the code of the answer',
    unit: 'ms',
  });
  const waits = meter.createHistogram('tiktok_channel.outbound.time_to_tiktok', {
    description: 'From the time that a reply was asked for to the begin of an attempt',
    unit: 'ms',
  });
  const statuses = meter.createCounter('tiktok_channel.outbound.statuses', {
    description: 'What became of replies, by status and failure code',
  });
  const circuit = meter.createGauge('tiktok_channel.outbound.circuit_state', {
    description: 'Of the circuit before TikTok: 0 closed, 1 half open, 2 open',
  });
  const strikes = meter.createCounter('tiktok_channel.outbound.rate_refusals', {
    description: 'Calls that TikTok refused for their number (40100)',
  });
  const claims = meter.createHistogram('tiktok_channel.outbound.claim.duration', {
    description: 'Claims of due lanes, in the database',
    unit: 'ms',
  });
  const showBacklog = createBacklogGauges();
  circuit.record(CIRCUIT_STATES.closed);

  return {
    countCommand: (outcome: Acceptance, reason?: ReplyRefusal) =>
      commands.add(1, { 'tiktok_channel.outcome': outcome, 'tiktok_channel.reason': reason ?? 'none' }),
    countMisplaced: () => misplaced.add(1),
    observeAttempt: ({ outcome, tiktokCode, durationMs, sinceRequestedMs }: AttemptSeen) => {
      const isCounted = tiktokCode === null || COUNTED_CODES.has(tiktokCode);
      const code = isCounted ? String(tiktokCode ?? 'none') : 'other';
      attempts.record(durationMs, { 'tiktok_channel.outcome': outcome, 'tiktok_channel.tiktok_code': code });
      waits.record(Math.max(0, sinceRequestedMs));
    },
    countStatus: (event: ReplyEvent) =>
      statuses.add(1, {
        'tiktok_channel.status': event.type,
        'tiktok_channel.code': event.type === 'ReplyFailed' ? event.code : 'none',
        ...(event.type === 'ReplyDelayed' ? { 'tiktok_channel.reason': event.reason } : {}),
      }),
    showCircuit: (state: keyof typeof CIRCUIT_STATES) => circuit.record(CIRCUIT_STATES[state]),
    countRateRefusal: () => strikes.add(1),
    observeClaim: (durationMs: number) => claims.record(durationMs),
    showBacklog,
  };
};

/** Every replica shows the same: they count what all of them have in the database. */
const createBacklogGauges = () => {
  const meter = metrics.getMeter('@tiktok-channel/outbound');
  const gauge = (name: string, description: string, unit = '1') =>
    meter.createGauge(`tiktok_channel.outbound.${name}`, { description, unit });
  const gauges = {
    waiting: gauge('waiting', 'Replies that wait to be sent'),
    oldestWaitingMs: gauge('waiting.oldest_age', 'Since when the reply that waits longest does', 'ms'),
    uncertain: gauge('uncertain', 'Replies of which nobody knows yet whether they arrived'),
    oldestUncertainMs: gauge('uncertain.oldest_age', 'Since when the oldest of them is looked for', 'ms'),
    oldestDueLaneMs: gauge('lane.oldest_due_age', 'How long the lane that is due longest waits for a worker', 'ms'),
    unmatchedEchoes: gauge('unmatched_echoes', "Messages of the past day by the API that are no reply's"),
    pausedChannels: gauge('paused_channels', 'Channels that an operator has paused'),
  } satisfies Record<keyof Backlog, unknown>;
  return (backlog: Backlog): void => {
    for (const name of Object.keys(gauges) as (keyof Backlog)[]) gauges[name].record(backlog[name]);
  };
};

export type OutboundMetrics = ReturnType<typeof createOutboundMetrics>;
