import { setTimeout as wait } from 'node:timers/promises';
import { DependencyUnavailable, ok, type Result, refuse } from '@tiktok-channel/platform/kernel';
import { databaseFailure, onDatabase, type SqlClient } from '@tiktok-channel/platform/postgres';
import type { BuildRefusal } from '../../application/build-ports.ts';
import { schemaOf } from './build.store.ts';
import { take } from './build-locks.ts';
import { type BuildRow, readBuildRows } from './build-rows.ts';
import type { Database } from './database.ts';

export interface BuildOptions {
  readonly database: Database;
  /** Whose positions the builds keep. */
  readonly group: string;
  /** What every build follows; an older version may have left positions in others. */
  readonly topics: readonly string[];
}

/** So many records behind the served build, a build gets the rest while that one stands still for a moment. */
const MOST_BEHIND = 1_000n;
const LOOKS_AT_POSITIONS = 100;
const LOOK_EVERY_MS = 50;
/** So long the served build may wait for an act, and an act for a batch. */
const LOCK_TIMEOUT_MS = 5_000;
const ACT_TIMEOUT_MS = 30_000;

/** An act on builds: all or nothing, one at a time. What is in its way for too long makes it an outage, to be tried again. */
export const acting = <T>(
  database: Database,
  work: (tx: SqlClient, builds: readonly BuildRow[]) => Promise<T>,
): Promise<T> =>
  onDatabase(async () => {
    try {
      return await database.$transaction(
        async (tx) => {
          await tx.$executeRawUnsafe(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`);
          await take(tx, 'acts');
          return work(tx, await readBuildRows(tx));
        },
        { timeout: ACT_TIMEOUT_MS, maxWait: ACT_TIMEOUT_MS },
      );
    } catch (error) {
      if (databaseFailure(error) === 'conflict') throw new DependencyUnavailable('database', error);
      throw error;
    }
  });

/** A build that follows the served one. */
export const followerIn = (builds: readonly BuildRow[], build: number): Result<BuildRow, BuildRefusal> => {
  const row = builds.find((each) => each.build === build);
  if (row === undefined) return refuse('build_unknown');
  return row.is_served ? refuse('build_served') : ok(row);
};

/**
 * Runs `work` while the served build stands still and the other has every record that it has. Nothing is written before: whoever
 * reads the change log does not notice the wait.
 */
export const whileMatched = <T>(
  { database, ...options }: BuildOptions,
  build: number,
  {
    judge = () => null,
    work,
  }: {
    /** A reason to refuse that is known beforehand. */
    readonly judge?: (builds: readonly BuildRow[]) => BuildRefusal | null;
    readonly work: (tx: SqlClient) => Promise<T>;
  },
): Promise<Result<T, BuildRefusal>> =>
  acting(database, async (tx, builds) => {
    const follower = followerIn(builds, build);
    if (!follower.ok) return follower;
    const refusal = judge(builds);
    if (refusal !== null) return refuse(refusal);
    if ((await recordsBehind(tx, options, build)) > MOST_BEHIND) return refuse('build_not_caught_up');
    await take(tx, 'served');
    if (!(await hasCaughtUp(tx, options, build))) return refuse('build_not_caught_up');
    await take(tx, 'following');
    return ok(await work(tx));
  });

const hasCaughtUp = async (tx: SqlClient, options: Omit<BuildOptions, 'database'>, build: number): Promise<boolean> => {
  for (let look = 1; look <= LOOKS_AT_POSITIONS; look += 1) {
    if ((await recordsBehind(tx, options, build)) === 0n) return true;
    await wait(LOOK_EVERY_MS);
  }
  return false;
};

const recordsBehind = async (
  tx: SqlClient,
  { group, topics }: Omit<BuildOptions, 'database'>,
  build: number,
): Promise<bigint> => {
  const [row] = await tx.$queryRawUnsafe<{ readonly behind: bigint }[]>(
    `SELECT coalesce(sum(served.next_offset - coalesce(follower.next_offset, 0)), 0)::bigint AS behind
       FROM consumer_positions served
       LEFT JOIN ${schemaOf(build)}.consumer_positions follower USING (consumer_group, topic, partition)
      WHERE consumer_group = $1 AND topic = ANY($2::text[])`,
    group,
    topics,
  );
  return row?.behind ?? 0n;
};
