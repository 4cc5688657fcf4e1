import type { SchemaRegistry } from '@kafkajs/confluent-schema-registry';
import avsc, { type Resolver, type Type, type types } from 'avsc';
import { type RecordSchema, readRecordSchemas } from './avro-files.ts';
import { boundArrays } from './bounded-arrays.ts';
import type { Records } from './generated/records.ts';
import { connectRegistry, isNotFound, lookUpSchemaIds, type RegistrySettings } from './registry.ts';
import { writeWellFormedStrings } from './well-formed-strings.ts';

export type RecordName = keyof Records;

/** What a record on a topic turned out to be, read with the schema that this code was built with. */
export type DecodedRecord =
  | { readonly [Name in RecordName]: { readonly name: Name; readonly value: Records[Name] } }[RecordName]
  | { readonly name: null; readonly fullName: string };

/**
 * `undecodable`: the bytes are at fault, and no retry helps. `registry_unavailable`: the registry did not answer for a
 * schema id that was not met before; try again.
 */
export class CodecError extends Error {
  readonly code: 'undecodable' | 'registry_unavailable';

  constructor(code: CodecError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CodecError';
    this.code = code;
  }
}

/** Avro in the Confluent wire format: a zero byte, the schema id in four bytes, the value. */
export interface Codec {
  /** Throws a `TypeError` that names the field when `value` does not fit: a defect of the caller. */
  encode<Name extends RecordName>(name: Name, value: Records[Name]): Buffer;
  /**
   * Reads with the reader schema that this code was built with. Answers at once for a schema id met before. `name: null`
   * is a record type newer than this code. Throws or rejects with `CodecError`.
   */
  decode(bytes: Buffer | null): DecodedRecord | Promise<DecodedRecord>;
  /** Full name of a record, the `ce_type` of its event. */
  fullName(name: RecordName): string;
}

boundArrays();
writeWellFormedStrings();

type Reader = (bytes: Buffer) => DecodedRecord;

const WIRE_PREFIX_BYTES = 5;

/** Room for a usual message, so that one pass of encoding is enough; it grows to the largest value met. */
const ROOM_BYTES = 64 * 1_024;

/**
 * `writes` are the records that the caller encodes, none when it only reads. Looks up their ids, and fails when the deploy
 * step has not registered them; versions that were registered later do not matter. `contract`: the schemas to be built
 * with, if not these.
 */
export const createCodec = async ({
  registry: settings,
  writes = [],
  contract = readRecordSchemas(),
}: {
  readonly registry: RegistrySettings;
  readonly writes?: readonly RecordName[];
  readonly contract?: readonly RecordSchema[];
}): Promise<Codec> => {
  const registry = connectRegistry(settings);
  const known = new Map(contract.map((record) => [record.fullName, { ...record, type: readerType(record) }]));
  const byName = new Map([...known.values()].map((record) => [record.name, record]));
  const written = [...byName.values()].filter((record) => writes.some((name) => name === record.name));
  const ids = await lookUpSchemaIds(registry, written);
  const readers = new Map<number, Reader>();

  const encode: Codec['encode'] = (name, value) => {
    const id = ids.get(name);
    const record = byName.get(name);
    if (id === undefined || record === undefined)
      throw new TypeError(`${name} is not among the records this codec writes`);
    return encodeWith(record, id, value);
  };
  const decode: Codec['decode'] = (bytes) => {
    const id = schemaId(bytes);
    const reader = readers.get(id);
    const content = bytes as Buffer;
    if (reader !== undefined) return reader(content);
    return createReader(registry, id, known).then((created) => {
      readers.set(id, created);
      return created(content);
    });
  };
  return { encode, decode, fullName: (name) => byName.get(name)?.fullName ?? name };
};

const readerType = (record: RecordSchema): Type => avsc.Type.forSchema(record.schema, { wrapUnions: false });

const encodeWith = (
  { type, name }: { readonly type: Type; readonly name: string },
  id: number,
  value: unknown,
): Buffer => {
  try {
    return encodeValue(type, id, value);
  } catch (error) {
    // avsc's message quotes the value, which may be a person's words: only the field is told.
    if (error instanceof RangeError) throw error;
    throw new TypeError(`${name}: the field ${misfit(type, value)} does not fit its schema`);
  }
};

/** Values are written here first: a record of its exact size keeps no memory beyond it. */
let scratch = Buffer.allocUnsafeSlow(ROOM_BYTES);

const encodeValue = (type: Type, id: number, value: unknown): Buffer => {
  let end = type.encode(value, scratch, WIRE_PREFIX_BYTES);
  if (end < 0) {
    // avsc answers minus the number of bytes that are missing, having written nothing of use.
    scratch = Buffer.allocUnsafeSlow(scratch.length - end);
    end = type.encode(value, scratch, WIRE_PREFIX_BYTES);
  }
  scratch[0] = 0;
  scratch.writeInt32BE(id, 1);
  return Buffer.from(scratch.subarray(0, end));
};

const misfit = (type: Type, value: unknown): string => {
  const paths: string[] = [];
  type.isValid(value, { errorHook: (path) => paths.push(path.join('.')) });
  return paths[0] || '(value)';
};

const schemaId = (bytes: Buffer | null): number => {
  if (bytes === null) throw new CodecError('undecodable', 'the record has no value');
  if (bytes.length < WIRE_PREFIX_BYTES || bytes[0] !== 0) {
    throw new CodecError('undecodable', 'the value is not in the Confluent wire format');
  }
  return bytes.readInt32BE(1);
};

const createReader = async (
  registry: SchemaRegistry,
  id: number,
  known: ReadonlyMap<string, { readonly name: string; readonly type: Type }>,
): Promise<Reader> => {
  const writer = await fetchWriterType(registry, id);
  const fullName = (writer as types.RecordType).name ?? '';
  const record = known.get(fullName);
  if (record === undefined) return () => ({ name: null, fullName });
  const resolver = resolve(record.type, writer);
  return (bytes) => {
    const value = decodeValue(record.type, bytes, resolver);
    if (value === undefined) throw new CodecError('undecodable', `the value is no ${fullName}`);
    return { name: record.name, value } as DecodedRecord;
  };
};

/** Undefined when the bytes are not exactly one value. avsc's own error is left out: it can quote the value. */
const decodeValue = (type: Type, bytes: Buffer, resolver: Resolver): unknown => {
  try {
    const { value, offset } = type.decode(bytes, WIRE_PREFIX_BYTES, resolver);
    return offset === bytes.length ? value : undefined;
  } catch {
    // What was thrown says no more than that the bytes do not fit.
    return undefined;
  }
};

const resolve = (reader: Type, writer: Type): Resolver => {
  try {
    return reader.createResolver(writer);
  } catch (error) {
    throw new CodecError('undecodable', 'the writer schema is not compatible with this version', { cause: error });
  }
};

const fetchWriterType = async (registry: SchemaRegistry, id: number): Promise<Type> => {
  const schema = await fetchSchema(registry, id);
  try {
    return avsc.Type.forSchema(JSON.parse(JSON.stringify(schema)), { wrapUnions: false });
  } catch (error) {
    throw new CodecError('undecodable', `schema ${id} is no Avro schema`, { cause: error });
  }
};

const fetchSchema = async (registry: SchemaRegistry, id: number): Promise<unknown> => {
  try {
    return await registry.getSchema(id);
  } catch (error) {
    if (isNotFound(error)) throw new CodecError('undecodable', `the registry has no schema ${id}`, { cause: error });
    throw new CodecError('registry_unavailable', `the registry did not answer for schema ${id}`, { cause: error });
  }
};
