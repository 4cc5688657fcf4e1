import { metrics } from '@opentelemetry/api';
import type { LogFields, Logger } from '@tiktok-channel/platform/kernel';
import type {
  ReportAuthorization,
  ReportRefresh,
  ReportRevocation,
  ReportWebhookCheck,
  WebhookRegistration,
} from './application/ports.ts';
import type { RemovalOutcome } from './application/remove-authorization.ts';
import type { TikTokTrace } from './application/tiktok-ports.ts';
import type { ChannelEvent, ChannelStatus } from './domain/channel.ts';
import type { AuthorizationRemoval } from './domain/removal.ts';

const OUTCOME = 'tiktok_channel.outcome';
const STATUS = 'tiktok_channel.channel.status';

const meter = () => metrics.getMeter('@tiktok-channel/auth');

export interface Reporters {
  readonly authorization: ReportAuthorization;
  readonly refresh: ReportRefresh;
  readonly renewalFailed: (channelId: string, error: unknown) => void;
  readonly revocation: ReportRevocation;
  readonly webhookCheck: ReportWebhookCheck;
  readonly removal: (removal: AuthorizationRemoval, outcome: RemovalOutcome) => void;
  readonly channel: (event: ChannelEvent) => void;
}

/** One canonical line and a count for each thing that this service does or learns. */
export const createReporters = (logger: Logger): Reporters => {
  const count = counting();
  return {
    authorization: ({ outcome, trace, ...ids }) => {
      count.authorizations.add(1, { [OUTCOME]: outcome });
      logger.info('authorization.completed', { outcome, ...ids, ...traceFields(trace) });
    },
    refresh: ({ outcome, trace, ...ids }) => {
      count.refreshes.add(1, { [OUTCOME]: outcome });
      const fields = { outcome, ...ids, ...traceFields(trace) };
      if (outcome === 'refreshed') logger.info('token.refreshed', fields);
      else logger.warn('token.refreshed', fields);
    },
    renewalFailed: (channelId, error) => {
      count.refreshes.add(1, { [OUTCOME]: 'failed' });
      logger.error('token.renewal_failed', { channelId }, error);
    },
    revocation: ({ outcome, channelId, trace }) => {
      count.revocations.add(1, { [OUTCOME]: outcome });
      logger.info('token.revoked', { outcome, channelId, ...traceFields(trace) });
    },
    webhookCheck: ({ outcome, found, trace }) => {
      count.webhookChecks.add(1, { [OUTCOME]: outcome });
      const fields = { outcome, found, ...traceFields(trace) };
      if (outcome === 'unchanged') logger.debug('webhook.checked', fields);
      else if (outcome === 'registered') logger.info('webhook.checked', fields);
      else logger.warn('webhook.checked', fields);
    },
    removal: ({ channelId, reason }, removed) => {
      const outcome = removed.kind === 'done' ? removed.outcome : 'tiktok_unavailable';
      count.removals.add(1, { [OUTCOME]: outcome });
      logger.info('authorization.removal_noticed', { channelId, reason, outcome });
    },
    channel: ({ type, channel: { channelId, accountId, status, statusReason } }) => {
      count.channelChanges.add(1, { [STATUS]: status });
      const fields = { type, channelId, accountId, status, reason: statusReason };
      if (status === 'expiring' || status === 'needs_reauthorization') logger.warn('channel.changed', fields);
      else logger.info('channel.changed', fields);
    },
  };
};

const counting = () => ({
  authorizations: meter().createCounter('tiktok_channel.authorizations', {
    description: 'Authorisations that ended, by outcome',
  }),
  refreshes: meter().createCounter('tiktok_channel.token.refreshes', {
    description: 'Tries to renew an access token, by outcome',
  }),
  revocations: meter().createCounter('tiktok_channel.token.revocations', {
    description: 'Tries to revoke the tokens of a channel that was disconnected, by outcome',
  }),
  webhookChecks: meter().createCounter('tiktok_channel.webhook.checks', {
    description: 'Checks of what TikTok calls for the app, by outcome; repaired is a drift that was put right',
  }),
  removals: meter().createCounter('tiktok_channel.authorization.removals', {
    description: 'Notices of TikTok that an authorisation was removed, by outcome',
  }),
  channelChanges: meter().createCounter('tiktok_channel.channel.changes', {
    description: 'Changes of channels, by the status after them',
  }),
});

/** What is to be seen at any moment, as the database said last. */
export interface Gauges {
  readonly channelsByStatus: ReadonlyMap<ChannelStatus, number>;
  readonly webhook: WebhookRegistration | null;
}

export const observeGauges = (current: () => Gauges | null): void => {
  meter()
    .createObservableGauge('tiktok_channel.channels', { description: 'Channels, by status' })
    .addCallback((result) => {
      for (const [status, number] of current()?.channelsByStatus ?? []) result.observe(number, { [STATUS]: status });
    });
  meter()
    .createObservableGauge('tiktok_channel.webhook.registered', {
      description: '1 when TikTok calls this installation for direct messages, 0 when it does not or is not known to',
    })
    .addCallback((result) => {
      const gauges = current();
      if (gauges !== null) result.observe(gauges.webhook?.state === 'registered' ? 1 : 0);
    });
};

/** What an operator needs to ask TikTok about it. */
const traceFields = (trace: TikTokTrace): LogFields => ({
  tiktokCode: trace?.code,
  tiktokRequestId: trace?.requestId,
});
