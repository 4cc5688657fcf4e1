import type { SqlClient } from '@tiktok-channel/platform/postgres';
import type { Build } from '../../application/build-ports.ts';
import { schemaOf } from './build.store.ts';

export interface BuildRow {
  readonly build: number;
  readonly is_served: boolean;
  readonly started_at: bigint | null;
  readonly served_since: bigint | null;
  readonly left_out: bigint;
  readonly tells_from: number | null;
}

export const readBuildRows = (tx: SqlClient): Promise<readonly BuildRow[]> =>
  tx.$queryRawUnsafe<BuildRow[]>('SELECT * FROM projection_builds ORDER BY build');

/** Before the name of a table of the build; nothing for the served one, which is what a name without a schema means. */
export const prefixOf = ({ build, is_served: isServed }: Pick<BuildRow, 'build' | 'is_served'>): string =>
  isServed ? '' : `${schemaOf(build)}.`;

interface PositionRow {
  readonly place: string;
  readonly next_offset: bigint;
}

/** To be called while no act on builds is under way. */
export const readBuild = async (tx: SqlClient, row: BuildRow, group: string): Promise<Build> => {
  const positions = await tx.$queryRawUnsafe<PositionRow[]>(
    `SELECT topic || '/' || partition AS place, next_offset FROM ${prefixOf(row)}consumer_positions WHERE consumer_group = $1`,
    group,
  );
  return {
    build: row.build,
    isServed: row.is_served,
    startedAt: row.started_at === null ? null : Number(row.started_at),
    servedSince: row.served_since === null ? null : Number(row.served_since),
    leftOut: Number(row.left_out),
    isTelling: row.tells_from !== null,
    positions: new Map(positions.map(({ place, next_offset: offset }) => [place, offset])),
  };
};

/** The schema in which a name without one is found. */
export const servedSchema = async (tx: SqlClient): Promise<string> => {
  const [row] = await tx.$queryRawUnsafe<{ readonly name: string }[]>(
    `SELECT relnamespace::regnamespace::text AS name FROM pg_class WHERE oid = 'consumer_positions'::regclass`,
  );
  if (row === undefined) throw new Error('no build of the projection is served');
  return row.name;
};

export const tablesOf = async (tx: SqlClient, schema: string): Promise<readonly string[]> => {
  const rows = await tx.$queryRawUnsafe<{ readonly name: string }[]>(
    `SELECT relname::text AS name FROM pg_class WHERE relnamespace = to_regnamespace($1::text) AND relkind = 'r' ORDER BY relname`,
    schema,
  );
  return rows.map(({ name }) => name);
};
