import { createLease, type Lease } from './lease.ts';
import { createProducers } from './producers.ts';
import { createPublisher } from './publisher.ts';
import type { OutboxRelayOptions, OutboxRelaySettings } from './relay-options.ts';
import type { Trouble } from './trouble.ts';

/** What the relay's loop does each time: hold or take the lease, have producers of this epoch, publish a batch. */
export interface RelayCycle {
  readonly isActive: boolean;
  /** Answers whether there may be more to do at once. */
  next(): Promise<boolean>;
  /** Never rejects. What is under way at the broker rejects, and the next cycle begins with new producers. */
  discardProducers(): Promise<void>;
  releaseLease(): Promise<void>;
}

export const createRelayCycle = (
  options: OutboxRelayOptions,
  settings: OutboxRelaySettings,
  trouble: Trouble,
): RelayCycle => {
  const { store, clock, logger } = options;
  const lease = createLease({ store, clock, leaseMs: settings.leaseMs });
  const producers = createProducers(options);
  let openedFor: bigint | null = null;

  /** Shows signs of life while the broker keeps us waiting; once the lease is lost, nothing more may go out. */
  const whileHolding = async (atBroker: () => Promise<void>): Promise<void> => {
    const heart = startHeart({ lease, everyMs: settings.leaseMs / 3, onLost: producers.discard });
    const waited = trouble.waitForBroker();
    try {
      await atBroker();
    } finally {
      waited();
      heart.stop();
    }
  };

  const publisher = createPublisher({
    store,
    lease,
    clock,
    logger,
    settings,
    send: (records) => whileHolding(() => producers.send(records)),
  });

  /**
   * The lease is confirmed once the producers have their new epoch: a takeover before that is seen here, and one after it
   * fences them. So a replica that was frozen in between can not fence its successor and go on.
   */
  const openProducers = async (): Promise<boolean> => {
    await producers.discard();
    if (!(await lease.confirm())) return false;
    openedFor = lease.epoch;
    await whileHolding(producers.open);
    if (!(await lease.confirm())) return false;
    logger.info('outbox.relay_active', { epoch: String(lease.epoch) });
    return true;
  };

  return {
    get isActive() {
      return lease.epoch !== null;
    },

    async next() {
      const isHolding = await lease.holdOrTake();
      if (!isHolding) {
        if (producers.areOpen) logger.warn('outbox.relay_superseded');
        await producers.discard();
        return false;
      }
      const areOpen = producers.areOpen && openedFor === lease.epoch;
      return (areOpen || (await openProducers())) && (await publisher.publishNext());
    },

    discardProducers: producers.discard,
    releaseLease: lease.release,
  };
};

interface HeartOptions {
  readonly lease: Lease;
  readonly everyMs: number;
  readonly onLost: () => Promise<void>;
}

const startHeart = ({ lease, everyMs, onLost }: HeartOptions): { stop(): void } => {
  const timer = setInterval(async () => {
    // With the database away nobody takes over either; the next beat tries again.
    const isHeld = await lease.confirm().catch(() => true);
    if (!isHeld) await onLost();
  }, everyMs);
  return { stop: () => clearInterval(timer) };
};
