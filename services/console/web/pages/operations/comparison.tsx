import type { Comparison } from '../../api/types.ts';
import { type Column, Table } from '../../ui/table.tsx';
import { words } from '../../words.ts';
import styles from './operations.module.css';

const { compare: texts } = words.operations.builds;

type CountedTable = Comparison['tables'][number];

interface Difference {
  readonly where: string;
  readonly what: string;
  readonly how: string;
  readonly rows: number;
}

/** What a build has otherwise than the served one: ids and columns, and never a value. */
export const ComparisonOf = ({ comparison }: { readonly comparison: Comparison }) => {
  const differences = differencesOf(comparison);
  return (
    <section className={styles.card} aria-labelledby="comparison">
      <h2 id="comparison">{texts.heading(comparison.build, comparison.servedBuild)}</h2>
      <Table label={texts.tables} columns={TABLE_COLUMNS} rows={comparison.tables} keyOf={({ table }) => table} />
      <h3>{texts.differences}</h3>
      {differences.length === 0 ? (
        <p className={styles.soft}>{texts.same}</p>
      ) : (
        <Table
          label={texts.differences}
          columns={DIFFERENCE_COLUMNS}
          rows={differences}
          keyOf={({ where, what, how }) => `${where} ${what} ${how}`}
        />
      )}
      {comparison.hasMore && <p className={styles.soft}>{texts.more}</p>}
    </section>
  );
};

const differencesOf = ({ differences }: Comparison): readonly Difference[] =>
  differences.flatMap(({ channelId, conversationId, found }) =>
    found.map(({ table, column, kind, rows }) => ({
      where: conversationId ?? texts.channel(channelId),
      what: column === null ? table : `${table}.${column}`,
      how: texts.kinds[kind],
      rows,
    })),
  );

const TABLE_COLUMNS: readonly Column<CountedTable>[] = [
  { name: texts.columns.table, cell: ({ table }) => table },
  { name: texts.columns.served, isNumber: true, cell: ({ served }) => served.toLocaleString('en') },
  { name: texts.columns.build, isNumber: true, cell: ({ build }) => build.toLocaleString('en') },
  { name: texts.columns.differing, isNumber: true, cell: ({ differing }) => differing.toLocaleString('en') },
];

const DIFFERENCE_COLUMNS: readonly Column<Difference>[] = [
  { name: texts.foundColumns.where, cell: ({ where }) => where },
  { name: texts.foundColumns.column, cell: ({ what }) => what },
  { name: texts.foundColumns.kind, cell: ({ how }) => how },
  { name: texts.foundColumns.rows, isNumber: true, cell: ({ rows }) => rows.toLocaleString('en') },
];
