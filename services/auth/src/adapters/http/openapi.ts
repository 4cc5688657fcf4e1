import { operatorBody } from '@tiktok-channel/platform/operator-api';
import { z } from 'zod';
import { accessTokenBody, accessTokenView } from './access-token.routes.ts';
import { attemptView, featureView } from './accounts.routes.ts';
import { startBody, startedView } from './authorization.routes.ts';
import { channelView } from './channel-views.ts';
import { disconnectBody } from './channels.routes.ts';
import { featureBody, releasedView, resealedView } from './operator.routes.ts';

interface Operation {
  readonly method: 'get' | 'post' | 'put';
  /** As OpenAPI writes it. */
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  /** Roles that may; `service` is a service's token, on the internal port; none for TikTok's redirect. */
  readonly who: readonly ('administrator' | 'agent' | 'operator' | 'service')[];
  readonly query?: readonly string[];
  readonly body?: z.ZodType;
  readonly answer: { readonly status: 200; readonly schema: z.ZodType } | { readonly status: 303 };
  readonly problems: readonly number[];
}

const list = (item: z.ZodType) => z.object({ items: z.array(item), nextCursor: z.string().nullable() });
const everyone = ['administrator', 'agent', 'operator'] as const;

/** Every route of this service but those that are for development alone. */
export const OPERATIONS: readonly Operation[] = [
  {
    method: 'post',
    path: '/v1/accounts/{accountId}/tiktok/authorization',
    operationId: 'startAuthorization',
    summary:
      "Starts to connect a TikTok account, or to reconnect a channel: the address of TikTok's page, and a cookie.",
    who: ['administrator'],
    body: startBody,
    answer: { status: 200, schema: startedView },
    problems: [400, 401, 403, 404, 503],
  },
  {
    method: 'get',
    path: '/tiktok/callback',
    operationId: 'completeAuthorization',
    summary: 'Where TikTok sends the browser back to. Goes on to the console with `connected` or `error` in the query.',
    who: [],
    query: ['state', 'code', 'error'],
    answer: { status: 303 },
    problems: [],
  },
  {
    method: 'get',
    path: '/v1/accounts/{accountId}/tiktok/authorizations',
    operationId: 'listAuthorizations',
    summary: 'The latest attempts to connect, newest first, with how each ended and what can be done.',
    who: ['administrator'],
    answer: { status: 200, schema: list(attemptView) },
    problems: [401, 403, 404, 503],
  },
  {
    method: 'get',
    path: '/v1/accounts/{accountId}/features',
    operationId: 'listFeatures',
    summary: 'What is switched on for the account.',
    who: ['administrator'],
    answer: { status: 200, schema: list(featureView) },
    problems: [401, 403, 404, 503],
  },
  {
    method: 'get',
    path: '/v1/channels',
    operationId: 'listChannels',
    summary: "The account's channels, and how they are.",
    who: everyone,
    answer: { status: 200, schema: list(channelView) },
    problems: [401, 403, 503],
  },
  {
    method: 'get',
    path: '/v1/channels/{channelId}',
    operationId: 'showChannel',
    summary: 'One channel of the account. A foreign one does not exist.',
    who: everyone,
    answer: { status: 200, schema: channelView },
    problems: [401, 403, 404, 503],
  },
  {
    method: 'post',
    path: '/v1/channels/{channelId}/disconnect',
    operationId: 'disconnectChannel',
    summary: 'Revokes the access at TikTok and forgets the tokens. The channel stays with its account.',
    who: ['administrator'],
    body: disconnectBody,
    answer: { status: 200, schema: channelView },
    problems: [400, 401, 403, 404, 503],
  },
  {
    method: 'post',
    path: '/operator/v1/channels/{channelId}/release',
    operationId: 'releaseChannel',
    summary: 'Ends that a channel belongs to an account: its rows are erased, and what is older is shown to nobody.',
    who: ['operator'],
    body: operatorBody,
    answer: { status: 200, schema: releasedView },
    problems: [400, 401, 403, 404, 503],
  },
  {
    method: 'get',
    path: '/operator/v1/accounts/{accountId}/features',
    operationId: 'listFeaturesOfAccount',
    summary: 'What is switched on for any account.',
    who: ['operator'],
    answer: { status: 200, schema: list(featureView) },
    problems: [401, 403, 404, 503],
  },
  {
    method: 'put',
    path: '/operator/v1/accounts/{accountId}/features/{feature}',
    operationId: 'switchFeature',
    summary: 'Switches a feature of an account.',
    who: ['operator'],
    body: featureBody,
    answer: { status: 200, schema: featureView },
    problems: [400, 401, 403, 404, 503],
  },
  {
    method: 'post',
    path: '/operator/v1/tokens/reencrypt',
    operationId: 'reencryptTokens',
    summary: 'Seals with the first key what older keys have sealed.',
    who: ['operator'],
    body: operatorBody,
    answer: { status: 200, schema: resealedView },
    problems: [400, 401, 403, 503],
  },
  {
    method: 'post',
    path: '/internal/v1/channels/{channelId}/access-token',
    operationId: 'handOutAccessToken',
    summary: 'A token that works, for services that act on channels. On the internal port.',
    who: ['service'],
    body: accessTokenBody,
    answer: { status: 200, schema: accessTokenView },
    problems: [400, 401, 404, 503],
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
    title: 'TikTok Channel: auth',
    version: '1',
    description: 'Connects TikTok accounts, shows how channels are, and gives services tokens that work.',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: '/', description: 'The one public origin; `/operator/v1` is `/operator/auth/v1` there.' }],
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
      service: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'HS256, audience `auth`, 60 s.' },
    },
  },
});

const schemaOf = (schema: z.ZodType) => {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return rest;
};

const describe = ({ operationId, summary, who, body, answer, problems, ...rest }: Operation) => ({
  operationId,
  summary,
  ...(who.length === 0 || who.includes('service') ? {} : { description: `For ${who.join(', ')}.` }),
  security: who.length === 0 ? [] : [{ [who.includes('service') ? 'service' : 'person']: [] }],
  parameters: [
    ...[...rest.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => parameter('path', name ?? '')),
    ...(rest.query ?? []).map((name) => parameter('query', name)),
  ],
  ...(body === undefined ? {} : { requestBody: { content: { 'application/json': { schema: schemaOf(body) } } } }),
  responses: { ...answers(answer), ...Object.fromEntries(problems.map((status) => [status, problemAnswer])) },
});

const parameter = (place: 'path' | 'query', name: string) => ({
  name,
  in: place,
  required: place === 'path',
  schema: { type: 'string' },
});

const answers = (answer: Operation['answer']) =>
  answer.status === 303
    ? { 303: { description: 'To the console.', headers: { Location: { schema: { type: 'string' } } } } }
    : { 200: { description: 'Done.', content: { 'application/json': { schema: schemaOf(answer.schema) } } } };

const problemAnswer = {
  description: 'A problem document.',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};
