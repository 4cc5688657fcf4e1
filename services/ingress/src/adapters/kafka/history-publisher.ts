import type { Producer } from '@tiktok-channel/platform/kafka';
import type { Codec } from '@tiktok-channel/schemas';
import type { HistoryPublisher } from '../../application/history/ports.ts';
import { recordsOf } from './event.codec.ts';
import { rethrowAsPublishError } from './event-publisher.ts';
import { progressRecord } from './history-record.codec.ts';

/** `codec` answers the codec of a process whose schemas are there. */
export const createHistoryPublisher = ({
  producer,
  codec,
}: {
  readonly producer: Pick<Producer, 'send'>;
  readonly codec: () => Codec;
}): HistoryPublisher => ({
  publish: (events) => producer.send(recordsOf(events, codec())).catch(rethrowAsPublishError),
  report: (progress) => producer.send([progressRecord(progress, codec())]).catch(rethrowAsPublishError),
});
