import { join, relative } from 'node:path';
import { readRecordSchemas } from '../src/avro-files.ts';
import { addVersion, readHistory } from './history.ts';
import { checkContract, sentenceOf, versionsOf } from './index.ts';

const REPOSITORY = join(import.meta.dirname, '..', '..');

/**
 * Adds a version to the history for each record that differs from its latest one, unless the gate refuses any. Committing
 * what it wrote releases it. Run by `npm run schemas:freeze`.
 */
const contract = readRecordSchemas();
const history = readHistory();
const refusals = checkContract(contract, history);
const breaks = refusals.filter(({ kind }) => kind !== 'not_frozen');

if (breaks.length > 0) {
  for (const refusal of breaks) process.stderr.write(`${sentenceOf(refusal)}\n`);
  process.exitCode = 1;
} else {
  const changed = contract.filter(({ topic, fullName }) =>
    refusals.some((refusal) => refusal.topic === topic && refusal.record === fullName),
  );
  for (const record of changed) {
    const file = addVersion(record, versionsOf(record, history).length + 1);
    process.stdout.write(`added ${relative(REPOSITORY, file)}\n`);
  }
  if (changed.length === 0) process.stdout.write('every record is in the history as it stands\n');
}
