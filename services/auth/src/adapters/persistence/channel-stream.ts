import { type Append, createCommandHandler, VersionConflict } from '@tiktok-channel/platform/event-sourcing';
import type { Clock, Result } from '@tiktok-channel/platform/kernel';
import type { OutboxRow } from '@tiktok-channel/platform/outbox';
import { appendToStream, databaseFailure, enqueue, loadStream, onDatabase } from '@tiktok-channel/platform/postgres';
import {
  type Channel,
  type ChannelCommand,
  type ChannelEvent,
  type ChannelRefusal,
  channelDecider,
  isReleased,
} from '../../domain/channel.ts';
import type { Database, Transaction } from './database.ts';

/**
 * Handles a command on a channel's stream. `beside` is written in the transaction of the events, also when no event
 * follows, and answers what else is to be published; what it throws undoes everything.
 */
export type HandleChannelCommand = (
  channelId: string,
  command: ChannelCommand,
  beside: (tx: Transaction, events: readonly ChannelEvent[]) => Promise<readonly OutboxRow[]>,
) => Promise<Result<readonly ChannelEvent[], ChannelRefusal>>;

export const streamIdOf = (channelId: string): string => `channel-${channelId}`;

interface Dependencies {
  readonly database: Database;
  readonly clock: Clock;
  readonly publish: (streamId: string, version: number, event: ChannelEvent) => OutboxRow;
  /** After a commit: wakes the relay. */
  readonly onEnqueued: () => void;
  /** After a commit. */
  readonly report: (event: ChannelEvent) => void;
}

export const createChannelStream =
  ({ database, clock, publish, onEnqueued, report }: Dependencies): HandleChannelCommand =>
  async (channelId, command, beside) => {
    const streamId = streamIdOf(channelId);
    const append = async ({ expectedVersion, events, outbox }: Append<ChannelEvent, OutboxRow>): Promise<void> => {
      const atMs = clock.now();
      const write = async (tx: Transaction): Promise<void> => {
        await appendToStream(tx, { streamId, expectedVersion, events, atMs });
        await project(tx, events);
        await enqueue(tx, [...outbox, ...(await beside(tx, events))], atMs);
      };
      await onDatabase(() => orConflict(() => database.$transaction(write), { streamId, expectedVersion }));
      onEnqueued();
      for (const event of events) report(event);
    };
    const handle = createCommandHandler({
      decider: channelDecider,
      store: {
        load: () =>
          onDatabase(async () =>
            (await loadStream(database, streamId)).map(({ data }) => upcast(data as ChannelEvent)),
          ),
        append,
      },
      publish: ({ version, event }) => [publish(streamId, version, event)],
    });

    const handled = await handle(streamId, command);
    if (handled.ok && handled.value.length === 0)
      await append({ streamId, expectedVersion: 0, events: [], outbox: [] });
    return handled;
  };

const orConflict = async (
  work: () => Promise<void>,
  stream: { readonly streamId: string; readonly expectedVersion: number },
): Promise<void> => {
  try {
    await work();
  } catch (error) {
    if (databaseFailure(error) !== 'conflict') throw error;
    throw new VersionConflict({ ...stream, cause: error });
  }
};

/** Events of before reasons were kept have none. */
const upcast = (event: ChannelEvent): ChannelEvent => ({
  ...event,
  channel: { ...event.channel, statusReason: event.channel.statusReason ?? null },
});

/** The expected version has ordered the appends, so the last event's state is the newest. A released channel is nobody's. */
const project = async (tx: Transaction, events: readonly ChannelEvent[]): Promise<void> => {
  const newest = events.at(-1);
  if (newest === undefined) return;
  if (isReleased(newest.channel)) {
    await tx.channel.deleteMany({ where: { channelId: newest.channel.channelId } });
    return;
  }
  const { channelId, ...rest } = rowOf(newest.channel);
  await tx.channel.upsert({ where: { channelId }, create: { channelId, ...rest }, update: rest });
};

const rowOf = ({ authorizedAtMs, visibleFromMs, grantedScopes, missingScopes, ...rest }: Channel) => ({
  ...rest,
  grantedScopes: [...grantedScopes],
  missingScopes: [...missingScopes],
  authorizedAt: BigInt(authorizedAtMs),
  visibleFrom: visibleFromMs === null ? null : BigInt(visibleFromMs),
});
