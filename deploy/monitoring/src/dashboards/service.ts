import { type Dashboard, percentiles, query } from './dashboard.ts';

const missed = (objective: string, window: string): string => `tiktok_channel:${objective}_missed:ratio_rate${window}`;

const objective = (title: string, name: string, allowed: number) =>
  ({
    title,
    description: `The share that missed it, over an hour and over three days; ${allowed * 100} % may. Above 14 times that for an hour, somebody is woken.`,
    unit: 'percentunit',
    queries: [
      query(missed(name, '1h'), 'one hour'),
      query(missed(name, '3d'), 'three days'),
      query(`vector(${allowed})`, 'allowed'),
    ],
  }) as const;

export const overview: Dashboard = {
  name: 'overview',
  title: 'overview by objective',
  panels: [
    objective('Do deliveries get their 200 within a second?', 'intake', 0.001),
    objective('Are messages visible within a second?', 'visible', 0.01),
    objective('Do replies get their verdict within thirty seconds?', 'verdict', 0.01),
    {
      title: 'What fires now?',
      description: 'Alerts by name, 1 for each; none is good. Each has a runbook in deploy/runbooks.',
      unit: 'short',
      queries: [query('sum by (alertname) (ALERTS{alertstate="firing"}) or vector(0)', '{{alertname}}')],
    },
    {
      title: 'Which processes answer?',
      description: '1 for each process that answers on its internal port.',
      unit: 'short',
      kind: 'stat',
      queries: [query('sum by (job) (up)', '{{job}}')],
    },
    {
      title: 'How many messages arrive, and how many replies leave?',
      description: 'Deliveries stored and replies accepted by TikTok, each second.',
      unit: 'ops',
      queries: [
        query(
          'sum(rate(tiktok_channel_webhook_deliveries_total{tiktok_channel_outcome="accepted"}[5m]))',
          'deliveries',
        ),
        query(
          'sum(rate(tiktok_channel_outbound_statuses_total{tiktok_channel_status="ReplySent"}[5m]))',
          'replies sent',
        ),
      ],
    },
  ],
};

export const intake: Dashboard = {
  name: 'intake',
  title: 'intake',
  panels: [
    {
      title: 'What do we answer to deliveries?',
      description:
        'accepted and unrecognized are 200, refused is 401 or 413, unavailable 503 (TikTok sends it again), failed 500.',
      unit: 'reqps',
      queries: [
        query(
          'sum by (tiktok_channel_outcome) (rate(tiktok_channel_webhook_deliveries_total[5m]))',
          '{{tiktok_channel_outcome}}',
        ),
      ],
    },
    {
      title: 'How long does TikTok wait for an answer?',
      description: 'From the request to its answer; most of it is the broker. The objective is a second.',
      unit: 's',
      queries: percentiles('tiktok_channel_webhook_duration', '{tiktok_channel_outcome=~"accepted|unrecognized"}'),
    },
    {
      title: 'Why do we refuse or put off deliveries?',
      description:
        'By reason. Many `mismatch`: a wrong app secret. `stale`: a clock. `buffer_full`, `deadline_exceeded`: the broker.',
      unit: 'reqps',
      queries: [
        query(
          'sum by (tiktok_channel_reason) (rate(tiktok_channel_webhook_deliveries_total{tiktok_channel_outcome!="accepted"}[5m]))',
          '{{tiktok_channel_reason}}',
        ),
      ],
    },
    {
      title: 'Are there signatures that are valid and too old?',
      description:
        'In ten minutes. A clock is off, or TikTok delivers late; without WEBHOOK_ADMIT_STALE_SECONDS they are refused.',
      unit: 'short',
      queries: [query('tiktok_channel:stale_signatures:increase10m')],
    },
    {
      title: 'How far are history imports?',
      description: 'Imports under way, and messages that they have read each second.',
      unit: 'short',
      queries: [
        query('sum(tiktok_channel_history_open_imports)', 'open imports'),
        query('sum(rate(tiktok_channel_history_messages_total[5m]))', 'messages a second'),
      ],
    },
    {
      title: 'What do imports wait for?',
      description: 'Times in five minutes that an import waited, by what was away.',
      unit: 'short',
      queries: [
        query(
          'sum by (tiktok_channel_reason) (increase(tiktok_channel_history_waits_total[5m])) or vector(0)',
          '{{tiktok_channel_reason}}',
        ),
      ],
    },
  ],
};

export const projections: Dashboard = {
  name: 'projections',
  title: 'projections',
  panels: [
    {
      title: 'How long until a message is visible?',
      description: 'From the arrival of its webhook to the read model. The objective is a second.',
      unit: 's',
      queries: percentiles('tiktok_channel_message_visible_latency'),
    },
    {
      title: 'How far behind is each consumer group?',
      description: 'Records that are there and have not been processed.',
      unit: 'short',
      queries: [query('tiktok_channel:consumer_lag:sum', '{{messaging_consumer_group_name}}')],
    },
    {
      title: 'Does a partition stand still?',
      description:
        'For how long the worst partition of each group has had records and got nowhere; five minutes wake somebody.',
      unit: 's',
      queries: [
        query(
          'max by (messaging_consumer_group_name) (tiktok_channel:partition_stalled:max_seconds)',
          '{{messaging_consumer_group_name}}',
        ),
      ],
    },
    {
      title: 'What becomes of records?',
      description: 'Each second, by group and outcome.',
      unit: 'ops',
      queries: [
        query(
          'sum by (messaging_consumer_group_name, tiktok_channel_outcome) (rate(tiktok_channel_kafka_consumed_records_total[5m]))',
          '{{messaging_consumer_group_name}} {{tiktok_channel_outcome}}',
        ),
      ],
    },
    {
      title: 'Which records were set aside, and why?',
      description:
        'Dead letters of the last half hour by group and reason. `tiktok-channel dead-letters list` shows them.',
      unit: 'short',
      queries: [
        query(
          'tiktok_channel:dead_letters:increase30m or vector(0)',
          '{{messaging_consumer_group_name}} {{tiktok_channel_reason}}',
        ),
      ],
    },
    {
      title: 'How old is what waits to be published?',
      description: 'Age of the oldest row of each outbox, and how many wait.',
      unit: 's',
      queries: [query('max by (job) (tiktok_channel_outbox_oldest_age)', '{{job}}')],
    },
    {
      title: 'For how long has a write transaction been open?',
      description: 'The oldest of the database cluster. The live stream cannot pass it.',
      unit: 's',
      queries: [query('max(tiktok_channel_database_longest_transaction)')],
    },
    {
      title: 'How long do people wait for the API?',
      description: 'Requests by route, 99th percentile.',
      unit: 's',
      queries: [
        query(
          'histogram_quantile(0.99, sum by (le, http_route) (rate(http_server_request_duration_bucket[5m])))',
          '{{http_route}}',
        ),
      ],
    },
    {
      title: 'Do we get the media of messages?',
      description: 'Tries to fetch them, by outcome. A fault of media delays no text.',
      unit: 'ops',
      queries: [
        query(
          'sum by (tiktok_channel_outcome) (rate(tiktok_channel_media_fetches_total[5m]))',
          '{{tiktok_channel_outcome}}',
        ),
      ],
    },
  ],
};
