/** How the age of a valid signature was judged. `admitted`: too old, taken all the same since a setting says so. */
export type Age = 'fresh' | 'admitted' | 'stale' | 'future';

export interface AgeLimits {
  /** How far the stamp may be from the arrival, either way. */
  readonly toleranceMs: number;
  /** Older stamps up to this age are admitted: repeats are harmless, so loss is the worse fault. At most TikTok's 72 hours. */
  readonly admitStaleMs: number;
}

/** Judged against the arrival and not against the end of the work: a slow path must not make a live delivery look stale. */
export const judgeAge = (signedAtMs: number, arrivedAtMs: number, limits: AgeLimits): Age => {
  const ageMs = arrivedAtMs - signedAtMs;
  if (ageMs < -limits.toleranceMs) return 'future';
  if (ageMs <= limits.toleranceMs) return 'fresh';
  return ageMs <= limits.admitStaleMs ? 'admitted' : 'stale';
};
