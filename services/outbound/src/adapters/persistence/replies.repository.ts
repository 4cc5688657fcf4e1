import { createCommandHandler, type EventStore, VersionConflict } from '@tiktok-channel/platform/event-sourcing';
import type { Clock } from '@tiktok-channel/platform/kernel';
import { databaseFailure, loadStream, onDatabase } from '@tiktok-channel/platform/postgres';
import type { Replies } from '../../application/ports.ts';
import { decide } from '../../domain/decide-reply.ts';
import { evolve } from '../../domain/evolve-reply.ts';
import { initial, type ReplyEvent } from '../../domain/reply.ts';
import type { Database } from './database.ts';
import {
  appendReplyEvents,
  lockConversation,
  type PublishReplyEvent,
  type RecordedReplyEvent,
  recordWhatWasSeen,
  toReplyEvent,
} from './reply-log.ts';

export interface RepliesDependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly publish: PublishReplyEvent;
  /** Wakes the outbox relay. */
  readonly onEnqueued: () => void;
}

export const createReplies = (dependencies: RepliesDependencies): Replies => {
  const handle = createCommandHandler({
    decider: { initial, decide, evolve },
    store: createReplyEventStore(dependencies),
    publish: (recorded: RecordedReplyEvent) => [recorded],
  });
  return { handle: (streamId, command) => onDatabase(() => handle(streamId, command)) };
};

/** What it stores beside the events follows from them, so the events themselves are its rows. */
const createReplyEventStore = ({
  database,
  clock,
  publish,
  onEnqueued,
}: RepliesDependencies): EventStore<ReplyEvent, RecordedReplyEvent> => ({
  load: async (streamId) => (await loadStream(database, streamId)).map(toReplyEvent),

  append: async ({ streamId, expectedVersion, outbox: recorded }) => {
    const atMs = clock.now();
    const rows = recorded.flatMap(publish);
    const sent = recorded.find(({ event }) => event.type === 'ReplySent');
    try {
      await database.$transaction(async (tx) => {
        const lane = sent?.state.status === 'sent' ? sent.state.command : null;
        if (lane !== null) await lockConversation(tx, lane);
        await appendReplyEvents(tx, recorded, { outbox: rows, atMs });
        if (lane !== null) await recordWhatWasSeen(tx, [lane], { publish, atMs });
      });
    } catch (error) {
      if (databaseFailure(error) !== 'conflict') throw error;
      throw new VersionConflict({ streamId, expectedVersion, cause: error });
    }
    if (rows.length > 0) onEnqueued();
  },
});
