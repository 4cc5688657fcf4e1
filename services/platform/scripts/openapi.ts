import { writeFileSync } from 'node:fs';
import { OPERATOR_OPERATIONS, operatorDocument } from '../src/operator-api/index.ts';

const FILE = new URL('../../../schemas/openapi/operator.json', import.meta.url);

/** What every service serves to operators, as its file has it. */
export const operatorText = (): string =>
  `${JSON.stringify(
    operatorDocument({
      title: 'TikTok Channel: operators',
      description: 'What every service serves to the people who run it: dead letters, consumers, outboxes.',
      services: ['ingress', 'auth', 'conversation', 'outbound'],
      operations: OPERATOR_OPERATIONS,
    }),
    null,
    2,
  )}\n`;

/** Run by `npm run openapi -w @tiktok-channel/platform`, after a change of these endpoints. */
if (import.meta.main) writeFileSync(FILE, operatorText());
