import { type Result, refuse } from '@tiktok-channel/platform/kernel';
import type { Build, BuildRefusal, ProjectionBuilds } from './build-ports.ts';

/** Where a topic's partitions begin and end; keys are `<topic>/<partition>`. Rejects while the broker is away. */
export type ReadLogRanges = () => Promise<ReadonlyMap<string, LogRange>>;

export interface LogRange {
  readonly topic: string;
  readonly partition: number;
  /** The first offset that is there. */
  readonly low: bigint;
  readonly high: bigint;
  /** It is to hold every record for ever. */
  readonly isKept: boolean;
}

export interface PartitionView {
  readonly topic: string;
  readonly partition: number;
  readonly position: number;
  readonly endOffset: number;
}

export interface BuildView extends Omit<Build, 'positions' | 'isServed'> {
  readonly state: 'served' | 'building' | 'caught_up';
  /** Records that the served build has and this one lacks. */
  readonly behind: number;
  readonly partitions: readonly PartitionView[];
}

/** All builds with how far each is. */
export const createShowBuilds =
  ({ builds, readLogRanges }: { readonly builds: ProjectionBuilds; readonly readLogRanges: ReadLogRanges }) =>
  async (): Promise<readonly BuildView[]> => {
    const all = await builds.list();
    // Asked later than the positions: an end is never before one.
    const ranges = [...(await readLogRanges()).values()];
    const served = all.find(({ isServed }) => isServed);
    return all.map((build) => viewOf(build, served ?? build, ranges));
  };

const viewOf = ({ positions, isServed, ...build }: Build, served: Build, ranges: readonly LogRange[]): BuildView => {
  const partitions = ranges.map(({ topic, partition, low, high }) => {
    const position = positions.get(`${topic}/${partition}`) ?? 0n;
    return { topic, partition, position: Number(position > low ? position : low), endOffset: Number(high) };
  });
  const aims = ranges.map(({ topic, partition }) => `${topic}/${partition}`);
  const behind = sum(aims.map((key) => (served.positions.get(key) ?? 0n) - (positions.get(key) ?? 0n)));
  const state = isServed ? 'served' : isCaughtUp(behind, partitions) ? 'caught_up' : 'building';
  return { ...build, state, behind: Number(behind), partitions };
};

/** While records arrive a build is always some behind: it counts as caught up when a switch would wait for no more than a moment. */
const MOST_BEHIND = 1_000n;

const isCaughtUp = (behind: bigint, partitions: readonly PartitionView[]): boolean => {
  const total = partitions.reduce((all, { endOffset }) => all + endOffset, 0);
  return behind === 0n || (behind <= MOST_BEHIND && Number(behind) * 100 <= total);
};

const sum = (numbers: readonly bigint[]): bigint => numbers.reduce((all, each) => all + each, 0n);

/** Begins a build, unless what it would read is not whole any more. */
export const createStartBuild =
  ({ builds, readLogRanges }: { readonly builds: ProjectionBuilds; readonly readLogRanges: ReadLogRanges }) =>
  async (atMs: number): Promise<Result<number, BuildRefusal>> => {
    const ranges = [...(await readLogRanges()).values()];
    if (ranges.some(({ low, isKept }) => low > 0n && isKept)) return refuse('history_incomplete');
    return builds.start(atMs);
  };
