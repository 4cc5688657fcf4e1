import { join } from 'node:path';
import { stringify } from 'yaml';
import { asyncApiDocument } from './document.ts';

/** Where the document is kept. */
export const FILE = join(import.meta.dirname, 'tiktok-channel.yaml');

const HEAD = '# Written from topics.ts and the .avsc files by: npm run asyncapi -w @tiktok-channel/schemas\n';

/** The document as its file has it. */
export const asyncApiText = (): string =>
  HEAD + stringify(asyncApiDocument(), { aliasDuplicateObjects: false, lineWidth: 0 });
