import { writeFileSync } from 'node:fs';
import { asyncApiText, FILE } from './yaml.ts';

/** Run by `npm run asyncapi`, after a change of a topic or a record. */
writeFileSync(FILE, asyncApiText());
