import { writeFile } from 'node:fs/promises';
import { writtenFiles } from './written-files.ts';

/** `npm run write -w @tiktok-channel/monitoring`. */
for (const [path, text] of writtenFiles()) await writeFile(new URL(`../../${path}`, import.meta.url), text);
