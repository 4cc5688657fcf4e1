import { writeFileSync } from 'node:fs';
import { failureCodesDocument } from '../src/reply-rules/index.ts';

/** Run by `npm run failure-codes -w @tiktok-channel/platform`, after a change of the catalogue. */
writeFileSync(new URL('../../../schemas/docs/failure-codes.md', import.meta.url), failureCodesDocument());
