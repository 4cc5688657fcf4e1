/**
 * What should become of a consumed record.
 *
 * - `done`, `skip`: its offset moves; `reason` of a skip is a closed snake_case word that is counted.
 * - `retry`: its offset stays and its partition pauses for `afterMs`; for a dependency that is away, without bound.
 * - `deadLetter`: it is published to the dead-letter topic with `reason`, then its offset moves.
 */
export type MessageOutcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'skip'; readonly reason: string }
  | { readonly kind: 'retry'; readonly reason: string; readonly afterMs: number }
  | { readonly kind: 'deadLetter'; readonly reason: string };
