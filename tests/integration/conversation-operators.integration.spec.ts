import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  type Bench,
  caughtUp,
  connected,
  type Json,
  prepareConversation,
  type RunningConversation,
  received,
  startConversation,
} from '../support/conversation.ts';
import { scaled } from '../support/long.ts';
import { badCall, type DocumentedOperation, operationsIn, wildPath } from '../support/openapi.ts';

const documented = (file: string): readonly DocumentedOperation[] =>
  operationsIn(JSON.parse(readFileSync(new URL(`../../schemas/openapi/${file}`, import.meta.url), 'utf8')));

const ids = {
  messageId: fc.oneof(wildPath, fc.constant('m-1')),
  build: fc.oneof(wildPath, fc.constantFrom('0', '1', '2', '3', '2147483648')),
  id: fc.oneof(wildPath, fc.constantFrom('0-0', '0-1', '999-0', '0-999999999999999999', '99999999999-1')),
};

describe('every operation of conversation for operators', () => {
  let bench: Bench;
  let service: RunningConversation;
  let operator: string;

  before(async () => {
    bench = await prepareConversation();
    service = await startConversation(bench);
    operator = await bench.identity.authorize({ accountId: 'ops', role: 'operator' });
    await bench.send([{ topic: 'tiktok.messages.v1', key: 'C', value: Buffer.from('poison'), headers: {} }]);
    await bench.publish(connected(), received({ messageId: 'm-1' }));
    await caughtUp(bench);
  });

  after(async () => {
    await service.stop();
    await bench.stop();
  });

  interface Call {
    readonly pathIds?: Readonly<Record<string, string>>;
    readonly query?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: unknown;
  }

  const call = async (
    { method, path }: DocumentedOperation,
    authorization: string | null,
    { pathIds = {}, query = '', headers = {}, body = {} }: Call = {},
  ) => {
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(pathIds[name] ?? '1'));
    const response = await fetch(`${service.publicUrl}${filled}${query}`, {
      method: method.toUpperCase(),
      headers: { ...headers, 'content-type': 'application/json', ...(authorization && { authorization }) },
      ...(method === 'get' ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as Json };
  };

  for (const operation of [...documented('conversation-operator.json'), ...documented('operator.json')]) {
    describe(`${operation.method.toUpperCase()} ${operation.path}`, () => {
      it('is for operators alone', async () => {
        const expired = await bench.identity.authorize({ accountId: 'ops', role: 'operator', lifetimeSeconds: -60 });
        for (const token of [null, expired, 'Bearer nonsense']) {
          expect((await call(operation, token)).status).to.equal(401);
        }
        for (const role of ['agent', 'administrator']) {
          const person = await bench.identity.authorize({ accountId: 'account-1', role });
          expect((await call(operation, person)).status).to.equal(403);
        }
      });

      it('refuses whatever comes by a problem that names the field, and never fails', async () => {
        await fc.assert(
          fc.asyncProperty(badCall(operation, ids), async (bad) => {
            const { status, body } = await call(operation, operator, bad);
            const told = JSON.stringify({ bad, status, body });
            expect(status, told).to.be.lessThan(500);
            expect(operation.statuses, told).to.include(String(status));
            if (status === 400) expect(body.errors?.[0]?.field, told).to.be.a('string').and.not.equal('');
            if (status >= 400) expect(body, told).to.include.keys('type', 'title', 'status', 'code', 'detail');
          }),
          { numRuns: scaled(40, 1_000), seed: 6 },
        );
      }).timeout(300_000);
    });
  }
});
