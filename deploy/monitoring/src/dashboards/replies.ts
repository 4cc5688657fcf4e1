import { type Dashboard, percentiles, query } from './dashboard.ts';

export const replies: Dashboard = {
  name: 'replies',
  title: 'replies',
  panels: [
    {
      title: 'How long until a reply has its verdict?',
      description: 'Without those that waited for the rate or for an unknown outcome. The objective is thirty seconds.',
      unit: 's',
      queries: percentiles('tiktok_channel_reply_verdict_latency', '{tiktok_channel_excuse="none"}'),
    },
    {
      title: 'What becomes of replies?',
      description: 'Statuses told to subscribers, each second.',
      unit: 'ops',
      queries: [
        query(
          'sum by (tiktok_channel_status) (rate(tiktok_channel_outbound_statuses_total[5m]))',
          '{{tiktok_channel_status}}',
        ),
      ],
    },
    {
      title: 'Why do replies fail?',
      description: 'Failures each second by code; the catalogue says what each means and what clears it.',
      unit: 'ops',
      queries: [
        query(
          'sum by (tiktok_channel_code) (rate(tiktok_channel_outbound_statuses_total{tiktok_channel_status="ReplyFailed"}[5m]))',
          '{{tiktok_channel_code}}',
        ),
      ],
    },
    {
      title: 'What does TikTok answer when we send?',
      description: 'Calls that send, by outcome and code. Many 40100: the share of the rate is too high.',
      unit: 'ops',
      queries: [
        query(
          'sum by (tiktok_channel_outcome, tiktok_channel_tiktok_code) (rate(tiktok_channel_outbound_attempt_duration_count[5m]))',
          '{{tiktok_channel_outcome}} {{tiktok_channel_tiktok_code}}',
        ),
      ],
    },
    {
      title: 'How many replies wait, and for how long?',
      description: 'Replies that wait to be sent, and the age of the oldest. Paused channels are a reason.',
      unit: 'short',
      queries: [
        query('max(tiktok_channel_reply_waiting)', 'waiting'),
        query('max(tiktok_channel_reply_oldest_waiting_age)', 'oldest, seconds'),
        query('max(tiktok_channel_channel_paused)', 'paused channels'),
      ],
    },
    {
      title: 'Is an outcome still unknown?',
      description: 'Age of the oldest attempt whose outcome is looked for, and how many are. Ten minutes settle it.',
      unit: 'short',
      queries: [
        query('max(tiktok_channel_reply_oldest_unknown_age)', 'oldest, seconds'),
        query('max(tiktok_channel_reply_unknown)', 'looked for'),
      ],
    },
    {
      title: 'Do workers keep up?',
      description: 'How long the lane that is due longest waits for a worker, and how long claims of lanes take.',
      unit: 's',
      queries: [
        query('max(tiktok_channel_lane_oldest_due_age)', 'due longest'),
        query(
          'histogram_quantile(0.99, sum by (le) (rate(tiktok_channel_outbound_claim_duration_bucket[5m])))',
          'claim, 99th percentile',
        ),
      ],
    },
    {
      title: 'Does TikTok show messages that we did not send?',
      description: 'Echoes of the API without a reply here, of the last day.',
      unit: 'short',
      queries: [query('max(tiktok_channel_echo_unmatched)')],
    },
    {
      title: 'Do we call TikTok?',
      description:
        'State of the circuit: 0 closed, 1 half open, 2 open (no calls for a while); and calls refused for their number.',
      unit: 'short',
      queries: [
        query('max(tiktok_channel_outbound_circuit_state)', 'circuit'),
        query('sum(rate(tiktok_channel_outbound_rate_refusals_total[5m]))', 'refused a second'),
      ],
    },
  ],
};

export const channels: Dashboard = {
  name: 'channels',
  title: 'channels',
  panels: [
    {
      title: 'How are our channels?',
      description:
        'Channels by status. `expiring` still sends; `needs_reauthorization` does not, until its owner comes back.',
      unit: 'short',
      queries: [
        query('max by (tiktok_channel_channel_status) (tiktok_channel_channels)', '{{tiktok_channel_channel_status}}'),
      ],
    },
    {
      title: 'When does the next token end?',
      description:
        'The soonest of all connected channels if nothing renewed it. Access tokens are renewed at half of their day.',
      unit: 's',
      queries: [query('min by (tiktok_channel_token) (tiktok_channel_token_horizon)', '{{tiktok_channel_token}}')],
    },
    {
      title: 'Does renewing tokens work?',
      description: 'Tries in an hour by outcome. `superseded` is harmless: another replica was faster.',
      unit: 'short',
      queries: [
        query(
          'sum by (tiktok_channel_outcome) (increase(tiktok_channel_token_refreshes_total[1h]))',
          '{{tiktok_channel_outcome}}',
        ),
      ],
    },
    {
      title: 'Does TikTok call us?',
      description: '1 while the webhook is registered; and checks in an hour that found it changed and put it right.',
      unit: 'short',
      queries: [
        query('min(tiktok_channel_webhook_registered)', 'registered'),
        query('tiktok_channel:webhook_repairs:increase1h', 'repairs'),
      ],
    },
    {
      title: 'How do authorisations end?',
      description: 'In an hour, by outcome; every failure has a sentence and advice in the console.',
      unit: 'short',
      queries: [
        query(
          'sum by (tiktok_channel_outcome) (increase(tiktok_channel_authorizations_total[1h]))',
          '{{tiktok_channel_outcome}}',
        ),
      ],
    },
    {
      title: 'How long do auth and TikTok take to answer us?',
      description: 'Calls of our services, 99th percentile by whom they call.',
      unit: 's',
      queries: [
        query(
          'histogram_quantile(0.99, sum by (le, tiktok_channel_peer) (rate(http_client_request_duration_bucket[5m])))',
          '{{tiktok_channel_peer}}',
        ),
      ],
    },
  ],
};
