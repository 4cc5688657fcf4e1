import type { Admin, Kafka } from '@tiktok-channel/platform/kafka';

export interface ChannelChangesOptions {
  readonly kafka: Pick<Kafka, 'createReader'>;
  readonly admin: Pick<Admin, 'endOffsets'>;
  readonly topic: string;
  /** Of this process alone: every replica hears of every change. */
  readonly group: string;
  readonly onChange: (channelId: string) => void;
  readonly onFatal: (error: Error) => void;
}

/**
 * Says which channels change from now on: every record of this topic says that something about its channel has, so the key is
 * enough. Nothing is remembered of a channel before this has started, so older records are of no use.
 */
export const createChannelChanges = (options: ChannelChangesOptions) => {
  const { kafka, admin, topic, group, onChange, onFatal } = options;
  let stop: () => Promise<void> = async () => {};
  return {
    start: async (): Promise<void> => {
      const reader = kafka.createReader({
        topic,
        group,
        from: await admin.endOffsets(topic),
        read: async ({ records }) => {
          for (const { key } of records) if (key !== null) onChange(key);
        },
        onFatal,
      });
      stop = reader.stop;
      await reader.start();
    },
    stop: () => stop(),
  };
};
