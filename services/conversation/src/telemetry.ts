import { metrics } from '@opentelemetry/api';
import type { Logger } from '@tiktok-channel/platform/kernel';
import type { FetchOutcome } from './application/fetch-media.ts';
import type { ClaimedMedia } from './application/ports.ts';

/** One canonical line and a count for every try to fetch a medium. */
export const createMediaReporter = (logger: Logger) => {
  const fetches = metrics.getMeter('@tiktok-channel/conversation').createCounter('tiktok_channel.media.fetches', {
    description: 'Tries to fetch media of messages by outcome and reason',
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
