import type { Consumer, Producer } from '@tiktok-channel/platform/kafka';
import { createBackgroundLoop, type Lifecycle, type Part } from '@tiktok-channel/platform/lifecycle';
import { topics } from '@tiktok-channel/schemas';
import {
  ACTIVITY_GROUP,
  createActivityBatchHandler,
  createActivityDecoder,
} from './adapters/kafka/activity.consumer.ts';
import { createRemovalBatchHandler, createRemovalDecoder, REMOVALS_GROUP } from './adapters/kafka/removal.consumer.ts';
import { readTokenHorizon } from './adapters/persistence/token-horizon.query.ts';
import type { Core } from './compose-core.ts';
import type { Stores } from './compose-stores.ts';
import type { UseCases } from './compose-use-cases.ts';
import { type Gauges, observeGauges } from './telemetry.ts';

const RENEWAL_EVERY_MS = 1_000;
const UPKEEP_EVERY_MS = 5_000;

/** What goes on without anybody asking: renewal, revocation, the webhook's registration, attempts without an end. */
export const composeSchedule = (
  { settings, logger, clock }: Core,
  stores: Stores,
  useCases: UseCases,
): readonly Part[] => {
  let gauges: Gauges | null = null;
  observeGauges(clock, () => gauges);
  const lookAround = async (): Promise<boolean> => {
    await useCases.sweepAttempts();
    gauges = {
      channelsByStatus: await stores.channels.countByStatus(),
      webhook: await stores.registrations.read(),
      horizon: await readTokenHorizon(stores.database),
    };
    return false;
  };
  const isMore = (count: Promise<number>): Promise<boolean> => count.then((done) => done > 0);
  const keepWebhook = () => useCases.keepWebhookRegistered().then(() => false);

  const loop = (name: string, everyMs: number, work: () => Promise<boolean>): Part =>
    createBackgroundLoop({ name, everyMs, work, logger });
  return [
    loop('renewal', RENEWAL_EVERY_MS, () => isMore(useCases.renewDueTokens())),
    loop('revocation', UPKEEP_EVERY_MS, () => isMore(useCases.revoke())),
    loop('upkeep', UPKEEP_EVERY_MS, lookAround),
    ...(settings.WEBHOOK_CHECK_SECONDS === 0 ? [] : [loop('webhook', UPKEEP_EVERY_MS, keepWebhook)]),
  ];
};

export interface Consuming {
  readonly parts: readonly Part[];
  readonly consumers: readonly Consumer[];
  /** Brings dead letters, and what operators do. */
  readonly producer: Producer;
}

/** Groups that take back what they had given up. */
export const REDRIVEN_GROUPS = [REMOVALS_GROUP, ACTIVITY_GROUP] as const;

/** Both groups keep their positions with Kafka: what they do again changes nothing. */
export const composeConsumers = (
  { report }: Core,
  {
    stores,
    useCases,
    lifecycle,
  }: { readonly stores: Stores; readonly useCases: UseCases; readonly lifecycle: Lifecycle },
): Consuming => {
  const { kafka, codec } = stores;
  const producer = kafka.createProducer();
  const shared = {
    deadLetters: { producer, topic: topics.authDeadLetters.name, redriveTopic: topics.authRedrive.name },
    onFatal: (error: Error) => lifecycle.fail(error),
  };
  const removals = kafka.createConsumer({
    ...shared,
    group: REMOVALS_GROUP,
    topics: [topics.accountNotices.name],
    decode: createRemovalDecoder(codec),
    apply: createRemovalBatchHandler(useCases.removeAuthorization, report.removal),
  });
  const activity = kafka.createConsumer({
    ...shared,
    group: ACTIVITY_GROUP,
    topics: [topics.messages.name, topics.statuses.name],
    decode: createActivityDecoder(codec),
    apply: createActivityBatchHandler(stores.activities),
  });
  const parts: readonly Part[] = [
    {
      name: 'consumers',
      // Nothing that this service serves waits for them: a broker that is away, or a group that waits for a member that died,
      // must not keep people from signing in and services from their tokens.
      start: () => {
        void producer
          .start()
          .then(() => Promise.all([removals.start(), activity.start()]))
          .catch((error: Error) => {
            if (!lifecycle.isStopping()) lifecycle.fail(error);
          });
      },
      stop: async () => {
        await Promise.all([removals.stop(), activity.stop()]);
        await producer.stop();
      },
    },
    { name: 'consumer of removals', health: removals.health },
    { name: 'consumer of activity', health: activity.health },
  ];
  return { parts, consumers: [removals, activity], producer };
};
