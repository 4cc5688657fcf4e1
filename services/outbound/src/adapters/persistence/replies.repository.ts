import { createCommandHandler, type EventStore, VersionConflict } from '@tiktok-channel/platform/event-sourcing';
import type { Clock } from '@tiktok-channel/platform/kernel';
import { databaseFailure, loadStream, onDatabase, type SqlClient } from '@tiktok-channel/platform/postgres';
import type { Replies } from '../../application/ports.ts';
import { decide } from '../../domain/decide-reply.ts';
import { evolve } from '../../domain/evolve-reply.ts';
import { initial, type ReplyEvent } from '../../domain/reply.ts';
import type { Database } from './database.ts';
import { insertReplies } from './reply-intake.repository.ts';
import {
  appendReplyEvents,
  lockConversation,
  type PublishReplyEvent,
  type RecordedReplyEvent,
  recordWhatWasSeen,
  takeMessage,
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
    try {
      await database.$transaction(async (tx) => {
        await insertAccepted(tx, recorded, atMs);
        await storeEvents(tx, recorded, { outbox: rows, publish, atMs });
      });
    } catch (error) {
      if (databaseFailure(error) !== 'conflict') throw error;
      throw new VersionConflict({ streamId, expectedVersion, cause: error });
    }
    if (rows.length > 0) onEnqueued();
  },
});

/** A reply that had been taken back before it was asked for has its verdict at once: it needs a row, and no lane. */
const insertAccepted = async (tx: SqlClient, recorded: readonly RecordedReplyEvent[], atMs: number): Promise<void> => {
  for (const { streamId, event, state } of recorded) {
    if (event.type !== 'ReplyQueued') continue;
    await insertReplies(tx, [{ streamId, command: event.command }], { statuses: [state.status], atMs });
  }
};

const storeEvents = async (
  tx: SqlClient,
  recorded: readonly RecordedReplyEvent[],
  recording: {
    readonly outbox: Parameters<typeof appendReplyEvents>[2]['outbox'];
    readonly publish: PublishReplyEvent;
    readonly atMs: number;
  },
): Promise<void> => {
  const sent = recorded.find(({ event }) => event.type === 'ReplySent');
  const reply = sent?.state.status === 'sent' && sent.state.tiktokMessageId !== null ? sent.state : null;
  if (reply === null) return appendReplyEvents(tx, recorded, recording);

  await lockConversation(tx, reply.command);
  // A request id comes with an answer of TikTok's.
  if (sent?.event.type === 'ReplySent' && sent.event.requestId !== null) {
    await takeMessage(tx, reply.command.channelId, reply.tiktokMessageId ?? '');
  }
  await appendReplyEvents(tx, recorded, recording);
  await recordWhatWasSeen(tx, [reply.command], recording);
};
