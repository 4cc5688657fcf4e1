import type { ReactNode } from 'react';
import styles from './table.module.css';

export interface Column<Row> {
  readonly name: string;
  readonly cell: (row: Row) => ReactNode;
  /** In figures, which are compared by their ends. */
  readonly isNumber?: boolean;
  /** In place of the name, at the head of the column. */
  readonly head?: ReactNode;
}

interface TableProps<Row> {
  /** What the table is of, for a screen reader. */
  readonly label: string;
  /** The first one names the row. */
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** Before the first column: what chooses the row. */
  readonly choice?: { readonly head: ReactNode; readonly cell: (row: Row) => ReactNode };
}

/** Rows under a head; in a narrow window each row is a block of names and values. */
export const Table = <Row,>({ label, columns: [first, ...others], rows, keyOf, choice }: TableProps<Row>) => {
  if (first === undefined) return null;
  return (
    <table className={styles.table} aria-label={label}>
      <thead>
        <tr>
          {choice !== undefined && <td className={styles.choice}>{choice.head}</td>}
          {[first, ...others].map((column) => (
            <th key={column.name} scope="col" className={column.isNumber === true ? styles.number : undefined}>
              {column.head ?? column.name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={keyOf(row)}>
            {choice !== undefined && <td className={styles.choice}>{choice.cell(row)}</td>}
            <th scope="row">{first.cell(row)}</th>
            {others.map((column) => (
              <td
                key={column.name}
                data-name={column.name}
                className={column.isNumber === true ? styles.number : undefined}
              >
                {column.cell(row)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
};
