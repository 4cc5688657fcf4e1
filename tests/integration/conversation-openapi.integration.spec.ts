import { readFileSync } from 'node:fs';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { createApp } from '@tiktok-channel/platform/http-server';
import { createRecordingLogger } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import fc from 'fast-check';
import { openApiText } from '../../services/conversation/openapi.ts';
import { mountConversations } from '../../services/conversation/src/adapters/http/conversation.routes.ts';
import { mountEvents } from '../../services/conversation/src/adapters/http/event.routes.ts';
import { mountMedia } from '../../services/conversation/src/adapters/http/media.routes.ts';
import { openApiDocument } from '../../services/conversation/src/adapters/http/openapi.ts';
import { OPERATIONS } from '../../services/conversation/src/adapters/http/openapi-operations.ts';
import { mountReplies } from '../../services/conversation/src/adapters/http/reply.routes.ts';
import {
  type Bench,
  caughtUp,
  connected,
  echoed,
  image,
  type Json,
  prepareConversation,
  type RunningConversation,
  received,
  startConversation,
} from '../support/conversation.ts';
import { PNG } from '../support/images.ts';
import { scaled } from '../support/long.ts';
import {
  badCall,
  type DocumentedOperation,
  operationsIn,
  wildPath,
  wrongText,
  wrongValue,
} from '../support/openapi.ts';
import { sendReply } from '../support/records.ts';

const FILE = new URL('../../schemas/openapi/conversation.yaml', import.meta.url);
const CONVERSATION = 'CONV+a/b==';
/** As the file has it: the first test says so. */
const DOCUMENTED = operationsIn(JSON.parse(JSON.stringify(openApiDocument())));
const wildIds = { conversationId: fc.oneof(wildPath, fc.constant(CONVERSATION)), replyId: wildPath, mediaId: wildPath };
const nameOf = ({ method, path }: Pick<DocumentedOperation, 'method' | 'path'>): string =>
  `${method.toUpperCase()} ${path}`;

describe('the OpenAPI document of conversations', () => {
  it('is what the schemas say that validate; else run: npm run openapi -w @tiktok-channel/conversation', () => {
    expect(readFileSync(FILE, 'utf8') === openApiText(), 'the file is current').to.equal(true);
  });

  it('has no fault that a linter finds, which finds those that are planted', async () => {
    const config = await createConfig({ extends: ['recommended-strict'] });
    const faultsOf = async (source: string) =>
      (await lintFromString({ source, absoluteRef: 'conversation.yaml', config })).map(({ ruleId }) => ruleId);

    expect(await faultsOf(openApiText())).to.deep.equal([]);
    expect(await faultsOf(openApiText().replace('operationId: getReply', 'operationId: sendReply'))).to.include(
      'operation-operationId-unique',
    );
    expect(await faultsOf(openApiText().replaceAll('schemas/Problem', 'schemas/Problems'))).to.include(
      'no-unresolved-refs',
    );
  });

  it('names every route that is mounted, and no other', () => {
    const handler = () => {};
    const nothing = { people: handler } as never;
    const app = createApp({
      logger: createRecordingLogger(),
      mount: (routes) => {
        for (const mount of [mountConversations, mountEvents, mountReplies, mountMedia]) mount(routes, nothing);
      },
    });
    interface Layer {
      readonly route?: { readonly path: string; readonly methods: Readonly<Record<string, boolean>> };
    }
    const layers = (app.router as unknown as { readonly stack: readonly Layer[] }).stack;
    const mounted = layers.flatMap(({ route }) =>
      ['get', 'put', 'post', 'patch', 'delete']
        // What refuses other methods takes them all.
        .filter((method) => route?.methods[method] && !route.methods.trace)
        .map((method) => `${method.toUpperCase()} ${route?.path.replace(/:(\w+)/g, '{$1}')}`),
    );

    expect(mounted.toSorted()).to.deep.equal(DOCUMENTED.map(nameOf).toSorted());
  });
});

describe('every operation of conversations', () => {
  let bench: Bench;
  let service: RunningConversation;
  let mine: string;
  let foreign: string;
  const ids: Record<string, string> = { conversationId: CONVERSATION, replyId: 'r-failed', mediaId: '' };

  before(async () => {
    bench = await prepareConversation();
    service = await startConversation(bench);
    mine = await bench.identity.authorize({ accountId: 'account-1' });
    foreign = await bench.identity.authorize({ accountId: 'account-2' });
    const about = { replyId: 'r-failed', channelId: 'biz-1', conversationId: CONVERSATION, at: 1, attempts: 1 };
    await bench.publish(
      connected(),
      connected({ channelId: 'biz-2', accountId: 'account-2' }),
      received(),
      received({ messageId: 'm-image', content: image('MEDIA-1') }),
      echoed(),
      ['ReplyQueued', { ...about, replyId: 'r-queued', command: sendReply({ replyId: 'r-queued' }) }],
      ['ReplyQueued', { ...about, command: sendReply({ replyId: 'r-failed' }) }],
      [
        'ReplyFailed',
        {
          ...about,
          code: 'tiktok_rejected',
          retryable: false,
          nextAllowedAt: null,
          message: 'No.',
          advice: null,
          tiktok: null,
        },
      ],
      [
        'EuropeanMessageNoticed',
        {
          channelId: 'biz-1',
          sentAt: 5,
          businessUsername: null,
          logId: null,
          receivedAt: 5,
          rawContent: Buffer.from('{}'),
        },
      ],
    );
    await caughtUp(bench);
    const uploaded = await fetch(`${service.publicUrl}/v1/media`, {
      method: 'POST',
      headers: { authorization: mine },
      body: picture(),
    });
    ids.mediaId = ((await uploaded.json()) as Json).mediaId;
  });

  after(async () => {
    await service.stop();
    await bench.stop();
  });

  const picture = (): FormData => {
    const form = new FormData();
    form.append('file', new Blob([new Uint8Array(PNG)]));
    return form;
  };

  interface Call {
    readonly token: string | null;
    readonly pathIds?: Readonly<Record<string, string>>;
    readonly query?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: unknown;
  }

  /** As the document has it, unless told otherwise. The body of a stream is not waited for. */
  const call = async (
    operation: DocumentedOperation,
    { token, pathIds = idsFor(operation), query = '', headers = {}, body }: Call,
  ) => {
    const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(pathIds[name] ?? ''));
    return callPath(operation, `${path}${query}`, { token, headers, body });
  };

  const callPath = async (
    operation: DocumentedOperation,
    path: string,
    { token, headers = {}, body }: Omit<Call, 'pathIds' | 'query'>,
  ) => {
    const { isForm } = operation;
    const needsKey = operation.method === 'post' && operation.parameters.some(({ name }) => name === 'idempotency-key');
    const abort = new AbortController();
    const response = await fetch(`${service.publicUrl}${path}`, {
      method: operation.method.toUpperCase(),
      headers: {
        ...(token === null ? {} : { authorization: token }),
        ...(needsKey ? { 'idempotency-key': operation.operationId } : {}),
        ...(isForm || operation.method === 'get' ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(operation.method === 'get'
        ? {}
        : { body: isForm ? picture() : JSON.stringify(body ?? exampleOf(operation)) }),
      signal: abort.signal,
    });
    const type = response.headers.get('content-type') ?? '';
    const answer = type.includes('json') ? ((await response.json()) as Json) : {};
    abort.abort();
    return { status: response.status, body: answer };
  };

  const idsFor = ({ operationId }: DocumentedOperation) =>
    operationId === 'cancelReply' ? { ...ids, replyId: 'r-queued' } : ids;

  const exampleOf = ({ operationId }: DocumentedOperation): unknown =>
    operationId === 'sendReply' ? { text: 'Yes' } : {};
  const fieldsNamed = (body: Json): readonly string[] => (body.errors ?? []).map(({ field }: Json) => field);

  for (const operation of DOCUMENTED) {
    const schemas = OPERATIONS.find(({ operationId }) => operationId === operation.operationId);
    describe(nameOf(operation), () => {
      it('answers as the document says', async () => {
        const { status, body } = await call(operation, { token: mine });
        expect(status).to.equal(schemas?.status);
        if (schemas?.response !== undefined)
          expect(schemas.response.safeParse(body).error?.issues ?? []).to.deep.equal([]);
      });

      it('is 401 without a token, with an expired one, and with nonsense', async () => {
        const expired = await bench.identity.authorize({ accountId: 'account-1', lifetimeSeconds: -60 });
        for (const token of [null, expired, 'Bearer nonsense', 'Basic abc']) {
          expect((await call(operation, { token })).status).to.equal(401);
        }
      });

      it('shows another account nothing, and not that there is something', async () => {
        const { status, body } = await call(operation, { token: foreign });
        if (operation.path.includes('{'))
          expect([status, body.code === 'not_found' || body.code === 'media_unknown']).to.deep.equal([404, true]);
        else expect(JSON.stringify(body)).not.to.match(/biz-1|CONV\+a/);
      });

      for (const { name, in: place, schema } of operation.parameters) {
        const wrong = wrongText(schema);
        if (wrong === null || place === 'path') continue;
        it(`names the ${place} parameter ${name} where it is wrong`, async () => {
          // By a signature alone, where that is what the parameter belongs to.
          const token = operation.hasSignature ? null : mine;
          const right = operation.hasSignature ? { account: 'account-1', until: '1', sig: 'x' } : {};
          const { status, body } = await call(
            operation,
            place === 'query'
              ? { token, query: `?${new URLSearchParams({ ...right, [name]: wrong })}` }
              : { token, headers: { [name]: wrong } },
          );
          expect([status, fieldsNamed(body)]).to.deep.equal([400, [name]]);
        });
      }

      for (const [name, schema] of Object.entries(operation.body?.properties ?? {})) {
        it(`names the field ${name} of the body where it is wrong`, async () => {
          const body = { ...(exampleOf(operation) as object), [name]: wrongValue(schema) };
          const { status, body: problem } = await call(operation, { token: mine, body });
          expect(status).to.equal(400);
          expect(fieldsNamed(problem)[0]?.split('.')[0]).to.equal(name);
        });
      }

      if (operation.body !== null) {
        it('names what the body has too much, and the body itself where it is none', async () => {
          const more = { ...(exampleOf(operation) as object), nobodyKnows: 1 };
          expect((await call(operation, { token: mine, body: more })).status).to.equal(400);
          for (const body of [[], 'text', 7]) {
            const { status, body: problem } = await call(operation, { token: mine, body });
            expect([status, fieldsNamed(problem).length > 0]).to.deep.equal([400, true]);
          }
        });
      }

      if (operation.path.includes('{')) {
        it('takes no address that cannot be decoded, and says so', async () => {
          for (const id of ['%', '%E0%A4%A', '%ff', '%ED%A0%80', '%00', '..%2f..', '%2e%2e']) {
            const { status, body } = await callPath(operation, operation.path.replace(/\{\w+\}/, id), { token: mine });
            expect([400, 404], id).to.include(status);
            if (status === 400) expect(fieldsNamed(body), id).to.deep.equal(['(path)']);
          }
        });
      }

      it('refuses whatever else comes by a problem that names the field, and never fails', async () => {
        await fc.assert(
          fc.asyncProperty(badCall(operation, wildIds), async (bad) => {
            const { status, body } = await call(operation, { token: mine, ...bad });
            const told = JSON.stringify({ bad, status, body });
            expect(status, told).to.be.lessThan(500);
            expect(operation.statuses, told).to.include(String(status));
            if (status === 400) expect(fieldsNamed(body)[0], told).to.be.a('string').and.not.equal('');
            if (status >= 400) expect(body, told).to.include.keys('type', 'title', 'status', 'code', 'detail');
          }),
          { numRuns: scaled(40, 1_000), seed: 6 },
        );
      });
    });
  }
});
