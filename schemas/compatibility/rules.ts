import { isDeepStrictEqual } from 'node:util';
import avsc, { type Schema, type Type } from 'avsc';
import { type EnumShape, type FieldShape, type PlainShape, type RecordShape, type Shape, shapeOf } from './shapes.ts';

/** The rules, each by the reason under which a schema that breaks it is refused. Why: docs/changing-a-schema.md. */
export const RULES = {
  invalid_schema: 'a schema is valid Avro',
  doc_missing: 'every type and every field says what it is, in `doc`',
  enum_without_default: 'an enum has a default symbol, inside the enum type',
  logical_type_misplaced: 'a logical type stands inside the type, since Avro ignores it beside',
  union_not_optional: 'a union is null, first, and one other type',
  type_renamed: 'a record or an enum keeps its name and its namespace',
  type_changed: 'a field keeps its type',
  logical_type_changed: 'a field keeps its logical type, or has none for ever',
  made_nullable: 'what is never null stays so: whoever is built without null cannot read it',
  made_required: 'what may be null stays so, so that it can be blanked',
  union_changed: 'a union keeps its branches and their order',
  field_added_without_default: 'a new field has a default, for records that were written without it',
  field_removed_without_default: 'a field without default stays: older readers need it',
  field_renamed: 'a field keeps its name: older readers know no alias',
  field_default_changed: 'a field keeps its default, or has none for ever',
  enum_symbol_removed: 'an enum keeps every symbol that it ever had',
  enum_symbols_reordered: 'symbols keep their order, and new ones come last',
  enum_default_changed: 'an enum keeps its default symbol',
  older_reader_fails: 'an older reader can read what a newer writer writes',
  newer_reader_fails: 'a newer reader can read what an older writer wrote',
} as const;

export type BreakReason = keyof typeof RULES;

export interface Break {
  readonly reason: BreakReason;
  /** Names of fields with dots, `[]` for an array's items; empty for the record itself. */
  readonly path: string;
  /** What was found. */
  readonly detail: string;
}

/**
 * What keeps `newer` from following `older` on a topic. Stricter than FULL compatibility: that accepts changes which
 * lose words or break the code that others generated. Either is a schema that stands alone, in Avro's JSON.
 */
export const compareSchemas = (older: Schema, newer: Schema): readonly Break[] => [
  ...compare(shapeOf(older), shapeOf(newer), { path: '', compared: new Set() }),
  ...resolve(older, newer),
];

/** What keeps a schema from being released at all, its first version included. */
export const checkSchema = (schema: Schema): readonly Break[] => [
  ...check(shapeOf(schema), { path: '', compared: new Set() }),
  ...validate(schema),
];

/** Where a comparison stands. Each pair of named types is compared once, at the first place where it is met. */
interface Place {
  readonly path: string;
  readonly compared: Set<string>;
}

const compare = (older: Shape, newer: Shape, at: Place): readonly Break[] => {
  if (older.kind === 'union' || newer.kind === 'union') return compareUnions(branchesOf(older), branchesOf(newer), at);
  if (older.kind === 'record' && newer.kind === 'record') return once(compareRecords, older, newer, at);
  if (older.kind === 'enum' && newer.kind === 'enum') return once(compareEnums, older, newer, at);
  if ('items' in older && 'items' in newer && older.kind === newer.kind) {
    return compare(older.items, newer.items, { ...at, path: `${at.path}[]` });
  }
  if (older.kind === 'plain' && newer.kind === 'plain' && older.name === newer.name) {
    return compareLogicalTypes(older, newer, at);
  }
  return [broken('type_changed', at, `${label(older)} became ${label(newer)}`)];
};

const compareLogicalTypes = (older: PlainShape, newer: PlainShape, at: Place): readonly Break[] => {
  if (isDeepStrictEqual(older.attributes, newer.attributes)) return [];
  return [broken('logical_type_changed', at, `${logicalTypeOf(older)} became ${logicalTypeOf(newer)}`)];
};

const once = <T extends EnumShape | RecordShape>(
  comparison: (older: T, newer: T, at: Place) => readonly Break[],
  ...[older, newer, at]: readonly [T, T, Place]
): readonly Break[] => {
  if (older.name !== newer.name) return [broken('type_renamed', at, `${older.name} became ${newer.name}`)];
  if (at.compared.has(older.name)) return [];
  at.compared.add(older.name);
  return comparison(older, newer, at);
};

const compareUnions = (older: readonly Shape[], newer: readonly Shape[], at: Place): readonly Break[] => {
  const pairs = older.map((branch, index) => [branch, newer[index]] as const);
  if (older.length === newer.length && pairs.every(([before, after]) => isNull(before) === isNull(after))) {
    return pairs.flatMap(([before, after]) => (after === undefined ? [] : compare(before, after, at)));
  }
  const change = `${labels(older)} became ${labels(newer)}`;
  if (older.some(isNull) && !newer.some(isNull)) return [broken('made_required', at, change)];
  if (!older.some(isNull) && newer.some(isNull)) return [broken('made_nullable', at, change)];
  return [broken('union_changed', at, change)];
};

const compareRecords = (older: RecordShape, newer: RecordShape, at: Place): readonly Break[] => {
  const after = new Map(newer.fields.map((field) => [field.name, field]));
  const before = new Set(older.fields.map(({ name }) => name));
  const added = newer.fields.filter(({ name }) => !before.has(name));
  return [
    ...older.fields.flatMap((field) => {
      const same = after.get(field.name);
      return same === undefined ? removedField(field, added, at) : compareFields(field, same, inside(at, field));
    }),
    ...added
      .filter((field) => !('default' in field || field.aliases.some((alias) => before.has(alias))))
      .map((field) => broken('field_added_without_default', inside(at, field), 'it is new and has none')),
  ];
};

const removedField = (field: FieldShape, added: readonly FieldShape[], at: Place): readonly Break[] => {
  const renamed = added.find(({ aliases }) => aliases.includes(field.name));
  if (renamed !== undefined) return [broken('field_renamed', inside(at, field), `it became ${renamed.name}`)];
  if ('default' in field) return [];
  return [broken('field_removed_without_default', inside(at, field), 'it is gone')];
};

const compareFields = (older: FieldShape, newer: FieldShape, at: Place): readonly Break[] => {
  const change = `${defaultOf(older)} became ${defaultOf(newer)}`;
  return [
    ...compare(older.shape, newer.shape, at),
    ...(defaultOf(older) === defaultOf(newer) ? [] : [broken('field_default_changed', at, change)]),
  ];
};

const compareEnums = (older: EnumShape, newer: EnumShape, at: Place): readonly Break[] => {
  const removed = older.symbols.filter((symbol) => !newer.symbols.includes(symbol));
  const kept = older.symbols.filter((symbol) => newer.symbols.includes(symbol));
  const reordered = !isDeepStrictEqual(newer.symbols.slice(0, kept.length), kept);
  const change = `${older.default} became ${newer.default ?? 'none'}`;
  return [
    ...removed.map((symbol) => broken('enum_symbol_removed', at, `${symbol} is gone`)),
    ...(reordered ? [broken('enum_symbols_reordered', at, newer.symbols.join(', '))] : []),
    ...(older.default === null || older.default === newer.default ? [] : [broken('enum_default_changed', at, change)]),
  ];
};

/** FULL compatibility by avsc's own resolvers: what a registry says. */
const resolve = (older: Schema, newer: Schema): readonly Break[] => {
  const types = [older, newer].map(typeOf);
  const [before, after] = types;
  if (before === undefined || after === undefined || before instanceof Error || after instanceof Error) return [];
  return [...reading('older_reader_fails', before, after), ...reading('newer_reader_fails', after, before)];
};

const reading = (reason: BreakReason, reader: Type, writer: Type): readonly Break[] => {
  try {
    reader.createResolver(writer);
    return [];
  } catch (error) {
    return [{ reason, path: '', detail: messageOf(error) }];
  }
};

const validate = (schema: Schema): readonly Break[] => {
  const type = typeOf(schema);
  return type instanceof Error ? [{ reason: 'invalid_schema', path: '', detail: messageOf(type) }] : [];
};

const typeOf = (schema: Schema): Type | Error => {
  try {
    return avsc.Type.forSchema(schema, { wrapUnions: true });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
};

const check = (shape: Shape, at: Place): readonly Break[] => {
  switch (shape.kind) {
    case 'plain':
      return [];
    case 'array':
    case 'map':
      return check(shape.items, { ...at, path: `${at.path}[]` });
    case 'union':
      return checkUnion(shape.branches, at);
    default:
      if (at.compared.has(shape.name)) return [];
      at.compared.add(shape.name);
      return shape.kind === 'enum' ? checkEnum(shape, at) : checkRecord(shape, at);
  }
};

const checkUnion = (branches: readonly Shape[], at: Place): readonly Break[] => [
  ...(branches.length === 2 && isNull(branches[0]) ? [] : [broken('union_not_optional', at, labels(branches))]),
  ...branches.flatMap((branch) => check(branch, at)),
];

const checkEnum = ({ name, doc, default: symbol }: EnumShape, at: Place): readonly Break[] => [
  ...documented(doc, name, at),
  ...(symbol === null ? [broken('enum_without_default', at, `${name} has none`)] : []),
];

const checkRecord = ({ name, doc, fields }: RecordShape, at: Place): readonly Break[] => [
  ...documented(doc, name, at),
  ...fields.flatMap((field) => checkField(field, inside(at, field))),
];

const checkField = ({ name, doc, logicalType, shape }: FieldShape, at: Place): readonly Break[] => [
  ...documented(doc, name, at),
  ...(logicalType === null ? [] : [broken('logical_type_misplaced', at, `${logicalType} stands on the field`)]),
  ...check(shape, at),
];

const documented = (doc: string | null, name: string, at: Place): readonly Break[] =>
  doc === null || doc.trim() === '' ? [broken('doc_missing', at, `${name} has none`)] : [];

const broken = (reason: BreakReason, { path }: Place, detail: string): Break => ({ reason, path, detail });

const inside = (at: Place, { name }: FieldShape): Place => ({
  ...at,
  path: at.path === '' ? name : `${at.path}.${name}`,
});

const branchesOf = (shape: Shape): readonly Shape[] => (shape.kind === 'union' ? shape.branches : [shape]);

const isNull = (shape: Shape | undefined): boolean => shape?.kind === 'plain' && shape.name === 'null';

const label = (shape: Shape): string => ('name' in shape ? shape.name : shape.kind);

const labels = (branches: readonly Shape[]): string => branches.map(label).join(' or ');

const logicalTypeOf = ({ attributes: { logicalType, ...others } }: PlainShape): string =>
  [logicalType ?? 'no logical type', ...Object.entries(others).map((entry) => entry.join(' '))].join(', ');

const defaultOf = (field: FieldShape): string => ('default' in field ? JSON.stringify(field.default) : 'no default');

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
