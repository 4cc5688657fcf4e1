import { isDeepStrictEqual } from 'node:util';
import type { RecordSchema } from '../src/avro-files.ts';
import type { HistoryLine } from './history.ts';
import { type Break, checkSchema, compareSchemas, RULES } from './rules.ts';

export { type RecordSchema, readRecordSchemas } from '../src/avro-files.ts';
export { addVersion, type HistoryLine, readHistory } from './history.ts';
export { type Break, type BreakReason, checkSchema, compareSchemas, RULES } from './rules.ts';

/** Why the contract may not be released as it stands. */
export type Refusal =
  | BreakOfRecord
  | { readonly kind: 'record_removed' | 'not_frozen'; readonly topic: string; readonly record: string };

interface BreakOfRecord extends Break {
  readonly kind: 'break';
  readonly topic: string;
  readonly record: string;
  /** The released version that it breaks with; null for what is wrong in itself. */
  readonly version: number | null;
}

/** Every record against every version of its history, and no record of the history left out. */
export const checkContract = (
  contract: readonly RecordSchema[],
  history: readonly HistoryLine[],
): readonly Refusal[] => [
  ...contract.flatMap((record) => checkRecord(record, versionsOf(record, history))),
  ...history
    .filter((line) => !contract.some((record) => isLineOf(record, line)))
    .map(({ topic, fullName }): Refusal => ({ kind: 'record_removed', topic, record: fullName })),
];

/** The released versions of a record, the first one first; none for a new one. */
export const versionsOf = (record: RecordSchema, history: readonly HistoryLine[]): HistoryLine['versions'] =>
  history.find((line) => isLineOf(record, line))?.versions ?? [];

/** A sentence with the record, the field and the rule. */
export const sentenceOf = (refusal: Refusal): string => {
  switch (refusal.kind) {
    case 'not_frozen':
      return `${refusal.record} is not in the schema history as it stands: run npm run schemas:freeze.`;
    case 'record_removed':
      return `${refusal.record} was released on ${refusal.topic} and is gone: a released record stays on its topic (record_removed).`;
    case 'break': {
      const { record, version, path, reason, detail } = refusal;
      const against = version === null ? '' : `, against version ${version}`;
      return `${record}${path === '' ? '' : `, field ${path}`}${against}: ${RULES[reason]}; ${detail} (${reason}).`;
    }
  }
};

const checkRecord = (record: RecordSchema, versions: HistoryLine['versions']): readonly Refusal[] => {
  const { topic, fullName, schema } = record;
  const refusals = (found: readonly Break[], version: number | null): readonly Refusal[] =>
    found.map((each) => ({ kind: 'break', topic, record: fullName, version, ...each }));
  const breaks = [
    ...refusals(checkSchema(schema), null),
    ...versions.flatMap((older, index) => refusals(compareSchemas(older, schema), index + 1)),
  ];
  // What breaks cannot be frozen: saying so as well would send people in a circle.
  if (breaks.length > 0 || isDeepStrictEqual(versions.at(-1), schema)) return breaks;
  return [{ kind: 'not_frozen', topic, record: fullName }];
};

const isLineOf = (record: RecordSchema, line: HistoryLine): boolean =>
  record.topic === line.topic && record.fullName === line.fullName;
