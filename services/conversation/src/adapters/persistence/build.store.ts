import type { PositionReader } from '@tiktok-channel/platform/kafka';
import { onDatabase, readPositions, type SqlClient } from '@tiktok-channel/platform/postgres';
import type { BuildFollowing } from '../../application/build-ports.ts';
import type { ProjectionStore } from '../../application/ports.ts';
import { share } from './build-locks.ts';
import type { Database } from './database.ts';
import { applying, movePositionOrRollBack, Superseded } from './projection.store.ts';
import { writeFactsUntold } from './projection.ts';

/** The tables of one build that is not served. Nothing beside them is written: no change, no media, no customer. */
export const createBuildStore = ({
  database,
  group,
  build,
}: {
  readonly database: Database;
  /** Whose positions the builds keep, which is the same in all: the build that is served next goes on with its own. */
  readonly group: string;
  readonly build: number;
}): ProjectionStore & PositionReader => ({
  read: (_group, partitions) =>
    database.$transaction(async (tx) => {
      await enter(tx, build);
      return readPositions(tx, group, partitions);
    }),
  apply: ({ facts, position }) =>
    applying(database, facts, async (tx) => {
      await enter(tx, build);
      await writeFactsUntold(tx, facts);
      await movePositionOrRollBack(tx, group, position);
    }),
});

/** For the rest of the transaction names mean the build's tables and nothing else, and it is neither switched to nor dropped. */
export const enter = async (tx: SqlClient, build: number): Promise<void> => {
  await share(tx, 'following');
  const entered = await tx.$queryRawUnsafe<unknown[]>(
    `SELECT set_config('search_path', $2, true) FROM projection_builds WHERE build = $1::int AND NOT is_served`,
    build,
    schemaOf(build),
  );
  if (entered.length === 0) throw new Superseded();
};

/** Of a build that is not served. */
export const schemaOf = (build: number): string => `projection_${build}`;

export const createBuildFollowing = (database: Database, group: string): BuildFollowing => ({
  followers: () =>
    onDatabase(async () => {
      const rows = await database.$queryRawUnsafe<{ readonly build: number }[]>(
        'SELECT build FROM projection_builds WHERE NOT is_served ORDER BY build',
      );
      return rows.map(({ build }) => build);
    }),
  countLeftOut: (build, records) =>
    onDatabase(async () => {
      await database.$executeRawUnsafe(
        'UPDATE projection_builds SET left_out = left_out + $2::bigint WHERE build = $1::int',
        build,
        records,
      );
    }),
  servedPosition: ({ topic, partition }) =>
    onDatabase(async () => {
      const positions = await readPositions(database, group, [{ topic, partition }]);
      return positions.get(`${topic}/${partition}`) ?? 0n;
    }),
});
