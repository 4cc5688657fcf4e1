import { z } from 'zod';
import { listQuery, redriveBody } from './request.ts';
import { consumerView, deadLetterDetailView, deadLetterView, listOf, outboxView, redrivenView } from './views.ts';

/** One method of one path. The documents are written from these, and a test holds the mounted routes against them. */
export interface OperatorOperation {
  readonly method: 'get' | 'post';
  /** As OpenAPI writes it. */
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly response: z.ZodType;
  /** What it refuses beside bad input, tokens and roles, and what is away. */
  readonly refusals: Readonly<Record<number, string>>;
}

/** What every service serves. */
export const OPERATOR_OPERATIONS: readonly OperatorOperation[] = [
  {
    method: 'get',
    path: '/operator/v1/dead-letters',
    operationId: 'listDeadLetters',
    summary: 'Records that were given up, the newest first; a page may be short and not the last',
    query: listQuery,
    response: listOf(deadLetterView),
    refusals: {},
  },
  {
    method: 'post',
    path: '/operator/v1/dead-letters/redrive',
    operationId: 'redriveDeadLetters',
    summary: 'Gives records back to the group that had given them up; twice is harmless',
    body: redriveBody,
    response: redrivenView,
    refusals: {
      404: 'One of the ids is not there.',
      409: 'One cannot be given back: `group_gone`, `value_gone`, `record_refused`.',
    },
  },
  {
    method: 'get',
    path: '/operator/v1/dead-letters/{id}',
    operationId: 'showDeadLetter',
    summary: 'One of them, with its headers and without what it says',
    response: deadLetterDetailView,
    refusals: { 404: 'There is none, any more or yet.' },
  },
  {
    method: 'get',
    path: '/operator/v1/consumers',
    operationId: 'listConsumers',
    summary: 'How far each consumer is in each partition, and how it fares there',
    response: listOf(consumerView),
    refusals: {},
  },
  {
    method: 'get',
    path: '/operator/v1/outbox',
    operationId: 'listOutboxes',
    summary: 'What waits to be published',
    response: listOf(outboxView),
    refusals: {},
  },
];

const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.string().describe('Stable, to branch on.'),
  detail: z.string(),
});

/** `services`: names in the public origin's addresses. */
export const operatorDocument = ({
  title,
  description,
  services,
  operations,
}: {
  readonly title: string;
  readonly description: string;
  readonly services: readonly string[];
  readonly operations: readonly OperatorOperation[];
}) => ({
  openapi: '3.1.1',
  info: { title, version: '1', description, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
  servers: [
    {
      url: '/',
      description: `${'`/operator/v1`'} is ${services.map((name) => `\`/operator/${name}/v1\``).join(', ')} at the one public origin.`,
    },
  ],
  paths: Object.fromEntries(
    [...Map.groupBy(operations, ({ path }) => path)].map(([path, ofPath]) => [
      path,
      Object.fromEntries(ofPath.map((operation) => [operation.method, describe(operation)])),
    ]),
  ),
  components: {
    schemas: { Problem: schemaOf(problem, 'output') },
    securitySchemes: {
      operator: {
        type: 'http',
        scheme: 'bearer',
        bearerFormat: 'JWT',
        description: 'Of the OpenID provider, of a person with the role operator.',
      },
    },
  },
});

const schemaOf = (schema: z.ZodType, io: 'input' | 'output') => {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io });
  return rest;
};

const COMMON_REFUSALS = {
  400: 'A field is missing or wrong.',
  401: 'There is no token, or none that is good.',
  403: 'The person is no operator.',
  503: 'Something that is needed does not answer; nothing was done.',
} as const;

const describe = ({ operationId, summary, path, query, body, response, refusals }: OperatorOperation) => ({
  operationId,
  summary,
  security: [{ operator: [] }],
  parameters: [...pathParameters(path), ...queryParameters(query)],
  ...(body === undefined
    ? {}
    : { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(body, 'input') } } } }),
  responses: {
    200: { description: 'Done.', content: { 'application/json': { schema: schemaOf(response, 'output') } } },
    ...Object.fromEntries(
      Object.entries({ ...COMMON_REFUSALS, ...refusals }).map(([status, meaning]) => [status, refusal(meaning)]),
    ),
  },
});

const pathParameters = (path: string) =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name: name ?? '',
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));

const queryParameters = (query: z.ZodObject | undefined) =>
  query === undefined
    ? []
    : Object.entries(schemaOf(query, 'input').properties ?? {}).map(([name, schema]) => ({
        name,
        in: 'query',
        required: false,
        schema,
      }));

const refusal = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
});
