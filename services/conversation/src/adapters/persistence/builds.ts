import { ok, refuse } from '@tiktok-channel/platform/kernel';
import { onDatabase, type SqlClient } from '@tiktok-channel/platform/postgres';
import type { ProjectionBuilds } from '../../application/build-ports.ts';
import { schemaOf } from './build.store.ts';
import { compareBuilds } from './build-comparison.ts';
import { share, take } from './build-locks.ts';
import { acting, type BuildOptions, followerIn, whileMatched } from './build-matching.ts';
import { type BuildRow, readBuild, readBuildRows, servedSchema, tablesOf } from './build-rows.ts';

/** The served one, the one before it, and a new one. */
const MOST_BUILDS = 3;

export const createProjectionBuilds = (options: BuildOptions): ProjectionBuilds => {
  const { database, group } = options;
  return {
    list: () =>
      onDatabase(() =>
        database.$transaction(async (tx) => {
          await share(tx, 'acts');
          const builds = [];
          for (const row of await readBuildRows(tx)) builds.push(await readBuild(tx, row, group));
          return builds;
        }),
      ),

    start: (atMs) =>
      acting(database, async (tx, builds) =>
        builds.length < MOST_BUILDS ? ok(await createBuild(tx, atMs)) : refuse('too_many_builds'),
      ),

    compare: (build) => compareBuilds(options, build),

    switchTo: async (build, atMs) => {
      await analyze(database, schemaOf(build));
      return whileMatched(options, build, {
        // Back to the one before is a switch like any other: the same two builds are told about, from the start.
        judge: (builds) => ([null, build].includes(servedIn(builds).tells_from) ? null : 'switch_unfinished'),
        work: (tx) => serve(tx, build, atMs),
      });
    },

    drop: (build) =>
      acting(database, async (tx, builds) => {
        const follower = followerIn(builds, build);
        if (!follower.ok) return follower;
        if (servedIn(builds).tells_from === build) return refuse('build_needed');
        await take(tx, 'following');
        await tx.$executeRawUnsafe('DELETE FROM projection_builds WHERE build = $1::int', build);
        await tx.$executeRawUnsafe(`DROP SCHEMA ${schemaOf(build)} CASCADE`);
        return ok(undefined);
      }),
  };
};

const servedIn = (builds: readonly BuildRow[]): BuildRow => {
  const served = builds.find(({ is_served: isServed }) => isServed);
  if (served === undefined) throw new Error('no build of the projection is served');
  return served;
};

/** The tables are copied from the served build, so that migrations are the one place that says what they are. */
const createBuild = async (tx: SqlClient, atMs: number): Promise<number> => {
  const [made] = await tx.$queryRawUnsafe<{ readonly build: number }[]>(
    'INSERT INTO projection_builds (started_at) VALUES ($1::bigint) RETURNING build',
    atMs,
  );
  if (made === undefined) throw new Error('a build was not inserted');
  const [served, schema] = [await servedSchema(tx), schemaOf(made.build)];
  await tx.$executeRawUnsafe(`CREATE SCHEMA ${schema}`);
  for (const table of await tablesOf(tx, served)) {
    await tx.$executeRawUnsafe(`CREATE TABLE ${schema}.${table} (LIKE ${served}.${table} INCLUDING ALL)`);
  }
  return made.build;
};

/** The planner knows nothing yet of tables that were filled just now. */
const analyze = (database: BuildOptions['database'], schema: string): Promise<void> =>
  onDatabase(async () => {
    const tables = await tablesOf(database, schema);
    if (tables.length === 0) return;
    await database.$executeRawUnsafe(`ANALYZE ${tables.map((table) => `${schema}.${table}`).join(', ')}`);
  });

/** Two renames: whoever looks a name up from here on finds the other build, and whoever reads already reads on. */
const serve = async (tx: SqlClient, build: number, atMs: number): Promise<void> => {
  const before = servedIn(await readBuildRows(tx));
  const [schema, served] = [schemaOf(build), await servedSchema(tx)];
  if (served !== schemaOf(before.build)) await rename(tx, served, schemaOf(before.build));
  await rename(tx, schema, SERVED_SCHEMA);
  await tx.$executeRawUnsafe(
    'UPDATE projection_builds SET is_served = false, served_since = NULL, tells_from = NULL WHERE is_served',
  );
  await tx.$executeRawUnsafe(
    'UPDATE projection_builds SET is_served = true, served_since = $2::bigint, tells_from = $3::int WHERE build = $1::int',
    build,
    atMs,
    before.build,
  );
};

const SERVED_SCHEMA = 'projection';

const rename = (tx: SqlClient, from: string, to: string): Promise<number> =>
  tx.$executeRawUnsafe(`ALTER SCHEMA ${from} RENAME TO ${to}`);
