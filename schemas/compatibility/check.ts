import { readRecordSchemas } from '../src/avro-files.ts';
import { readHistory } from './history.ts';
import { checkContract, sentenceOf } from './index.ts';

/** Fails, one sentence a line, when the contract may not be released as it stands. Run by `npm run check`. */
const refusals = checkContract(readRecordSchemas(), readHistory());

for (const refusal of refusals) process.stderr.write(`${sentenceOf(refusal)}\n`);
if (refusals.length > 0) process.exitCode = 1;
