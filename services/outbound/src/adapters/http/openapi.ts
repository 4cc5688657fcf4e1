import { operatorBody } from '@tiktok-channel/platform/operator-api';
import { z } from 'zod';
import { listQuery, nameQuery } from './replies.routes.ts';
import { channelPauseView, repliesView, replyDetailView, retriedView } from './views.ts';

interface Operation {
  readonly method: 'get' | 'post';
  /** As OpenAPI writes it. */
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly answer: { readonly status: 200 | 202; readonly schema: z.ZodType };
  readonly problems: readonly number[];
}

const READ = [400, 401, 403, 404, 503] as const;
const ACT = [400, 401, 403, 404, 409, 503] as const;

/** The routes that this service has beside those of every service. */
export const OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: '/operator/v1/replies',
    operationId: 'listReplies',
    summary: 'Replies of all channels, those that were accepted last first.',
    query: listQuery,
    answer: { status: 200, schema: repliesView },
    problems: [400, 401, 403, 503],
  },
  {
    method: 'get',
    path: '/operator/v1/replies/{replyId}',
    operationId: 'showReply',
    summary: 'Where a reply stands, and what came of each call to TikTok.',
    query: nameQuery,
    answer: { status: 200, schema: replyDetailView },
    problems: ACT,
  },
  {
    method: 'post',
    path: '/operator/v1/replies/{replyId}/retry',
    operationId: 'retryReply',
    summary: 'Asks for it anew as another reply: a verdict is final. For what failed, was taken back, or is unknown.',
    query: nameQuery,
    body: operatorBody,
    answer: { status: 202, schema: retriedView },
    problems: ACT,
  },
  {
    method: 'post',
    path: '/operator/v1/replies/{replyId}/cancel',
    operationId: 'cancelReply',
    summary: 'Takes back what waits.',
    query: nameQuery,
    body: operatorBody,
    answer: { status: 200, schema: replyDetailView },
    problems: ACT,
  },
  {
    method: 'get',
    path: '/operator/v1/channels/{channelId}',
    operationId: 'showChannelPause',
    summary: 'Whether the replies of a channel wait for an operator.',
    answer: { status: 200, schema: channelPauseView },
    problems: READ,
  },
  {
    method: 'post',
    path: '/operator/v1/channels/{channelId}/pause',
    operationId: 'pauseChannel',
    summary: 'Sends nothing more through it. What waits is told so, and still expires; what is under way is settled.',
    body: operatorBody,
    answer: { status: 200, schema: channelPauseView },
    problems: READ,
  },
  {
    method: 'post',
    path: '/operator/v1/channels/{channelId}/resume',
    operationId: 'resumeChannel',
    summary: 'Lets it go on.',
    body: operatorBody,
    answer: { status: 200, schema: channelPauseView },
    problems: READ,
  },
];

const problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    code: z.string().describe('A stable snake_case word to branch on.'),
    detail: z.string(),
    errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
    requestId: z.string(),
  })
  .describe('RFC 9457.');

/** The OpenAPI 3.1 document, from the schemas that validate what comes and type what goes. */
export const openApiDocument = () => ({
  openapi: '3.1.1',
  info: {
    title: 'TikTok Channel: outbound',
    version: '1',
    description: 'What operators see of replies, and do about them.',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: '/', description: 'The one public origin; `/operator/v1` is `/operator/outbound/v1` there.' }],
  paths: Object.fromEntries(
    [...Map.groupBy(OPERATIONS, ({ path }) => path)].map(([path, operations]) => [
      path,
      Object.fromEntries(operations.map((operation) => [operation.method, describe(operation)])),
    ]),
  ),
  components: {
    schemas: { Problem: schemaOf(problem) },
    securitySchemes: {
      person: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'Of the OpenID provider.' },
    },
  },
});

const schemaOf = (schema: z.ZodType) => {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return rest;
};

const describe = ({ operationId, summary, path, query, body, answer, problems }: Operation) => ({
  operationId,
  summary,
  description: 'For operator.',
  security: [{ person: [] }],
  parameters: [
    ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
      name: name ?? '',
      in: 'path',
      required: true,
      schema: { type: 'string' },
    })),
    ...Object.entries(query?.shape ?? {}).map(([name, schema]) => ({
      name,
      in: 'query',
      required: false,
      schema: schemaOf(schema as z.ZodType),
    })),
  ],
  ...(body === undefined
    ? {}
    : { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body) } } } }),
  responses: {
    [answer.status]: { description: 'Done.', content: { 'application/json': { schema: schemaOf(answer.schema) } } },
    ...Object.fromEntries(problems.map((status) => [status, problemAnswer])),
  },
});

const problemAnswer = {
  description: 'A problem document.',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};
