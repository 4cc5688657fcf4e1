import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';

export interface Row {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
}

/** `holds` is the verdict on `aim`, which says it in words. */
export interface Aim {
  readonly what: string;
  readonly aim: string;
  readonly value: number;
  readonly holds: boolean;
}

const RESULTS = join(import.meta.dirname, '../../.local/bench');
const GIB = 1_024 ** 3;

/** Prints the figures as tables and writes them to `.local/bench/<name>.json`. */
export const reportBench = async (name: string, rows: readonly Row[], aims: readonly Aim[]): Promise<void> => {
  printTable(rows.map(({ what, value, unit }) => [what, format(value), unit]));
  printTable(
    aims.map(({ what, aim, value, holds }) => [what, format(value), `aim ${aim}`, holds ? 'holds' : 'MISSED']),
  );
  const at = new Date().toISOString();
  const [cpu] = cpus();
  const machine = `${cpus().length} × ${cpu?.model ?? 'unknown'}, ${Math.round(totalmem() / GIB)} GiB, Node ${process.version}`;
  await mkdir(RESULTS, { recursive: true });
  const file = join(RESULTS, `${name}.json`);
  await writeFile(file, `${JSON.stringify({ name, at, machine, rows, aims }, null, 2)}\n`);
  console.log(`\nwritten to ${file}`);
};

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low = Number.NaN, high = Number.NaN] = [sorted[middle - 1], sorted[middle]];
  return sorted.length % 2 === 1 ? high : (low + high) / 2;
};

const format = (value: number): string =>
  value.toLocaleString('en', { maximumFractionDigits: Math.abs(value) < 10 ? 2 : Math.abs(value) < 1_000 ? 1 : 0 });

/** The second column holds figures: right-aligned. */
const printTable = (lines: readonly (readonly string[])[]): void => {
  const widths = [0, 1, 2, 3].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  console.log();
  for (const line of lines) {
    const cells = line.map((cell, column) =>
      column === 1 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
    );
    console.log(cells.join('  ').trimEnd());
  }
};
