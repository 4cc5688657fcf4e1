import { declaringMeter, LATENCY_SECONDS } from '../telemetry/index.ts';
import { KafkaSendError } from './errors.ts';

/** What became of consumed records. Labels come from closed sets: group, topic, outcome, reason. */
export interface ConsumerMetrics {
  countRecords(labels: { topic: string; outcome: RecordOutcome; reason?: string }, records?: number): void;
  countPause(labels: { topic: string; reason: string }): void;
}

type RecordOutcome = 'done' | 'skip' | 'dead_letter';

const SCOPE = '@tiktok-channel/platform/kafka';
const GROUP = 'messaging.consumer.group.name';
const TOPIC = 'messaging.destination.name';
const PARTITION = 'messaging.destination.partition.id';
const OUTCOME = 'tiktok_channel.outcome';
const REASON = 'tiktok_channel.reason';

const GROUPS = 'the consumer groups of this product';
const TOPICS = "the contract's topics";
const REASONS = 'the reasons in the handlers of records, snake_case';

/** A group of one member's own ends in an id: that is no label. */
const groupLabel = (group: string): string => group.replace(/\.[0-9a-f]{8}-[0-9a-f-]{27}$/, '');

/** Counters of the meter provider that is registered when the consumer is created. */
export const createConsumerMetrics = (group: string): ConsumerMetrics => {
  const meter = declaringMeter(SCOPE);
  const records = meter.createCounter('tiktok_channel.kafka.consumed_records', {
    description: 'Records by what became of them',
    labels: {
      [GROUP]: GROUPS,
      [TOPIC]: TOPICS,
      [OUTCOME]: ['done', 'skip', 'dead_letter'] satisfies RecordOutcome[],
      [REASON]: REASONS,
    },
  });
  const pauses = meter.createCounter('tiktok_channel.kafka.partition_pauses', {
    description: 'Times that a partition was made to wait for what is away',
    labels: { [GROUP]: GROUPS, [TOPIC]: TOPICS, [REASON]: REASONS },
  });
  const label = groupLabel(group);
  return {
    countRecords({ topic, outcome, reason }, count = 1) {
      const labels = { [GROUP]: label, [TOPIC]: topic, [OUTCOME]: outcome };
      if (count > 0) records.add(count, reason === undefined ? labels : { ...labels, [REASON]: reason });
    },
    countPause({ topic, reason }) {
      pauses.add(1, { [GROUP]: label, [TOPIC]: topic, [REASON]: reason });
    },
  };
};

/** How far one partition of this member is, as of the last look. */
export interface PartitionProgress {
  readonly topic: string;
  readonly partition: number;
  /** Records that are there and have not been processed. */
  readonly lag: number;
  /** Since when it has had records to process and got nowhere, in seconds; 0 when it has processed all. */
  readonly stalledSeconds: number;
}

/** Shows the progress of a consumer whenever metrics are asked for; call what it answers at the end. */
export const showProgress = (group: string, progress: () => readonly PartitionProgress[]): (() => void) => {
  const meter = declaringMeter(SCOPE);
  const labels = { [GROUP]: GROUPS, [TOPIC]: TOPICS, [PARTITION]: 'the number of the partition' };
  const gauges = [
    [
      meter.createObservableGauge('tiktok_channel.kafka.consumer_lag', {
        description: 'Records of a partition that are there and have not been processed',
        unit: '{record}',
        labels,
      }),
      'lag',
    ],
    [
      meter.createObservableGauge('tiktok_channel.kafka.consumer_stalled', {
        description: 'Time for which a partition with records to process has not moved; 0 when it has processed all',
        unit: 's',
        labels,
      }),
      'stalledSeconds',
    ],
  ] as const;
  const label = groupLabel(group);
  const ends = gauges.map(([gauge, field]) => {
    const show: Parameters<typeof gauge.addCallback>[0] = (result) => {
      for (const { topic, partition, [field]: value } of progress()) {
        result.observe(value, { [GROUP]: label, [TOPIC]: topic, [PARTITION]: String(partition) });
      }
    };
    gauge.addCallback(show);
    return () => gauge.removeCallback(show);
  });
  return () => {
    for (const end of ends) end();
  };
};

/** What a producer's batches cost and why records were refused. */
export interface ProducerMetrics {
  sent(batch: { readonly records: number; readonly seconds: number }): void;
  /** Answers what it was given. */
  refused<Failure extends Error>(error: Failure): Failure;
}

export const createProducerMetrics = (): ProducerMetrics => {
  const meter = declaringMeter(SCOPE);
  const kafka = { 'messaging.system': 'kafka', 'messaging.operation.name': 'send' };
  const duration = meter.createHistogram('messaging.client.operation.duration', {
    description: 'From handing a batch to the broker to its acknowledgement by all in-sync replicas',
    unit: 's',
    labels: { 'messaging.system': ['kafka'], 'messaging.operation.name': ['send'] },
    advice: { explicitBucketBoundaries: LATENCY_SECONDS },
  });
  const records = meter.createCounter('messaging.client.sent.messages', {
    description: 'Records that were handed to the broker',
    unit: '{message}',
    labels: { 'messaging.system': ['kafka'], 'messaging.operation.name': ['send'] },
  });
  const refusals = meter.createCounter('tiktok_channel.kafka.sends_refused', {
    description: 'Sends whose caller was told that they did not come through, or not in time',
    labels: {
      'error.type': ['buffer_full', 'deadline_exceeded', 'stopped', 'record_refused', 'fenced', 'unexpected_error'],
    },
  });
  return {
    sent(batch) {
      duration.record(batch.seconds, kafka);
      records.add(batch.records, kafka);
    },
    refused(error) {
      refusals.add(1, { 'error.type': error instanceof KafkaSendError ? error.code : 'unexpected_error' });
      return error;
    },
  };
};
