import type { Clock, LogFields, Logger } from '@tiktok-channel/platform/kernel';
import { declaringMeter, type LogEvents } from '@tiktok-channel/platform/telemetry';
import type {
  ReportAuthorization,
  ReportRefresh,
  ReportRevocation,
  ReportWebhookCheck,
  WebhookRegistration,
} from './application/ports.ts';
import type { RemovalOutcome } from './application/remove-authorization.ts';
import type { TikTokTrace } from './application/tiktok-ports.ts';
import { authorizationFailures } from './domain/authorization-failures.ts';
import type { ChannelEvent, ChannelStatus } from './domain/channel.ts';
import type { TokenHorizon } from './domain/refresh-rules.ts';
import type { AuthorizationRemoval } from './domain/removal.ts';

const OUTCOME = 'tiktok_channel.outcome';
const STATUS = 'tiktok_channel.channel.status';
const TOKEN = 'tiktok_channel.token';

const STATUSES = ['connected', 'expiring', 'needs_reauthorization', 'disconnected'] satisfies ChannelStatus[];

const meter = () => declaringMeter('@tiktok-channel/auth');

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

type Removed = Extract<RemovalOutcome, { readonly kind: 'done' }>['outcome'];

const counting = () => ({
  authorizations: meter().createCounter('tiktok_channel.authorizations', {
    description: 'Authorisations that ended, by outcome',
    labels: { [OUTCOME]: ['connected', 'no_callback', ...Object.keys(authorizationFailures)] },
  }),
  refreshes: meter().createCounter('tiktok_channel.token.refreshes', {
    description: 'Tries to renew an access token, by outcome',
    labels: { [OUTCOME]: ['refreshed', 'refused', 'unavailable', 'superseded', 'failed'] },
  }),
  revocations: meter().createCounter('tiktok_channel.token.revocations', {
    description: 'Tries to revoke the tokens of a channel that was disconnected, by outcome',
    labels: { [OUTCOME]: ['done', 'refused', 'unavailable', 'expired'] },
  }),
  webhookChecks: meter().createCounter('tiktok_channel.webhook.checks', {
    description: 'Checks of what TikTok calls for the app, by outcome; repaired is a drift that was put right',
    labels: { [OUTCOME]: ['unchanged', 'registered', 'repaired', 'refused', 'unavailable'] },
  }),
  removals: meter().createCounter('tiktok_channel.authorization.removals', {
    description: 'Notices of TikTok that an authorisation was removed, by outcome',
    labels: {
      [OUTCOME]: [
        ...(['marked', 'channel_unknown', 'not_connected', 'of_earlier_authorization'] satisfies Removed[]),
        ...(['still_authorized', 'superseded'] satisfies Removed[]),
        'tiktok_unavailable',
      ],
    },
  }),
  channelChanges: meter().createCounter('tiktok_channel.channel.changes', {
    description: 'Changes of channels, by the status after them',
    labels: { [STATUS]: STATUSES },
  }),
});

/** What is to be seen at any moment, as the database said last. */
export interface Gauges {
  readonly channelsByStatus: ReadonlyMap<ChannelStatus, number>;
  /** Null before the first check. */
  readonly webhook: WebhookRegistration | null;
  readonly horizon: TokenHorizon;
}

export const observeGauges = (clock: Clock, current: () => Gauges | null): void => {
  meter()
    .createObservableGauge('tiktok_channel.channels', {
      description: 'Channels, by status',
      labels: { [STATUS]: STATUSES },
    })
    .addCallback((result) => {
      for (const [status, number] of current()?.channelsByStatus ?? []) result.observe(number, { [STATUS]: status });
    });
  meter()
    .createObservableGauge('tiktok_channel.webhook.registered', {
      description:
        'From the first check on: 1 when TikTok calls this installation for direct messages, 0 when not or not known',
    })
    .addCallback((result) => {
      const webhook = current()?.webhook ?? null;
      if (webhook !== null) result.observe(webhook.state === 'registered' ? 1 : 0);
    });
  meter()
    .createObservableGauge('tiktok_channel.token.horizon', {
      description: 'Until the soonest end of a token of a connected channel, if nothing renewed it',
      unit: 's',
      labels: { [TOKEN]: ['access', 'refresh'] },
    })
    .addCallback((result) => {
      const { accessExpiresAtMs = null, refreshExpiresAtMs = null } = current()?.horizon ?? {};
      for (const [token, atMs] of [
        ['access', accessExpiresAtMs],
        ['refresh', refreshExpiresAtMs],
      ] as const) {
        if (atMs !== null) result.observe((atMs - clock.now()) / 1_000, { [TOKEN]: token });
      }
    });
};

/** What an operator needs to ask TikTok about it. */
const traceFields = (trace: TikTokTrace): LogFields => ({
  tiktokCode: trace?.code,
  tiktokRequestId: trace?.requestId,
});

export const LOG_EVENTS: LogEvents = {
  'authorization.completed': 'an authorisation ended, and how',
  'authorization.removal_noticed': 'TikTok says that an authorisation was removed, and what that led to',
  'channel.changed': 'a channel has another status',
  'sealing.key_missing': 'values are sealed with a key that the settings no longer have',
  'service.ready': 'it listens, with its ports',
  'service.starting': 'the settings that hold, secrets as present or absent',
  'token.refreshed': 'a try to renew a token, by outcome',
  'token.renewal_failed': 'a defect ended the renewal of a token',
  'token.revoked': 'a try to revoke the tokens of a disconnected channel',
  'webhook.checked': 'what TikTok calls was compared with what it should call, by outcome',
};
