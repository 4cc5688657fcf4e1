import type { Attributes } from '@opentelemetry/api';
import type { LogFields, Logger } from '@tiktok-channel/platform/kernel';
import { declaringMeter, type LogEvents } from '@tiktok-channel/platform/telemetry';
import type { Acceptance } from './application/accept-delivery.ts';
import type { Redelivery } from './application/redeliver.ts';

/** What a report needs to know of a delivery from its beginning. */
export interface Arrival {
  /** On the clock of `performance.now()`. */
  readonly startedAt: number;
  readonly logId: string | null;
}

/** Reports what became of each delivery: one canonical log line, a count, a duration. */
export interface DeliveryReporter {
  acceptance(arrival: Arrival, acceptance: Acceptance): void;
  /** The request was over before its body was complete and within the limit. */
  bodyFailure(arrival: Arrival, reason: 'body_too_large' | 'request_aborted'): void;
  /** A defect of ours. */
  failure(arrival: Arrival, error: unknown): void;
}

/**
 * - `accepted`: a fact on its topic; `unrecognized`: whole on the topic of unrecognised deliveries. Both were answered 200.
 * - `refused`: 401, 413, or nobody left to answer; `unavailable`: 503; `failed`: 500.
 */
type Outcome = 'accepted' | 'unrecognized' | 'refused' | 'unavailable' | 'failed';

interface Conclusion {
  readonly outcome: Outcome;
  /** From a closed set; `none` where the outcome says it all. */
  readonly reason: string;
}

const SCOPE = '@tiktok-channel/ingress';

const OUTCOME = 'tiktok_channel.outcome';
const REASON = 'tiktok_channel.reason';

/** Seconds; the objective is an answer within one second. */
const DELIVERY_LABELS = {
  [OUTCOME]: ['accepted', 'unrecognized', 'refused', 'unavailable', 'failed'] satisfies Outcome[],
  [REASON]: 'why a delivery was refused, could not be stored or was not understood; none otherwise',
};

const DURATION_BOUNDARIES = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Metrics of the meter provider that is registered when this is called. */
export const createDeliveryReporter = (logger: Logger): DeliveryReporter => {
  const meter = declaringMeter(SCOPE);
  const deliveries = meter.createCounter('tiktok_channel.webhook.deliveries', {
    description:
      'Deliveries by outcome and reason: accepted and unrecognized were answered 200, refused 401 or 413, unavailable 503, failed 500',
    labels: DELIVERY_LABELS,
  });
  const staleSignatures = meter.createCounter('tiktok_channel.webhook.stale_signatures', {
    description: 'Valid signatures older than the tolerance: a clock is off, or deliveries are late',
    labels: { [OUTCOME]: ['admitted', 'refused', 'unavailable'] },
  });
  const duration = meter.createHistogram('tiktok_channel.webhook.duration', {
    description: 'From the request to its answer',
    unit: 's',
    labels: DELIVERY_LABELS,
    advice: { explicitBucketBoundaries: DURATION_BOUNDARIES },
  });
  const attributes = createAttributes();

  const count = ({ outcome, reason }: Conclusion, { startedAt }: Arrival): number => {
    const elapsedMs = performance.now() - startedAt;
    const labels = attributes(outcome, reason);
    deliveries.add(1, labels);
    duration.record(elapsedMs / 1_000, labels);
    return elapsedMs;
  };

  return {
    acceptance(arrival, acceptance) {
      const conclusion = conclusionOf(acceptance);
      const durationMs = count(conclusion, arrival);
      if (isStale(acceptance)) staleSignatures.add(1, STALE_LABELS[acceptance.kind]);
      log(logger, conclusion, { ...fieldsOf(acceptance), logId: arrival.logId, durationMs });
    },
    bodyFailure(arrival, reason) {
      const conclusion = { outcome: 'refused', reason } as const;
      log(logger, conclusion, { logId: arrival.logId, durationMs: count(conclusion, arrival) });
    },
    failure(arrival, error) {
      const durationMs = count({ outcome: 'failed', reason: 'unexpected_error' }, arrival);
      logger.error('webhook.failed', { logId: arrival.logId, durationMs }, error);
    },
  };
};

const conclusionOf = (acceptance: Acceptance): Conclusion => {
  if (acceptance.kind !== 'published') return { outcome: acceptance.kind, reason: acceptance.reason };
  const { unrecognized } = acceptance.event;
  return unrecognized === null ? ACCEPTED : { outcome: 'unrecognized', reason: unrecognized };
};

const ACCEPTED: Conclusion = { outcome: 'accepted', reason: 'none' };

const isStale = (acceptance: Acceptance): boolean =>
  acceptance.kind === 'published' ? acceptance.age === 'admitted' : acceptance.reason === 'stale';

const STALE_LABELS = {
  published: { [OUTCOME]: 'admitted' },
  refused: { [OUTCOME]: 'refused' },
  unavailable: { [OUTCOME]: 'unavailable' },
} as const;

const fieldsOf = (acceptance: Acceptance): LogFields => {
  if (acceptance.kind === 'refused') return {};
  const { id, type, count, channelId } = acceptance.event;
  return { eventId: id, type, count, channelId };
};

/** At full load a line for each delivery would cost more than the delivery: what went well is `debug` and counted. */
const log = (logger: Logger, { outcome, reason }: Conclusion, fields: LogFields): void => {
  switch (outcome) {
    case 'accepted':
      logger.debug('webhook.accepted', fields);
      break;
    case 'unrecognized':
      logger.info('webhook.unrecognized', { ...fields, reason });
      break;
    case 'unavailable':
      if (reason === 'record_refused') logger.error('webhook.unpublishable', { ...fields, reason });
      else logger.warn('webhook.unavailable', { ...fields, reason });
      break;
    default:
      logger.info('webhook.refused', { ...fields, reason });
  }
};

/** One object for each pair of labels: the sets are closed, and this runs for every delivery. */
const createAttributes = (): ((outcome: Outcome, reason: string) => Attributes) => {
  const known = new Map<string, Attributes>();
  return (outcome, reason) => {
    const name = `${outcome} ${reason}`;
    const found = known.get(name);
    if (found !== undefined) return found;
    const created = { [OUTCOME]: outcome, [REASON]: reason };
    known.set(name, created);
    return created;
  };
};

/** Reports what became of each delivery that an operator gave back. */
export interface RedeliveryReporter {
  redelivery(redelivery: Redelivery, logId: string | null): void;
}

export const createRedeliveryReporter = (logger: Logger): RedeliveryReporter => {
  const redeliveries = declaringMeter(SCOPE).createCounter('tiktok_channel.webhook.redeliveries', {
    description: 'Unrecognised deliveries given back, by outcome and reason',
    labels: {
      [OUTCOME]: ['published', 'unrecognized', 'refused', 'unavailable'] satisfies Redelivery['kind'][],
      [REASON]: 'why it could not be stored or was not understood again, none otherwise',
    },
  });
  return {
    redelivery(redelivery, logId) {
      const reason = redelivery.kind === 'published' ? 'none' : redelivery.reason;
      redeliveries.add(1, { [OUTCOME]: redelivery.kind, [REASON]: reason });
      const fields = redelivery.kind === 'published' ? publishedFields(redelivery.events) : { reason };
      logger.info(`redelivery.${redelivery.kind}`, { ...fields, logId });
    },
  };
};

const publishedFields = (events: Extract<Redelivery, { kind: 'published' }>['events']): LogFields => ({
  eventId: events[0]?.id,
  type: events[0]?.type,
  count: events.length,
});

export const LOG_EVENTS: LogEvents = {
  'history.conversation_read': 'an import has read a conversation',
  'history.conversation_skipped': 'an import leaves a conversation out, and why',
  'history.failed': 'an import ended without all messages, and why',
  'history.finished': 'an import ended with all messages',
  'history.log_unavailable': 'how far imports are could not be read from the topic; it is read again',
  'history.resumed': 'open imports go on after a start',
  'history.unexpected_error': 'a defect ended an import',
  'history.waits': 'an import waits for what is away',
  'redelivery.published': 'a delivery that was given back was understood and is on its topic',
  'redelivery.refused': 'a delivery that was given back is not signed by us',
  'redelivery.unavailable': 'a delivery that was given back could not be stored',
  'redelivery.unrecognized': 'a delivery that was given back is not understood by this version either',
  'service.ready': 'it listens, with its ports',
  'webhook.accepted': 'a delivery is on its topic; counted, and logged only at debug',
  'webhook.failed': 'a defect answered 500',
  'webhook.refused': 'a delivery was answered 401 or 413',
  'webhook.unavailable': 'a delivery could not be stored and was answered 503: TikTok sends it again',
  'webhook.unpublishable': 'the broker will never take the records of a delivery',
  'webhook.unrecognized': 'a delivery was stored whole, since this version does not understand it',
};
