/** A `Date` for libraries that take one; everything of ours counts epoch milliseconds. */
export const dateAt = (atMs: number): Date => new Date(atMs);
