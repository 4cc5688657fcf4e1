import { setTimeout as pause } from 'node:timers/promises';
import type { Admin, Kafka } from '@tiktok-channel/platform/kafka';
import type { Logger } from '@tiktok-channel/platform/kernel';

const AGAIN_AFTER_MS = 1_000;

export interface ChannelChangesOptions {
  readonly kafka: Pick<Kafka, 'createReader'>;
  readonly admin: Pick<Admin, 'endOffsets'>;
  readonly topic: string;
  /** Of this process alone: every replica hears of every change. */
  readonly group: string;
  readonly onChange: (channelId: string) => void;
  readonly onFatal: (error: Error) => void;
  readonly logger: Logger;
}

/**
 * Says which channels change from now on: every record of this topic says that something about its channel has, so the key is
 * enough. Nothing is remembered of a channel before this has started, so older records are of no use.
 */
export const createChannelChanges = (options: ChannelChangesOptions) => {
  const { kafka, admin, topic, group, onChange, onFatal, logger } = options;
  let stop: () => Promise<void> = async () => {};
  let isStopping = false;
  /** However long the broker takes; null when the process ends meanwhile. */
  const findEnds = async (): Promise<ReadonlyMap<number, bigint> | null> => {
    while (!isStopping) {
      try {
        return await admin.endOffsets(topic);
      } catch (error) {
        logger.warn('channel_changes.waiting', { topic }, error);
        await pause(AGAIN_AFTER_MS);
      }
    }
    return null;
  };
  return {
    start: async (): Promise<void> => {
      const from = await findEnds();
      if (from === null) return;
      const reader = kafka.createReader({
        topic,
        group,
        from,
        read: async ({ records }) => {
          for (const { key } of records) if (key !== null) onChange(key);
        },
        onFatal,
      });
      stop = reader.stop;
      await reader.start();
    },
    stop: () => {
      isStopping = true;
      return stop();
    },
  };
};
