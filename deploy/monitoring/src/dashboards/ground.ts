import { type Dashboard, percentiles, query } from './dashboard.ts';

export const kafkaClient: Dashboard = {
  name: 'kafka-client',
  title: 'Kafka client',
  panels: [
    {
      title: 'How long does the broker take to acknowledge?',
      description: 'A batch, from the send to the acknowledgement by all in-sync replicas.',
      unit: 's',
      queries: percentiles('messaging_client_operation_duration', '', 'job'),
    },
    {
      title: 'How many records do we send?',
      description: 'Each second, by service.',
      unit: 'ops',
      queries: [query('sum by (job) (rate(messaging_client_sent_messages_total[5m]))', '{{job}}')],
    },
    {
      title: 'How large are our batches?',
      description: 'Records for each round to the broker. They grow under load; 1 when idle.',
      unit: 'short',
      queries: [
        query(
          'sum by (job) (rate(messaging_client_sent_messages_total[5m])) / sum by (job) (rate(messaging_client_operation_duration_count[5m]))',
          '{{job}}',
        ),
      ],
    },
    {
      title: 'Which sends did not come through in time?',
      description: 'Each second by cause, as their callers were told. The records themselves may still arrive.',
      unit: 'ops',
      queries: [
        query(
          'sum by (job, error_type) (rate(tiktok_channel_kafka_sends_refused_total[5m]))',
          '{{job}} {{error_type}}',
        ),
      ],
    },
    {
      title: 'What do partitions wait for?',
      description: 'Times in five minutes that a partition was made to wait, by group and by what was away.',
      unit: 'short',
      queries: [
        query(
          'sum by (messaging_consumer_group_name, tiktok_channel_reason) (increase(tiktok_channel_kafka_partition_pauses_total[5m])) or vector(0)',
          '{{messaging_consumer_group_name}} {{tiktok_channel_reason}}',
        ),
      ],
    },
    {
      title: 'Which partition is how far behind?',
      description: 'Of each group the ten partitions that are most records behind.',
      unit: 'short',
      queries: [
        query(
          'topk(10, tiktok_channel_kafka_consumer_lag)',
          '{{messaging_consumer_group_name}} {{messaging_destination_name}}/{{messaging_destination_partition_id}}',
        ),
      ],
    },
  ],
};

export const runtime: Dashboard = {
  name: 'runtime',
  title: 'runtime',
  panels: [
    {
      title: 'Is the event loop held up?',
      description:
        'By how much timers came late, 99th percentile. Above a tenth of a second everything that a process does is late.',
      unit: 's',
      queries: [query('max by (job) (nodejs_eventloop_delay_p99)', '{{job}}')],
    },
    {
      title: 'How busy is each process?',
      description: 'Share of the time that its event loop worked; near 1 it needs more replicas.',
      unit: 'percentunit',
      queries: [query('max by (job) (nodejs_eventloop_utilization)', '{{job}}')],
    },
    {
      title: 'How much processor time does each process take?',
      description: 'In processors.',
      unit: 'short',
      queries: [query('sum by (job) (rate(process_cpu_time_total[5m]))', '{{job}}')],
    },
    {
      title: 'How much memory does each process hold?',
      description: 'Resident memory; compare it with the limit of its pod.',
      unit: 'bytes',
      queries: [query('max by (job) (process_memory_usage)', '{{job}}')],
    },
    {
      title: 'Is the heap near its end?',
      description: 'Heap in use as a share of the size at which the process ends.',
      unit: 'percentunit',
      queries: [query('max by (job) (v8js_memory_heap_used / v8js_memory_heap_limit)', '{{job}}')],
    },
    {
      title: 'How much time goes into collecting garbage?',
      description: 'Share of the time, by kind of collection.',
      unit: 'percentunit',
      queries: [query('sum by (job, v8js_gc_type) (rate(v8js_gc_duration_sum[5m]))', '{{job}} {{v8js_gc_type}}')],
    },
  ],
};
