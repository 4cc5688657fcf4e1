import type { Clock, Logger } from '../kernel/index.ts';
import type { CreateRelayProducer, OutboxStore } from './ports.ts';

export interface OutboxRelayOptions {
  readonly store: OutboxStore;
  readonly createProducer: CreateRelayProducer;
  /** One per service, for example `auth.outbox`: whoever takes over fences whoever had it. */
  readonly transactionalId: string;
  /** Topics whose last record of a key stays for ever, so that a late record of a former holder must not get there. */
  readonly compactedTopics: ReadonlySet<string>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings?: Partial<OutboxRelaySettings>;
}

export interface OutboxRelaySettings {
  /** After this time without a sign of life of its holder, another replica takes over. */
  readonly leaseMs: number;
  /** The safety net behind `poke`, and how soon another replica's rows are found. */
  readonly pollMs: number;
  readonly maxRows: number;
  readonly maxBytes: number;
  /** For how long published rows are kept for operators. */
  readonly keepPublishedMs: number;
  readonly maxBackOffMs: number;
  /** For how long `stop` waits for the batch under way. */
  readonly stopTimeoutMs: number;
}

export const DEFAULT_SETTINGS: OutboxRelaySettings = {
  leaseMs: 5_000,
  pollMs: 500,
  maxRows: 500,
  maxBytes: 4 * 1_024 * 1_024,
  keepPublishedMs: 24 * 60 * 60 * 1_000,
  maxBackOffMs: 5_000,
  stopTimeoutMs: 5_000,
};
