import { createWatch } from '../telemetry/index.ts';
import { createBell } from './bell.ts';
import { BrokerFailure } from './producers.ts';
import { createRelayCycle } from './relay-cycle.ts';
import { DEFAULT_SETTINGS, type OutboxRelayOptions } from './relay-options.ts';
import { showBacklog } from './telemetry.ts';
import { createTrouble, type RelayTrouble } from './trouble.ts';

/** A part of a process. */
export interface OutboxRelay {
  readonly name: 'outbox relay';
  start(): void;
  /** Ends with the batch under way, and lets another replica take over at once. */
  stop(): Promise<void>;
  /** Call it after a commit that left rows; it costs nothing. */
  poke(): void;
  health(): RelayHealth;
}

export interface RelayHealth {
  /** False before `start` and from `stop` on. */
  readonly alive: boolean;
  readonly role: 'active' | 'standby';
  /** Why nothing is published at present. A restart would not help: the relay goes on by itself. */
  readonly trouble: RelayTrouble | null;
}

const FIRST_BACK_OFF_MS = 100;

/** Publishes outbox rows: one active relay per service, taken over when its holder shows no sign of life. */
export const createOutboxRelay = (options: OutboxRelayOptions): OutboxRelay => {
  const { clock, logger } = options;
  const settings = { ...DEFAULT_SETTINGS, ...options.settings };
  const trouble = createTrouble(clock);
  const cycle = createRelayCycle(options, settings, trouble);
  const work = createBell();
  const end = createBell();
  // On every replica: a relay that stands still could not tell.
  const backlog = createWatch({ name: 'outbox backlog', look: options.store.readBacklog });
  let hideBacklog: () => void = () => {};
  let isStopping = false;
  let running: Promise<void> | null = null;

  const recover = async (error: unknown, backOffMs: number): Promise<void> => {
    const dependency = error instanceof BrokerFailure ? 'broker' : 'database';
    if (dependency === 'broker') await cycle.discardProducers();
    if (isStopping) return;
    if (dependency === 'broker' && !cycle.isActive) {
      // Not the broker's fault: the lease was lost during the send, and the producers were discarded for it.
      logger.warn('outbox.relay_superseded');
      return;
    }
    trouble.found(dependency);
    logger.warn('outbox.relay_failed', { dependency, backOffMs }, error);
    await end.sleep(backOffMs);
  };

  const run = async (): Promise<void> => {
    let backOffMs = FIRST_BACK_OFF_MS;
    while (!isStopping) {
      try {
        const hasMore = await cycle.next();
        trouble.clear();
        backOffMs = FIRST_BACK_OFF_MS;
        if (!hasMore) await work.sleep(settings.pollMs);
      } catch (error) {
        await recover(error, backOffMs);
        backOffMs = Math.min(backOffMs * 2, settings.maxBackOffMs);
      }
    }
  };

  return {
    name: 'outbox relay',
    start() {
      if (running !== null) return;
      backlog.start();
      hideBacklog = showBacklog(clock, backlog.current);
      running = run();
    },

    poke() {
      if (cycle.isActive) work.ring();
    },

    async stop() {
      isStopping = true;
      backlog.stop();
      hideBacklog();
      work.ring();
      end.ring();
      const impatience = setTimeout(cycle.discardProducers, settings.stopTimeoutMs);
      await running;
      clearTimeout(impatience);
      running = null;
      await cycle.discardProducers();
      await cycle.releaseLease().catch((error: unknown) => {
        logger.warn('outbox.lease_not_released', { leaseMs: settings.leaseMs }, error);
      });
    },

    health: () => ({
      alive: running !== null && !isStopping,
      role: cycle.isActive ? 'active' : 'standby',
      trouble: trouble.current(),
    }),
  };
};
