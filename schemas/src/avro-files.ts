import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Schema } from 'avsc';
import { topics } from './topics.ts';

const FOLDER = join(import.meta.dirname, '..', 'avro');

/** A named Avro type as its file has it. References to other named types are by name. */
export interface NamedSchema {
  readonly name: string;
  readonly namespace: string;
  readonly type: 'record' | 'enum';
  readonly doc: string;
  readonly symbols?: readonly string[];
  readonly fields?: readonly { readonly name: string; readonly type: unknown; readonly doc: string }[];
}

/** Every `.avsc` by full name (`tiktok.messages.v1.MessageReceived`). */
export const readNamedSchemas = (): ReadonlyMap<string, NamedSchema> => {
  const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.avsc'));
  const schemas = files.sort().map((file) => JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as NamedSchema);
  return new Map(schemas.map((schema) => [fullName(schema), schema]));
};

export const fullName = (schema: Pick<NamedSchema, 'name' | 'namespace'>): string =>
  `${schema.namespace}.${schema.name}`;

/** A record that travels on a topic, whole: every named type that it uses is written out where it is met first. */
export interface RecordSchema {
  readonly topic: string;
  readonly name: string;
  readonly fullName: string;
  readonly schema: Schema;
}

/** The records of all topics. Shared types have one file and are written into each record, so that every schema stands alone. */
export const readRecordSchemas = (): readonly RecordSchema[] => {
  const named = readNamedSchemas();
  return Object.values(topics).flatMap((topic) =>
    topic.records.map((name): RecordSchema => {
      const schema = [...named.values()].find((candidate) => candidate.name === name);
      if (schema === undefined) throw new Error(`no .avsc file has the record ${name} of topic ${topic.name}`);
      return { topic: topic.name, name, fullName: fullName(schema), schema: writeOut(schema, named) };
    }),
  );
};

const writeOut = (schema: NamedSchema, named: ReadonlyMap<string, NamedSchema>): Schema => {
  const written = new Set<string>();
  const visitNamed = (type: NamedSchema): unknown => {
    written.add(fullName(type));
    const fields = type.fields?.map((field) => ({ ...field, type: visit(field.type, type.namespace) }));
    return fields === undefined ? type : { ...type, fields };
  };
  const visitName = (name: string, namespace: string): unknown => {
    const reference = name.includes('.') ? name : `${namespace}.${name}`;
    const type = named.get(reference);
    if (type === undefined) return name;
    return written.has(reference) ? reference : visitNamed(type);
  };
  const visit = (type: unknown, namespace: string): unknown => {
    if (typeof type === 'string') return visitName(type, namespace);
    if (Array.isArray(type)) return type.map((branch) => visit(branch, namespace));
    if (isArrayType(type)) return { ...type, items: visit(type.items, namespace) };
    return type;
  };
  return visitNamed(schema) as Schema;
};

const isArrayType = (type: unknown): type is { readonly type: 'array'; readonly items: unknown } =>
  typeof type === 'object' && type !== null && 'items' in type;
