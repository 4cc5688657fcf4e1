import fc from 'fast-check';

/** What a test walks of an OpenAPI document: every method of every path, with references followed. */
export interface DocumentedOperation {
  readonly operationId: string;
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly DocumentedParameter[];
  /** Of a JSON body. */
  readonly body: JsonSchema | null;
  readonly isForm: boolean;
  readonly statuses: readonly string[];
  /** It can be opened by something in its address. */
  readonly hasSignature: boolean;
}

export interface DocumentedParameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: JsonSchema;
}

export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: unknown;
  readonly items?: JsonSchema;
  readonly pattern?: string;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

interface RawOperation {
  readonly operationId: string;
  readonly parameters?: readonly DocumentedParameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>> };
  readonly responses: Readonly<Record<string, unknown>>;
  readonly security?: readonly Readonly<Record<string, unknown>>[];
}

export const operationsIn = (document: unknown): readonly DocumentedOperation[] => {
  const { paths } = document as { readonly paths: Readonly<Record<string, Readonly<Record<string, RawOperation>>>> };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      operationId: operation.operationId,
      method,
      path,
      parameters: operation.parameters ?? [],
      body: operation.requestBody?.content['application/json']?.schema ?? null,
      isForm: operation.requestBody?.content['multipart/form-data'] !== undefined,
      statuses: Object.keys(operation.responses),
      hasSignature: operation.security?.some((way) => 'signature' in way) ?? false,
    })),
  );
};

/** Text that no id, cursor or word was meant to be: also what no database holds, and half a pair of surrogates. */
export const wildText = fc.oneof(
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

/** Values of the shape that a schema describes, right and wrong at any place in it. */
export const nearly = (schema: JsonSchema): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 4, arbitrary: shaped(schema) }, { weight: 1, arbitrary: fc.oneof(fc.jsonValue(), wildText) });

const shaped = (schema: JsonSchema): fc.Arbitrary<unknown> => {
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map(nearly));
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case 'object': {
      const properties = Object.entries(schema.properties ?? {}).map(([name, own]) => [name, nearly(own)]);
      return fc.record({ ...Object.fromEntries(properties), unknown: fc.jsonValue() }, { requiredKeys: [] });
    }
    case 'array':
      return fc.array(nearly(schema.items ?? {}), { maxLength: 12 });
    case 'integer': {
      const edges = [schema.minimum ?? 0, schema.maximum ?? 0].flatMap((edge) => [edge - 1, edge, edge + 1]);
      return fc.oneof(fc.constantFrom(...edges), fc.maxSafeInteger(), fc.double());
    }
    case 'null':
      return fc.constant(null);
    default:
      return wildText;
  }
};

/** A value that this schema alone refuses, as an address or a header carries it; null where it takes any text. */
export const wrongText = (schema: JsonSchema): string | null => {
  if (schema.type === 'integer' || schema.enum !== undefined || schema.pattern !== undefined) return 'not / this';
  return schema.maxLength === undefined ? null : 'x'.repeat(schema.maxLength + 1);
};

/** A value of a type that a field of a body does not have. */
export const wrongValue = (schema: JsonSchema): unknown =>
  typesOf(schema).has('object') || typesOf(schema).has('array') ? 7 : { not: 'this' };

const typesOf = ({ type, anyOf = [] }: JsonSchema): ReadonlySet<string | undefined> =>
  new Set([type, ...anyOf.flatMap((each) => [...typesOf(each)])]);

export const wildPath = wildText
  .filter((text) => text !== '' && text !== '.' && text !== '..')
  // A lone surrogate is no address: one is left to the query and the body.
  .map((text) => text.toWellFormed());

/** Calls of an operation with anything in every place that it has. */
export const badCall = (operation: DocumentedOperation, pathIds: Readonly<Record<string, fc.Arbitrary<string>>>) => {
  const named = (place: string) =>
    operation.parameters.filter((parameter) => parameter.in === place).map(({ name }) => name);
  return fc
    .record({
      pathIds: fc.record(pathIds),
      query: fc.dictionary(fc.constantFrom('other', ...named('query')), wildText),
      headers: fc.dictionary(
        fc.constantFrom('x-other', ...named('header'), 'range', 'if-none-match', 'if-range'),
        // What a header can carry at all.
        fc.string({ unit: 'grapheme-ascii', maxLength: 40 }),
      ),
      body: nearly(operation.body ?? {}),
    })
    .map(({ query, ...rest }) => ({ ...rest, query: `?${new URLSearchParams(query)}` }));
};
