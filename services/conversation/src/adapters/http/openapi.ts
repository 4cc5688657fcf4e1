import { z } from 'zod';
import { OPERATIONS, type Operation } from './openapi-operations.ts';
import { problemResponse } from './responses.ts';

type Json = Readonly<Record<string, unknown>>;

/** The interface as an OpenAPI 3.1 document: its schemas are the ones that validate requests. */
export const openApiDocument = (): Json => {
  const components = createComponents();
  const paths: Record<string, Json> = {};
  for (const operation of OPERATIONS) {
    paths[operation.path] = { ...paths[operation.path], [operation.method]: operationOf(operation, components) };
  }
  components.take(problemResponse);
  return {
    openapi: '3.1.0',
    info: {
      title: 'TikTok Channel: conversations',
      version: '1.0.0',
      summary: 'Read models of messages and statuses, the door for replies, media and live events.',
      description:
        'Ids are opaque and percent-encoded in paths. Times are epoch milliseconds. Problems are RFC 9457 documents with a stable `code`; wrong fields are named in `errors`. What belongs to another account is 404.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'The one public origin.' }],
    security: [{ bearer: [] }],
    tags: TAGS.map(([name, description]) => ({ name, description })),
    paths,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        signature: { type: 'apiKey', in: 'query', name: 'sig', description: 'Beside `account` and `until`, as given.' },
      },
      responses: Object.fromEntries(COMMON.map(([, name, description]) => [name, problem(description)])),
      schemas: components.schemas,
    },
  };
};

const TAGS = [
  ['conversations', 'Conversations and their messages'],
  ['replies', 'Replies and what becomes of them'],
  ['notices', 'Notices about channels'],
  ['events', 'What changes, live'],
  ['media', 'Images and videos'],
] as const;

/** What every operation may answer. */
const COMMON = [
  [400, 'InvalidRequest', 'A field is missing or wrong; `errors` names it.'],
  [401, 'Unauthorized', 'The bearer token is missing, invalid or expired.'],
  [403, 'Forbidden', 'The role does not reach here.'],
  [503, 'Unavailable', 'A dependency is away, or the process is stopping; `Retry-After` says when to come back.'],
] as const;

const problem = (description: string): Json => ({
  description,
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
});

interface Components {
  readonly schemas: Record<string, unknown>;
  /** The schema as it is referred to; what has an id is put among the components. */
  take(schema: z.ZodType): Json;
}

const createComponents = (): Components => {
  const schemas: Record<string, unknown> = {};
  return {
    schemas,
    take: (schema) => {
      const text = JSON.stringify(z.toJSONSchema(schema, { io: 'input' })).replaceAll(
        '#/$defs/',
        '#/components/schemas/',
      );
      const { $schema: _dialect, $defs = {}, ...own } = JSON.parse(text) as Record<string, Json>;
      Object.assign(schemas, $defs);
      return own;
    },
  };
};

const operationOf = (operation: Operation, components: Components): Json => {
  const { operationId, summary, path } = operation;
  const parameters = [
    ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
      name,
      in: 'path',
      required: true,
      schema: { type: 'string' },
    })),
    ...parametersOf('query', operation.query, components),
    ...parametersOf('header', operation.headers, components),
  ];
  return {
    operationId,
    summary,
    tags: [tagOf(path)],
    ...(operation.isOpenBySignature && { security: [{ bearer: [] }, { signature: [] }] }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...bodyOf(operation, components),
    responses: responsesOf(operation, components),
  };
};

const tagOf = (path: string): string => (/\/(?:replies|typing)/.test(path) ? 'replies' : (path.split('/')[2] ?? ''));

const parametersOf = (place: 'query' | 'header', schema: z.ZodObject | undefined, components: Components): Json[] => {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = components.take(schema) as {
    readonly properties?: Readonly<Record<string, Json>>;
    readonly required?: readonly string[];
  };
  return Object.entries(properties).map(([name, own]) => ({
    name,
    in: place,
    required: required.includes(name),
    schema: own,
  }));
};

const bodyOf = ({ body, content }: Operation, components: Components): Json => {
  if (content !== undefined) return { requestBody: { required: true, content } };
  if (body === undefined) return {};
  return { requestBody: { required: true, content: { 'application/json': { schema: components.take(body) } } } };
};

const responsesOf = (operation: Operation, components: Components): Json => {
  const { status, response, responseContent, refusals } = operation;
  const content = responseContent ?? (response && { 'application/json': { schema: components.take(response) } });
  return {
    [status]: { description: SUCCESS[status], ...(content && { content }) },
    ...Object.fromEntries(
      Object.entries(refusals).map(([code, description]) => [
        code,
        code === '304' ? { description } : problem(description),
      ]),
    ),
    ...Object.fromEntries(COMMON.map(([code, name]) => [code, { $ref: `#/components/responses/${name}` }])),
  };
};

const SUCCESS = {
  200: 'It is as asked.',
  201: 'It is kept.',
  202: 'It is accepted; what becomes of it comes later.',
} as const;
