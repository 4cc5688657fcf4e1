import type { ConsumerReport } from '../../api/types.ts';

export type ConsumerState = ConsumerReport['state'];

/** One group in one topic. */
export interface ConsumerLine {
  readonly group: string;
  readonly topic: string;
  /** Null when the end or the position of a partition is not known. */
  readonly lag: number | null;
  /** Epoch milliseconds. */
  readonly lastProgressAt: number | null;
  readonly state: ConsumerState;
  readonly reason: string | null;
  /** How many it has. */
  readonly partitions: number;
  /** Those that are not through. */
  readonly behind: readonly ConsumerReport[];
}

/** The worst of a topic's partitions stands for it. */
const WORST_FIRST: readonly ConsumerState[] = ['retrying', 'running', 'elsewhere', 'idle'];

export const linesOf = (reports: readonly ConsumerReport[]): readonly ConsumerLine[] => {
  const lines = new Map<string, ConsumerReport[]>();
  for (const report of reports) {
    const key = `${report.group} ${report.topic}`;
    lines.set(key, [...(lines.get(key) ?? []), report]);
  }
  return [...lines.values()].flatMap(([first, ...others]) => (first === undefined ? [] : [lineOf([first, ...others])]));
};

const lineOf = (partitions: readonly [ConsumerReport, ...ConsumerReport[]]): ConsumerLine => {
  const [{ group, topic }] = partitions;
  const times = partitions.flatMap(({ lastProgressAt }) => lastProgressAt ?? []);
  return {
    group,
    topic,
    lag: partitions.reduce<number | null>((sum, { lag }) => (sum === null || lag === null ? null : sum + lag), 0),
    lastProgressAt: times.length === 0 ? null : Math.max(...times),
    state: WORST_FIRST.find((state) => partitions.some((partition) => partition.state === state)) ?? 'idle',
    reason: partitions.find(({ reason }) => reason !== null)?.reason ?? null,
    partitions: partitions.length,
    behind: partitions.filter(({ lag, state }) => lag !== 0 || state === 'retrying'),
  };
};
