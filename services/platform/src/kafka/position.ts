import type { DeadLetter, DeadLetters } from './dead-letters.ts';
import type { TopicPartition } from './records.ts';
import { elapsedMs } from './wait.ts';

/** Where a partition is. It moves on as records take effect, and is made anew when it is read from the store. */
export interface Position extends TopicPartition {
  /** The next record to process. */
  nextOffset: bigint;
  /** What the handler's store holds: below `nextOffset` after records that nobody is handed (control records). */
  expectedOffset: bigint;
  /** Dead letters from `nextOffset` on that are written already: what follows them may have to be repeated for long. */
  readonly deadLettered: Set<bigint>;
  /** When it last moved, in `elapsedMs`; at first when it was made. */
  movedAt: number;
  hasMoved: boolean;
  /** Why it had to wait, until it moves again. */
  trouble: string | null;
}

/** How a fetched batch ended. The position has moved over what took effect, whatever the ending. */
export type Ending =
  | { readonly kind: 'finished' }
  | { readonly kind: 'pause'; readonly reason: string; readonly afterMs: number }
  | { readonly kind: 'superseded' }
  | { readonly kind: 'stopped' };

export const createPosition = (
  { topic, partition }: TopicPartition,
  offsets: { readonly stored: bigint; readonly next: bigint },
): Position => ({
  topic,
  partition,
  nextOffset: offsets.next,
  expectedOffset: offsets.stored,
  deadLettered: new Set(),
  movedAt: elapsedMs(),
  hasMoved: false,
  trouble: null,
});

export const movePosition = (position: Position, offset: bigint): void => {
  position.nextOffset = offset;
  position.expectedOffset = offset;
  position.movedAt = elapsedMs();
  position.hasMoved = true;
  position.trouble = null;
  for (const written of position.deadLettered) if (written < offset) position.deadLettered.delete(written);
};

/** False when the dead-letter topic did not take them. */
export const publishOnce = async (
  deadLetters: DeadLetters,
  position: Position,
  letters: readonly DeadLetter[],
): Promise<boolean> => {
  const unwritten = letters.filter(({ record }) => !position.deadLettered.has(record.offset));
  if (!(await deadLetters.publish(unwritten))) return false;
  for (const { record } of unwritten) position.deadLettered.add(record.offset);
  return true;
};

const DEAD_LETTERS_AGAIN_AFTER_MS = 1_000;

export const DEAD_LETTERS_FAILED: Ending = {
  kind: 'pause',
  reason: 'dead_letters_failed',
  afterMs: DEAD_LETTERS_AGAIN_AFTER_MS,
};
