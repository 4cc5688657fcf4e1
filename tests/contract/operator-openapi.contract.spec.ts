import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { createApp } from '@tiktok-channel/platform/http-server';
import { createOperatorApi, OPERATOR_OPERATIONS, type OperatorOperation } from '@tiktok-channel/platform/operator-api';
import { createManualClock, createRecordingLogger } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import type { Express } from 'express';
import { operatorText as conversationText } from '../../services/conversation/openapi.ts';
import { mountLineage } from '../../services/conversation/src/adapters/http/lineage.routes.ts';
import { OPERATOR_OPERATIONS as CONVERSATION_OPERATIONS } from '../../services/conversation/src/adapters/http/operator-operations.ts';
import { operatorText } from '../../services/platform/scripts/openapi.ts';

/** Handlers are mounted, never called. */
const nothing = {} as never;

const everyService = (app: Express): void =>
  createOperatorApi({
    service: 'auth',
    kafka: { createAdmin: () => nothing },
    identify: nothing,
    codec: nothing,
    producer: nothing,
    topics: { audit: 'a', deadLetters: 'b', redrive: 'c' },
    redrivenGroups: [],
    consumers: () => [],
    outboxes: [],
    clock: createManualClock(0),
    logger: createRecordingLogger(),
  }).mount(app);

const conversation = (app: Express): void =>
  mountLineage(app, { operator: (_request, _response, next) => next(), findLineage: nothing });

const documents: readonly (readonly [
  file: string,
  { text: () => string; workspace: string; operations: readonly OperatorOperation[]; mount: (app: Express) => void },
])[] = [
  [
    'operator.json',
    { text: operatorText, workspace: 'platform', operations: OPERATOR_OPERATIONS, mount: everyService },
  ],
  [
    'conversation-operator.json',
    { text: conversationText, workspace: 'conversation', operations: CONVERSATION_OPERATIONS, mount: conversation },
  ],
];

for (const [file, { text, workspace, operations, mount }] of documents) {
  describe(`the OpenAPI document ${file}`, () => {
    it('stands in the contract as the code has it', () => {
      const written = readFileSync(new URL(`../../schemas/openapi/${file}`, import.meta.url), 'utf8');
      expect(written === text(), `run npm run openapi -w @tiktok-channel/${workspace}`).to.equal(true);
    });

    it('is valid OpenAPI 3.1', async () => {
      const { valid, errors } = await new Validator().validate(JSON.parse(text()));
      expect(errors ?? [], JSON.stringify(errors)).to.deep.equal([]);
      expect(valid).to.equal(true);
    });

    it('has every route that is mounted, and none besides', () => {
      const documented = operations.map(({ method, path }) => `${method} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`);
      const app = createApp({ logger: createRecordingLogger(), mount });
      const mounted = app.router.stack.flatMap(({ route }) => {
        const methods = [...new Set(route?.stack.map(({ method }) => method))];
        // What refuses every other method of a path stands for none.
        return methods.length > 1 ? [] : methods.map((method) => `${method} ${route?.path}`);
      });
      expect(mounted.toSorted()).to.deep.equal(documented.toSorted());
    });
  });
}
