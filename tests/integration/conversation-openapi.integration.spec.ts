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
import { sendReply } from '../support/records.ts';

type Operation = (typeof OPERATIONS)[number];

const FILE = new URL('../../schemas/openapi/conversation.yaml', import.meta.url);
const CONVERSATION = 'CONV+a/b==';
const nameOf = ({ method, path }: Operation): string => `${method.toUpperCase()} ${path}`;

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

    expect(mounted.toSorted()).to.deep.equal(OPERATIONS.map(nameOf).toSorted());
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
    operation: Operation,
    { token, pathIds = idsFor(operation), query = '', headers = {}, body }: Call,
  ) => {
    const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(pathIds[name] ?? ''));
    const isForm = operation.content !== undefined;
    const abort = new AbortController();
    const response = await fetch(`${service.publicUrl}${path}${query}`, {
      method: operation.method.toUpperCase(),
      headers: {
        ...(token === null ? {} : { authorization: token }),
        ...(operation.headers !== undefined && operation.method === 'post'
          ? { 'idempotency-key': operation.operationId }
          : {}),
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

  const idsFor = ({ operationId }: Operation) =>
    operationId === 'cancelReply' ? { ...ids, replyId: 'r-queued' } : ids;

  const exampleOf = ({ operationId }: Operation): unknown => (operationId === 'sendReply' ? { text: 'Yes' } : {});

  for (const operation of OPERATIONS) {
    describe(nameOf(operation), () => {
      it('answers as the document says', async () => {
        const { status, body } = await call(operation, { token: mine });
        expect(status).to.equal(operation.status);
        if (operation.response !== undefined)
          expect(operation.response.safeParse(body).error?.issues ?? []).to.deep.equal([]);
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

      it('refuses whatever else comes by a problem that names the field, and never fails', async () => {
        await fc.assert(
          fc.asyncProperty(badCall(operation), async (bad) => {
            const { status, body } = await call(operation, { token: mine, ...bad });
            expect(status, JSON.stringify({ bad, body })).to.be.lessThan(500);
            if (status === 400) expect(body.errors?.[0]?.field, JSON.stringify({ bad, body })).to.be.a('string');
          }),
          { numRuns: scaled(40, 1_000), seed: 6 },
        );
      });
    });
  }
});

/** Text that no id, cursor or word was meant to be: also what no database holds, and half a pair of surrogates. */
const wild = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '',
    '\0',
    'a\0b',
    '\ud800',
    "' OR 1=1 --",
    '../../etc/passwd',
    '%',
    '%00',
    '9'.repeat(400),
    '-1',
    '1e309',
    'NaN',
    'null',
    '[]',
    '{"a":1}',
  ),
);
const wildPath = wild.filter((text) => text !== '' && text !== '.' && text !== '..').map(encodable);

/** `encodeURIComponent` takes no lone surrogate: one is left to the query and the body. */
function encodable(text: string): string {
  return text.toWellFormed();
}

const wildJson = fc.oneof(
  fc.jsonValue(),
  fc.record(
    {
      text: fc.oneof(wild, fc.jsonValue()),
      mediaId: fc.oneof(wild, fc.jsonValue()),
      attachments: fc.oneof(
        fc.jsonValue(),
        fc.array(
          fc.record(
            {
              kind: fc.constantFrom('image', 'video', 'shared_post', 'template', 'x'),
              mediaId: wild,
              url: wild,
              itemId: wild,
              template: fc.jsonValue(),
            },
            { requiredKeys: [] },
          ),
        ),
      ),
      quotedMessageId: fc.oneof(wild, fc.jsonValue()),
      expiresAt: fc.oneof(fc.double(), fc.jsonValue()),
      readUpTo: fc.oneof(fc.double(), fc.jsonValue()),
      unknown: fc.jsonValue(),
    },
    { requiredKeys: [] },
  ),
);

const fieldsOf = (schema: Operation['query']): readonly string[] => Object.keys(schema?.shape ?? {});

const badCall = (operation: Operation) =>
  fc
    .record({
      pathIds: fc.record({
        conversationId: fc.oneof(wildPath, fc.constant(CONVERSATION)),
        replyId: wildPath,
        mediaId: wildPath,
      }),
      query: fc.dictionary(fc.constantFrom('other', ...fieldsOf(operation.query)), wild),
      headers: fc.dictionary(
        fc.constantFrom('x-other', ...fieldsOf(operation.headers), 'range', 'if-none-match', 'if-range'),
        // What a header can carry at all.
        fc.string({ unit: 'grapheme-ascii', maxLength: 40 }),
      ),
      body: wildJson,
    })
    .map(({ query, ...rest }) => ({ ...rest, query: `?${new URLSearchParams(query)}` }));
