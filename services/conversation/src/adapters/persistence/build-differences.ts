import type { SqlClient } from '@tiktok-channel/platform/postgres';

/** A row that is not the same in two builds, by its ids. */
export interface RowDifference {
  readonly table: string;
  readonly channelId: string;
  /** Null for what belongs to a channel alone. */
  readonly conversationId: string | null;
  /** A message's or a reply's id; of a notice its time; of a channel the account that the left build gives it to. */
  readonly subjectId: string | null;
  readonly kind: 'differs' | 'only_left' | 'only_right';
  /** Columns whose values differ; empty where the row is in one build alone. */
  readonly columns: readonly string[];
}

/** Names of two schemas with the same tables. */
export interface Sides {
  readonly left: string;
  readonly right: string;
}

interface TableShape {
  readonly table_name: string;
  readonly key: readonly string[];
  readonly others: readonly string[];
}

/** Reads on from where it was; empty at the end. */
export type ReadDifferences = () => Promise<readonly RowDifference[]>;

const ROWS_AT_ONCE = 1_000;

/**
 * Begins to compare all rows of all tables, in the snapshot that `tx` has: memory stays flat on both sides, and the tables are held from
 * here on, whatever becomes of their names.
 */
export const beginDifferences = async (tx: SqlClient, sides: Sides): Promise<ReadDifferences> => {
  const shapes = await tx.$queryRawUnsafe<TableShape[]>(SHAPES_SQL, sides.left);
  const sql = shapes.map((shape) => differencesSql(shape, sides)).join('\nUNION ALL\n');
  await tx.$executeRawUnsafe(`DECLARE differences NO SCROLL CURSOR FOR ${sql}`);
  return async () => {
    const rows = await tx.$queryRawUnsafe<DifferenceRow[]>(`FETCH ${ROWS_AT_ONCE} FROM differences`);
    return rows.map(differenceOf);
  };
};

export interface RowCount {
  readonly table: string;
  readonly left: number;
  readonly right: number;
}

/** The same for the numbers of rows. */
export const beginCounts = async (tx: SqlClient, sides: Sides): Promise<() => Promise<readonly RowCount[]>> => {
  const shapes = await tx.$queryRawUnsafe<TableShape[]>(SHAPES_SQL, sides.left);
  const sql = shapes.map(({ table_name: table }) => countSql(table, sides)).join('\nUNION ALL\n');
  await tx.$executeRawUnsafe(`DECLARE counts NO SCROLL CURSOR FOR ${sql}`);
  return async () => {
    const rows = await tx.$queryRawUnsafe<CountRow[]>('FETCH ALL FROM counts');
    return rows.map(({ table_name: table, left, right }) => ({ table, left: Number(left), right: Number(right) }));
  };
};

interface DifferenceRow {
  readonly table_name: string;
  readonly channel_id: string;
  readonly conversation_id: string | null;
  readonly subject_id: string | null;
  readonly kind: RowDifference['kind'];
  readonly columns: readonly string[];
}

interface CountRow {
  readonly table_name: string;
  readonly left: bigint;
  readonly right: bigint;
}

const differenceOf = (row: DifferenceRow): RowDifference => ({
  table: row.table_name,
  channelId: row.channel_id,
  conversationId: row.conversation_id,
  subjectId: row.subject_id,
  kind: row.kind,
  columns: row.columns,
});

/** Tables of facts and what is derived from them, with the columns of their keys and all others. */
const SHAPES_SQL = `
SELECT t.relname::text AS table_name,
       array_agg(c.attname::text ORDER BY c.attnum) FILTER (WHERE c.attnum = ANY (key.indkey)) AS key,
       coalesce(array_agg(c.attname::text ORDER BY c.attnum) FILTER (WHERE c.attnum <> ALL (key.indkey)), '{}') AS others
  FROM pg_class t
  JOIN pg_index key ON key.indrelid = t.oid AND key.indisprimary
  JOIN pg_attribute c ON c.attrelid = t.oid AND c.attnum > 0 AND NOT c.attisdropped
 WHERE t.relnamespace = to_regnamespace($1::text) AND t.relkind = 'r' AND t.relname <> 'consumer_positions'
 GROUP BY t.relname ORDER BY t.relname`;

/** What stands for a row beside its conversation; of other tables nothing does. */
const SUBJECTS: Readonly<Record<string, string>> = {
  messages: 'coalesce(l.message_id, r.message_id)',
  reactions: 'coalesce(l.message_id, r.message_id)',
  replies: 'coalesce(l.reply_id, r.reply_id)',
  european_notices: 'coalesce(l.sent_at, r.sent_at)::text',
  channels: 'l.account_id',
};

const differencesSql = ({ table_name: table, key, others }: TableShape, { left, right }: Sides): string => {
  const list = (side: string) => `ROW(${others.map((column) => `${side}.${column}`).join(', ')})`;
  const differs = others.length === 0 ? '' : `OR ${list('l')} IS DISTINCT FROM ${list('r')}`;
  // Replies have their conversation beside their key.
  const conversation = [...key, ...others].includes('conversation_id')
    ? 'coalesce(l.conversation_id, r.conversation_id)'
    : 'NULL::text';
  const columns = others.map((name) => `CASE WHEN l.${name} IS DISTINCT FROM r.${name} THEN '${name}' END`);
  return `SELECT '${table}' AS table_name, coalesce(l.channel_id, r.channel_id) AS channel_id,
       ${conversation} AS conversation_id, ${SUBJECTS[table] ?? 'NULL::text'} AS subject_id,
       CASE WHEN r.channel_id IS NULL THEN 'only_left' WHEN l.channel_id IS NULL THEN 'only_right' ELSE 'differs' END AS kind,
       CASE WHEN l.channel_id IS NULL OR r.channel_id IS NULL THEN '{}'
            ELSE array_remove(ARRAY[${columns.join(', ')}]::text[], NULL) END AS columns
  FROM ${left}.${table} l FULL JOIN ${right}.${table} r ON ${key.map((column) => `l.${column} = r.${column}`).join(' AND ')}
 WHERE l.channel_id IS NULL OR r.channel_id IS NULL ${differs}`;
};

const countSql = (table: string, { left, right }: Sides): string =>
  `SELECT '${table}' AS table_name, (SELECT count(*) FROM ${left}.${table}) AS "left",
       (SELECT count(*) FROM ${right}.${table}) AS "right"`;
