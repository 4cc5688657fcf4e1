import type { Clock, Logger } from '@tiktok-channel/platform/kernel';
import { declaringMeter, LATENCY_SECONDS, type LogEvents } from '@tiktok-channel/platform/telemetry';
import type { FetchOutcome } from './application/fetch-media.ts';
import type { ClaimedMedia } from './application/ports.ts';
import type { MessageFact } from './domain/message.ts';

const SCOPE = '@tiktok-channel/conversation';

/** One canonical line and a count for every try to fetch a medium. */
export const createMediaReporter = (logger: Logger) => {
  const fetches = declaringMeter(SCOPE).createCounter('tiktok_channel.media.fetches', {
    description: 'Tries to fetch media of messages by outcome and reason',
    labels: {
      'tiktok_channel.outcome': ['stored', 'retry', 'failed', 'expired'],
      'tiktok_channel.reason': 'the reasons of media that could not be fetched, none where one was stored',
    },
  });
  return (media: ClaimedMedia, outcome: FetchOutcome): void => {
    const reason = outcome.kind === 'stored' ? 'none' : outcome.reason;
    fetches.add(1, { 'tiktok_channel.outcome': outcome.kind, 'tiktok_channel.reason': reason });
    const { mediaId, channelId, source, attempts } = media;
    const fields = { mediaId, channelId, source: source.kind, attempt: attempts + 1, outcome: outcome.kind, reason };
    if (outcome.kind === 'failed') logger.warn('media.fetched', fields);
    else logger.info('media.fetched', fields);
  };
};

/**
 * How long messages take from TikTok's delivery to the read model, which is what the objective "visible within a second" is
 * about. Messages of an import came to nobody's attention late, and are left out.
 */
export const createVisibilityReporter = (clock: Clock) => {
  const latency = declaringMeter(SCOPE).createHistogram('tiktok_channel.message.visible_latency', {
    description: 'From the arrival of a webhook to its message in the read model',
    unit: 's',
    advice: { explicitBucketBoundaries: LATENCY_SECONDS },
  });
  return (messages: readonly MessageFact[]): void => {
    const now = clock.now();
    for (const { receivedAt, fromHistory } of messages) {
      if (fromHistory === 0) latency.record(Math.max(0, now - receivedAt) / 1_000);
    }
  };
};

export const LOG_EVENTS: LogEvents = {
  'build.reader_failed': 'a reader of a build of the read models cannot go on and is begun anew',
  'changes.left_out':
    'nothing can follow from a change: no words to search for, no snapshot, no look-up of the customer',
  'events.log_not_read': 'the live stream could not read changes and tries again',
  'lineage.broker_unavailable': 'the broker did not say where the records of a message are',
  'media.fetch_not_settled': 'what became of a fetch could not be stored; the medium is fetched again',
  'media.fetched': 'a try to fetch a medium, by outcome',
  'service.ready': 'it listens, with its ports',
};
