/** An uncertain reply that TikTok's content list does not have counts as absent from so long after its deadline on. */
const ABSENCE_COUNTS_AFTER_MS = 120_000;

/** Two reads of the list that are closer than this count as one. */
const BETWEEN_ABSENCES_MS = 30_000;

/** From so long after its deadline on nobody looks any more: the reply is settled as unknown. */
export const SETTLED_AFTER_MS = 600_000;

/** An attempt at TikTok. Times are epoch milliseconds of our clock but for `newestKnownMs`. */
export interface Attempt {
  readonly startedMs: number;
  readonly deadlineMs: number;
  /** TikTok's time of the newest message known in the conversation: what is ours is newer. */
  readonly newestKnownMs: number;
}

/** What a list without the reply proves at that time: nothing yet, a first time, or that it never arrived. */
export const absenceAt = (
  { deadlineMs }: Attempt,
  firstSeenMs: number | null,
  atMs: number,
): 'proves_nothing' | 'first' | 'proven' => {
  if (atMs < deadlineMs + ABSENCE_COUNTS_AFTER_MS) return 'proves_nothing';
  if (firstSeenMs === null) return 'first';
  return atMs < firstSeenMs + BETWEEN_ABSENCES_MS ? 'proves_nothing' : 'proven';
};

/** Times at which the list is read, after the reply became uncertain: soon for what echoes lost, late for what never arrived. */
const READ_AFTER_MS = [5_000, 30_000, ABSENCE_COUNTS_AFTER_MS, ABSENCE_COUNTS_AFTER_MS + BETWEEN_ABSENCES_MS] as const;
const READ_AGAIN_EVERY_MS = 60_000;

/** When the list is to be read next, after `reads` reads since `sinceMs`. */
export const nextReadMs = (sinceMs: number, reads: number): number => {
  const planned = READ_AFTER_MS[reads];
  if (planned !== undefined) return sinceMs + planned;
  const last = READ_AFTER_MS[READ_AFTER_MS.length - 1] ?? 0;
  return sinceMs + last + (reads - READ_AFTER_MS.length + 1) * READ_AGAIN_EVERY_MS;
};
