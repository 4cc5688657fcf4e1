import type { EventStore } from '../event-sourcing/index.ts';
import { VersionConflict } from '../event-sourcing/index.ts';
import type { Clock } from '../kernel/index.ts';
import type { OutboxRow } from '../outbox/index.ts';
import { databaseFailure } from './database-failure.ts';
import { enqueue } from './outbox-store.ts';
import type { TransactionalSqlClient } from './sql-client.ts';
import type { StoredEvent, StreamEvent } from './streams.ts';
import { appendToStream, loadStream } from './streams.ts';

export interface EventStoreOptions<Event> {
  readonly client: TransactionalSqlClient;
  readonly clock: Clock;
  /** The store's edge: parses what was stored, and upcasts old shapes. */
  readonly toEvent: (stored: StoredEvent) => Event;
  /** After a commit that left outbox rows: wakes the relay. */
  readonly onEnqueued: () => void;
}

/** The event store port of event-sourcing on PostgreSQL: events and outbox rows in one transaction. */
export const createEventStore = <Event extends StreamEvent>({
  client,
  clock,
  toEvent,
  onEnqueued,
}: EventStoreOptions<Event>): EventStore<Event, OutboxRow> => ({
  load: async (streamId) => (await loadStream(client, streamId)).map(toEvent),

  append: async ({ streamId, expectedVersion, events, outbox }) => {
    const atMs = clock.now();
    try {
      await client.$transaction(async (tx) => {
        await appendToStream(tx, { streamId, expectedVersion, events, atMs });
        await enqueue(tx, outbox, atMs);
      });
    } catch (error) {
      // A deadlock or a serialisation failure means the same to the caller as a lost race: load and decide again.
      if (databaseFailure(error) !== 'conflict') throw error;
      throw new VersionConflict({ streamId, expectedVersion, cause: error });
    }
    if (outbox.length > 0) onEnqueued();
  },
});
