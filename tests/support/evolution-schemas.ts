import { randomUUID } from 'node:crypto';
import { type RecordSchema, readRecordSchemas } from '@tiktok-channel/schemas/compatibility';

/** A type in a schema that was written out whole. */
interface TypeJson {
  readonly type: unknown;
  readonly name?: string;
  readonly namespace?: string;
  readonly doc?: string;
  readonly symbols?: readonly string[];
  readonly default?: unknown;
  readonly fields?: readonly TypeJson[];
  readonly items?: unknown;
}

export type Contract = readonly RecordSchema[];

/** Under subjects of one's own: the registry is shared, and the real subjects must never see what is planted here. */
export const underOwnSubjects = (): ((contract: Contract) => Contract) => {
  const prefix = `evolution-${randomUUID().slice(0, 8)}`;
  return (contract) => contract.map((record) => ({ ...record, topic: `${prefix}.${record.topic}` }));
};

export const recordIn = (contract: Contract, name: string): RecordSchema => {
  const record = contract.find((candidate) => candidate.name === name);
  if (record === undefined) throw new Error(`the contract has no record ${name}`);
  return record;
};

/** Changes every record and enum of a contract, nested ones first. */
const changeTypes = (contract: Contract, change: (type: TypeJson) => TypeJson): Contract => {
  const visit = (type: unknown): unknown => {
    if (Array.isArray(type)) return type.map(visit);
    if (typeof type !== 'object' || type === null) return type;
    const { fields, items, ...rest } = type as TypeJson;
    return change({
      ...rest,
      ...(fields && { fields: fields.map((field) => ({ ...field, type: visit(field.type) })) }),
      ...(items === undefined ? {} : { items: visit(items) }),
    });
  };
  return contract.map((record) => ({ ...record, schema: visit(record.schema) as RecordSchema['schema'] }));
};

const voiceField: TypeJson & { readonly name: string } = {
  name: 'voice',
  type: [
    'null',
    {
      type: 'record',
      name: 'VoiceContent',
      namespace: 'tiktok.messages.v1',
      doc: 'A voice message.',
      fields: [{ name: 'mediaId', type: 'string', doc: "TikTok's media id." }],
    },
  ],
  doc: 'Set for VOICE.',
  default: null,
};

/** The contract with one more kind of content. */
export const withVoice = (contract: Contract): Contract =>
  changeTypes(contract, (type) => {
    if (type.name === 'ContentKind') return { ...type, symbols: [...(type.symbols ?? []), 'VOICE'] };
    if (type.name === 'MessageContent') return { ...type, fields: [...(type.fields ?? []), voiceField] };
    return type;
  });

export const NEW_SYMBOL = 'ADDED_LATER';

export const NEW_RECORD = 'CallMissed';

/** The contract with one more symbol in each enum, one more field in each record, and one more record on the message topic. */
export const grown = (contract: Contract): Contract => [
  ...changeTypes(contract, (type) => {
    if (type.symbols !== undefined) return { ...type, symbols: [...type.symbols, NEW_SYMBOL] };
    if (type.fields === undefined) return type;
    const field = { name: 'addedLater', type: ['null', 'string'], doc: 'Added later.', default: null };
    return { ...type, fields: [...type.fields, field] };
  }),
  {
    topic: recordIn(contract, 'MessageReceived').topic,
    name: NEW_RECORD,
    fullName: `tiktok.messages.v1.${NEW_RECORD}`,
    schema: {
      type: 'record',
      name: NEW_RECORD,
      namespace: 'tiktok.messages.v1',
      fields: [{ name: 'conversationId', type: 'string' }],
    },
  },
];

/** Names of the enums that a record has somewhere. */
export const enumsOf = (record: RecordSchema): readonly string[] => {
  const names: string[] = [];
  changeTypes([record], (type) => {
    if (type.symbols !== undefined) names.push(type.name ?? '');
    return type;
  });
  return names;
};

/** Which symbol a sample has: the one that was added, the default, or one that every version has. */
export type Choice = 'newest' | 'default' | 'second';

/** A value with everything set, the same for the same field whatever version has it. */
export const sampleOf = ({ schema }: RecordSchema, choice: Choice): unknown => {
  const named = new Map<string, TypeJson>();
  const visit = (type: unknown, path: string): unknown => {
    if (Array.isArray(type)) return visit(type[1], path);
    if (typeof type === 'string') return named.has(type) ? visit(named.get(type), path) : primitive(type, path);
    const json = type as TypeJson;
    if (json.name !== undefined) named.set(`${json.namespace}.${json.name}`, json);
    if (json.symbols !== undefined) return symbolOf(json, choice);
    if (json.items !== undefined) return [visit(json.items, `${path}[]`)];
    if (json.fields === undefined) return visit(json.type, path);
    return Object.fromEntries(json.fields.map(({ name, type: inner }) => [name, visit(inner, `${path}.${name}`)]));
  };
  return visit(schema, '');
};

const symbolOf = ({ symbols = [], default: symbol }: TypeJson, choice: Choice): unknown => {
  if (choice === 'default') return symbol;
  return choice === 'newest' ? symbols.at(-1) : symbols[1];
};

const primitive = (type: string, path: string): unknown => {
  const values: Readonly<Record<string, unknown>> = {
    string: `ä${path}`,
    bytes: Buffer.from(path),
    long: 1_767_225_600_123,
    int: 7,
    boolean: true,
  };
  if (!(type in values)) throw new Error(`no sample for the type ${type} at ${path}`);
  return values[type];
};

/** A value without the classes that a decoder gives it. */
export const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

/** The contract as this code has it. */
export const today = readRecordSchemas();
