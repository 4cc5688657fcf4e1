import { writeFileSync } from 'node:fs';
import { operatorDocument } from '@tiktok-channel/platform/operator-api';
import { stringify } from 'yaml';
import { openApiDocument } from './src/adapters/http/openapi.ts';
import { OPERATOR_OPERATIONS } from './src/adapters/http/operator-operations.ts';

const FILE = new URL('../../schemas/openapi/conversation.yaml', import.meta.url);
const HEAD = '# Written from the schemas that validate by: npm run openapi -w @tiktok-channel/conversation\n';

/** The document as its file has it. */
export const openApiText = (): string =>
  HEAD + stringify(openApiDocument(), { aliasDuplicateObjects: false, lineWidth: 0 });

const OPERATOR_FILE = new URL('../../schemas/openapi/conversation-operator.json', import.meta.url);

/** What operators are served here beside what every service serves them. */
export const operatorText = (): string =>
  `${JSON.stringify(
    operatorDocument({
      title: 'TikTok Channel: conversation, operators',
      description: 'The way of a message.',
      services: ['conversation'],
      operations: OPERATOR_OPERATIONS,
    }),
    null,
    2,
  )}\n`;

if (import.meta.main) {
  writeFileSync(FILE, openApiText());
  writeFileSync(OPERATOR_FILE, operatorText());
}
