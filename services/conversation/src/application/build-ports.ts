import type { Result } from '@tiktok-channel/platform/kernel';

/** A build of the projection: every table of it, made from the beginning of the topics. One is served. */
export interface Build {
  readonly build: number;
  readonly isServed: boolean;
  /** Null: the migrations made it. */
  readonly startedAt: number | null;
  readonly servedSince: number | null;
  /** Records that it could not read or store. */
  readonly leftOut: number;
  /** Readers are still being told what differs from the build that was served before. */
  readonly isTelling: boolean;
  /** Where it is, by `<topic>/<partition>`. */
  readonly positions: ReadonlyMap<string, bigint>;
}

/**
 * - `build_unknown`: there is none of that number (any more).
 * - `build_served`: it is the one that is served.
 * - `build_not_caught_up`: it lacks records that the served one has.
 * - `build_needed`: the served one took over from it, and not every difference has been told.
 * - `too_many_builds`: one has to be dropped first.
 * - `switch_unfinished`: the served build took over just now; only back from it can be switched.
 * - `history_incomplete`: a topic has lost its oldest records, and a build from it would lack what the served one has.
 */
export type BuildRefusal =
  | 'build_unknown'
  | 'build_served'
  | 'build_not_caught_up'
  | 'build_needed'
  | 'too_many_builds'
  | 'switch_unfinished'
  | 'history_incomplete';

export interface TableCount {
  readonly table: string;
  readonly served: number;
  readonly build: number;
}

/** How rows of one table differ, and never what is in them. */
export interface FoundDifference {
  readonly table: string;
  readonly kind: 'differs' | 'only_served' | 'only_build';
  /** Null where whole rows are in one build alone. */
  readonly column: string | null;
  readonly rows: number;
}

export interface ConversationDifference {
  readonly channelId: string;
  /** Null for what belongs to a channel alone. */
  readonly conversationId: string | null;
  readonly found: readonly FoundDifference[];
}

export interface Comparison {
  readonly build: number;
  readonly servedBuild: number;
  readonly tables: readonly (TableCount & { readonly differing: number })[];
  readonly differences: readonly ConversationDifference[];
  /** More conversations differ than are listed. */
  readonly hasMore: boolean;
}

/** What is done with builds. One act at a time, of all replicas. */
export interface ProjectionBuilds {
  list(): Promise<readonly Build[]>;
  /** Makes the tables of a new build, empty; answers its number. */
  start(atMs: number): Promise<Result<number, BuildRefusal>>;
  /** Begins to compare all rows of both, at the same positions. */
  compare(build: number): Promise<Result<{ readonly comparison: Promise<Comparison> }, BuildRefusal>>;
  /** From here on every query reads it, in every replica. */
  switchTo(build: number, atMs: number): Promise<Result<void, BuildRefusal>>;
  drop(build: number): Promise<Result<void, BuildRefusal>>;
}

/** A build that is not served follows the one that is. */
export interface BuildFollowing {
  /** Numbers of the builds that are not served. */
  followers(): Promise<readonly number[]>;
  countLeftOut(build: number, records: number): Promise<void>;
  /** How far the served build is in a partition: a build that follows never passes it. */
  servedPosition(partition: { readonly topic: string; readonly partition: number }): Promise<bigint>;
}

/**
 * Tells what differs after a switch; answers false when there is nothing to tell, or another replica is at it. `now` is the time of
 * each part.
 */
export type TellDifferences = (now: () => number) => Promise<boolean>;
