import type { Lineage } from '../../api/types.ts';
import { words } from '../../words.ts';

export interface Step {
  readonly what: string;
  /** Epoch milliseconds. */
  readonly atMs: number;
  /** Since the step before; null for the first. */
  readonly afterMs: number | null;
}

type Happened = Omit<Step, 'afterMs'>;

const { step: texts } = words.operations.lineage;

type Moment = keyof NonNullable<Lineage['reply']>['times'];

/** In the order in which they follow, for those of the same millisecond. */
const REPLY_MOMENTS: readonly Moment[] = [
  'queuedAt',
  'delayedAt',
  'unknownAt',
  'settledAt',
  'failedAt',
  'cancelledAt',
  'sentAt',
  'deliveredAt',
  'readAt',
];

/** What is known to have happened, from the first to the last. */
export const stepsOf = ({ message, reply }: Lineage): readonly Step[] => {
  const steps = [
    step(texts.requestedAt, reply?.requestedAt),
    ...REPLY_MOMENTS.map((moment) => step(texts[moment], reply?.times[moment])),
    ...messageSteps(message),
  ];
  return steps
    .flat()
    .toSorted((one, other) => one.atMs - other.atMs)
    .map((happened, index, all) => ({ ...happened, afterMs: sincePrevious(happened, all[index - 1]) }));
};

const sincePrevious = ({ atMs }: Happened, previous: Happened | undefined): number | null =>
  previous === undefined ? null : atMs - previous.atMs;

const messageSteps = (message: Lineage['message']): readonly (readonly Happened[])[] => {
  if (message === null) return [];
  const { direction, sentAt, receivedAt } = message;
  return direction === 'incoming'
    ? [step(texts.written, sentAt), step(texts.received, receivedAt)]
    : [step(texts.echoed, receivedAt)];
};

const step = (what: string, atMs: number | null | undefined): readonly Happened[] =>
  atMs === null || atMs === undefined ? [] : [{ what, atMs }];
