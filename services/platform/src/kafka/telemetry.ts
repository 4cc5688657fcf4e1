import { metrics } from '@opentelemetry/api';

/** What became of consumed records. Labels come from closed sets: group, topic, outcome, reason. */
export interface ConsumerMetrics {
  countRecords(labels: { topic: string; outcome: RecordOutcome; reason?: string }, records?: number): void;
  countPause(labels: { topic: string; reason: string }): void;
}

type RecordOutcome = 'done' | 'skip' | 'dead_letter';

/** Counters of the meter provider that is registered when the consumer is created. */
export const createConsumerMetrics = (group: string): ConsumerMetrics => {
  const meter = metrics.getMeter('@tiktok-channel/platform/kafka');
  const records = meter.createCounter('tiktok_channel.kafka.consumed_records', {
    description: 'Records by what became of them',
  });
  const pauses = meter.createCounter('tiktok_channel.kafka.partition_pauses', {
    description: 'Times that a partition was made to wait',
  });
  return {
    countRecords({ topic, outcome, reason }, count = 1) {
      if (count > 0) records.add(count, { group, topic, outcome, ...(reason === undefined ? {} : { reason }) });
    },
    countPause({ topic, reason }) {
      pauses.add(1, { group, topic, reason });
    },
  };
};
