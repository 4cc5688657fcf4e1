import { context, metrics, propagation } from '@opentelemetry/api';
import type { LogFields, Logger } from '@tiktok-channel/platform/kernel';
import type { ReportAuthorization, ReportRefresh } from './application/ports.ts';

const OUTCOME = 'tiktok_channel.outcome';

/** The trace of the work that is going on, for what the outbox publishes later. */
export const currentTraceparent = (): string | undefined => {
  const carrier: { traceparent?: string } = {};
  propagation.inject(context.active(), carrier);
  return carrier.traceparent;
};

/** One canonical line and a count for each authorisation that ended, and for each try to renew a token. */
export const createReporters = (
  logger: Logger,
): { readonly authorization: ReportAuthorization; readonly refresh: ReportRefresh } => {
  const meter = metrics.getMeter('@tiktok-channel/auth');
  const authorizations = meter.createCounter('tiktok_channel.authorizations', {
    description: 'Authorisations that ended, by outcome',
  });
  const refreshes = meter.createCounter('tiktok_channel.token.refreshes', {
    description: 'Tries to renew an access token, by outcome',
  });
  return {
    authorization: ({ outcome, trace, ...ids }) => {
      authorizations.add(1, { [OUTCOME]: outcome });
      logger.info('authorization.completed', { outcome, ...ids, ...traceFields(trace) });
    },
    refresh: ({ outcome, trace, ...ids }) => {
      refreshes.add(1, { [OUTCOME]: outcome });
      const fields = { outcome, ...ids, ...traceFields(trace) };
      if (outcome === 'refreshed') logger.info('token.refreshed', fields);
      else logger.warn('token.refreshed', fields);
    },
  };
};

/** What an operator needs to ask TikTok about it. */
const traceFields = (trace: Parameters<ReportRefresh>[0]['trace']): LogFields => ({
  tiktokCode: trace?.code,
  tiktokRequestId: trace?.requestId,
});
