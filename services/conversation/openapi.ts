import { writeFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { openApiDocument } from './src/adapters/http/openapi.ts';

const FILE = new URL('../../schemas/openapi/conversation.yaml', import.meta.url);
const HEAD = '# Written from the schemas that validate by: npm run openapi -w @tiktok-channel/conversation\n';

/** The document as its file has it. */
export const openApiText = (): string =>
  HEAD + stringify(openApiDocument(), { aliasDuplicateObjects: false, lineWidth: 0 });

if (import.meta.main) writeFileSync(FILE, openApiText());
