import { unavailable } from '@tiktok-channel/platform/http-server';
import type { Admin, Kafka } from '@tiktok-channel/platform/kafka';
import type { Part } from '@tiktok-channel/platform/lifecycle';
import { topics } from '@tiktok-channel/schemas';
import type { LogRange, ReadLogRanges } from '../../application/show-builds.ts';
import { FOLLOWED_TOPICS } from './projection.consumer.ts';

/** The others lose records in time, and nothing with them: what they hold is there, or newer, or was on one of these. */
const KEPT: ReadonlySet<string> = new Set(
  Object.values(topics)
    .filter(({ cleanup, retentionDays }) => cleanup === 'delete' && retentionDays === null)
    .map(({ name }) => name),
);

export interface LogRanges extends Part {
  readonly read: ReadLogRanges;
}

/** Of the topics that the projection reads. It connects when it is asked. */
export const createLogRanges = (kafka: Pick<Kafka, 'createAdmin'>): LogRanges => {
  const admin = kafka.createAdmin();
  const rangesOf = async (topic: string): Promise<readonly LogRange[]> => {
    const ranges = await admin.logRanges(topic);
    return Array.from(ranges, ([partition, range]) => ({
      topic,
      partition,
      ...range,
      isKept: KEPT.has(topic),
    })).toSorted((one, other) => one.partition - other.partition);
  };
  return {
    name: 'ends of topics',
    stop: () => admin.stop(),
    read: async () => {
      const ranges = await onBroker(admin, () => Promise.all(FOLLOWED_TOPICS.map(rangesOf)));
      return new Map(ranges.flat().map((range) => [`${range.topic}/${range.partition}`, range]));
    },
  };
};

const onBroker = async <T>(admin: Admin, work: () => Promise<T>): Promise<T> => {
  try {
    await admin.start();
    return await work();
  } catch {
    // Whatever it is: the ends of topics are not to be had now. What is wrong with the broker, consumers log.
    throw unavailable('the broker does not answer, so how far builds are is not known');
  }
};
