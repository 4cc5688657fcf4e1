import { systemClock } from '@tiktok-channel/platform/clock';
import { silentLogger } from '@tiktok-channel/platform/kernel';
import {
  declaredMetrics,
  type LogEvents,
  type MetricDeclaration,
  observeRuntime,
} from '@tiktok-channel/platform/telemetry';
import * as auth from '../../../services/auth/src/telemetry.ts';
import * as console from '../../../services/console/src/telemetry.ts';
import * as conversation from '../../../services/conversation/src/telemetry.ts';
import * as ingress from '../../../services/ingress/src/telemetry.ts';
import * as history from '../../../services/ingress/src/telemetry-history.ts';
import * as outbound from '../../../services/outbound/src/telemetry.ts';
import { createCallMetrics } from '../../../services/platform/src/http-client/telemetry.ts';
import { createRequestMetrics } from '../../../services/platform/src/http-server/telemetry.ts';
import {
  createConsumerMetrics,
  createProducerMetrics,
  showProgress,
} from '../../../services/platform/src/kafka/telemetry.ts';
import { SPANS } from '../../../services/platform/src/kafka/tracing.ts';
import { showBacklog } from '../../../services/platform/src/outbox/telemetry.ts';
import { createTransactionWatch } from '../../../services/platform/src/postgres/open-transactions.ts';
import { PLATFORM_LOG_EVENTS } from '../../../services/platform/src/telemetry/log-events.ts';

/** Makes every instrument once, without a provider: making is declaring. */
const declareAll = (): void => {
  auth.createReporters(silentLogger);
  auth.observeGauges(systemClock, () => null);
  conversation.createMediaReporter(silentLogger);
  conversation.createVisibilityReporter(systemClock);
  ingress.createDeliveryReporter(silentLogger);
  ingress.createRedeliveryReporter(silentLogger);
  history.createHistoryReporter(silentLogger);
  history.observeOpenImports(() => 0);
  outbound.createOutboundMetrics();
  outbound.observeBacklog(systemClock, () => null);
  createCallMetrics('auth');
  createRequestMetrics();
  createConsumerMetrics('inventory');
  createProducerMetrics();
  showProgress('inventory', () => []);
  showBacklog(systemClock, () => null);
  createTransactionWatch();
  observeRuntime();
};

/** All that the services declare, by name. */
export const metricInventory = (): readonly MetricDeclaration[] => {
  declareAll();
  return declaredMetrics().toSorted((a, b) => (a.name < b.name ? -1 : 1));
};

/** As `/metrics` has it: dots become underscores, and a counter ends in `_total`. */
export const prometheusName = ({ name, kind }: Pick<MetricDeclaration, 'name' | 'kind'>): string => {
  const flat = name.replaceAll(/[^A-Za-z0-9_]/g, '_');
  return kind === 'counter' ? `${flat}_total` : flat;
};

export const spanInventory: Readonly<Record<string, string>> = { ...SPANS, ...outbound.SPANS };

export const eventInventory: Readonly<Record<string, LogEvents>> = {
  auth: auth.LOG_EVENTS,
  console: console.LOG_EVENTS,
  conversation: conversation.LOG_EVENTS,
  ingress: ingress.LOG_EVENTS,
  outbound: outbound.LOG_EVENTS,
  platform: PLATFORM_LOG_EVENTS,
};
