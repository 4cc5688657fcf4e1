/** An Avro type with its references followed: two are compared alike wherever a type that they share was written out. */
export type Shape = PlainShape | UnionShape | CollectionShape | EnumShape | RecordShape;

/** A primitive. `attributes` is what stands beside its name: the logical type. */
export interface PlainShape {
  readonly kind: 'plain';
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface UnionShape {
  readonly kind: 'union';
  readonly branches: readonly Shape[];
}

export interface CollectionShape {
  readonly kind: 'array' | 'map';
  readonly items: Shape;
}

export interface EnumShape {
  readonly kind: 'enum';
  /** With its namespace. */
  readonly name: string;
  readonly doc: string | null;
  readonly symbols: readonly string[];
  readonly default: string | null;
}

export interface RecordShape {
  readonly kind: 'record';
  /** With its namespace. */
  readonly name: string;
  readonly doc: string | null;
  readonly fields: readonly FieldShape[];
}

export interface FieldShape {
  readonly name: string;
  readonly shape: Shape;
  readonly doc: string | null;
  readonly aliases: readonly string[];
  /** Absent when the field has none: null is a default. */
  readonly default?: unknown;
  /** A logical type beside the type, where Avro ignores it. */
  readonly logicalType: string | null;
}

/** What follows is Avro's JSON, loosely: whether it is valid is for avsc to say. */
interface Json {
  readonly type: unknown;
  readonly name?: string;
  readonly namespace?: string;
  readonly doc?: string;
  readonly symbols?: readonly string[];
  readonly default?: unknown;
  readonly fields?: readonly Json[];
  readonly items?: unknown;
  readonly values?: unknown;
  readonly aliases?: readonly string[];
  readonly logicalType?: string;
}

/** Named types that were met, and the namespace that a name without one is in. */
interface Scope {
  readonly named: Map<string, Shape>;
  readonly namespace: string;
}

export const shapeOf = (schema: unknown): Shape => read(schema, { named: new Map(), namespace: '' });

const read = (type: unknown, scope: Scope): Shape => {
  if (typeof type === 'string') return scope.named.get(qualified(type, scope)) ?? plain(type, {});
  if (Array.isArray(type)) return { kind: 'union', branches: type.map((branch) => read(branch, scope)) };
  return readObject(type as Json, scope);
};

const readObject = (json: Json, scope: Scope): Shape => {
  switch (json.type) {
    case 'record':
      return readRecord(json, scope);
    case 'enum':
      return readEnum(json, scope);
    case 'array':
      return { kind: 'array', items: read(json.items, scope) };
    case 'map':
      return { kind: 'map', items: read(json.values, scope) };
    default:
      return readWrapped(json, scope);
  }
};

/** `{ "type": "long", "logicalType": … }`, or braces around any other type. */
const readWrapped = ({ type, doc: _doc, ...attributes }: Json, scope: Scope): Shape => {
  const inner = read(type, scope);
  return inner.kind === 'plain' ? plain(inner.name, { ...inner.attributes, ...attributes }) : inner;
};

const readEnum = (json: Json, scope: Scope): Shape => {
  const name = qualified(json.name ?? '', { ...scope, namespace: json.namespace ?? scope.namespace });
  const shape: EnumShape = {
    kind: 'enum',
    name,
    doc: json.doc ?? null,
    symbols: json.symbols ?? [],
    default: typeof json.default === 'string' ? json.default : null,
  };
  scope.named.set(name, shape);
  return shape;
};

const readRecord = (json: Json, scope: Scope): Shape => {
  const name = qualified(json.name ?? '', { ...scope, namespace: json.namespace ?? scope.namespace });
  const fields: FieldShape[] = [];
  const shape: RecordShape = { kind: 'record', name, doc: json.doc ?? null, fields };
  // Known before its fields are read: they may refer to it.
  scope.named.set(name, shape);
  const inside = { ...scope, namespace: name.slice(0, Math.max(0, name.lastIndexOf('.'))) };
  fields.push(...(json.fields ?? []).map((field) => readField(field, inside)));
  return shape;
};

const readField = (json: Json, scope: Scope): FieldShape => ({
  name: json.name ?? '',
  shape: read(json.type, scope),
  doc: json.doc ?? null,
  aliases: json.aliases ?? [],
  logicalType: json.logicalType ?? null,
  ...('default' in json ? { default: json.default } : {}),
});

const plain = (name: string, attributes: Readonly<Record<string, unknown>>): PlainShape => ({
  kind: 'plain',
  name,
  attributes,
});

const qualified = (name: string, { namespace }: Scope): string =>
  name.includes('.') || namespace === '' ? name : `${namespace}.${name}`;
