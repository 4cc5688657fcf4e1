import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fullName, type NamedSchema, readNamedSchemas, readRecordSchemas } from './avro-files.ts';

/**
 * Writes `generated/records.ts` from the `.avsc` files: one interface or union per named type, and `Records`, the map
 * from the name of each record that travels on a topic to its type. Run by `npm run generate`.
 */
const generate = (): string => {
  const named = readNamedSchemas();
  const names = [...named.values()].map((schema) => schema.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`two .avsc files have the name ${twice}; generated types would collide`);

  const types = [...named.values()].map((schema) => declaration(schema, named));
  const records = readRecordSchemas().map(({ name }) => `  readonly ${name}: ${name};`);
  return [
    '// Generated from schemas/avro by generate.ts.',
    ...types,
    `export interface Records {\n${records.join('\n')}\n}`,
    '',
  ].join('\n\n');
};

const declaration = (schema: NamedSchema, named: ReadonlyMap<string, NamedSchema>): string => {
  if (schema.symbols !== undefined) {
    const symbols = schema.symbols.map((symbol) => `'${symbol}'`).join(' | ');
    return `/** ${schema.doc} */\nexport type ${schema.name} = ${symbols};`;
  }
  const fields = (schema.fields ?? []).map(
    (field) => `  /** ${field.doc} */\n  readonly ${field.name}: ${typeScript(field.type, schema.namespace, named)};`,
  );
  return `/** ${schema.doc} */\nexport interface ${schema.name} {\n${fields.join('\n')}\n}`;
};

const PRIMITIVES: Readonly<Record<string, string>> = {
  string: 'string',
  boolean: 'boolean',
  int: 'number',
  long: 'number',
  bytes: 'Buffer',
  null: 'null',
};

const typeScript = (type: unknown, namespace: string, named: ReadonlyMap<string, NamedSchema>): string => {
  if (Array.isArray(type)) {
    const branches = type.map((branch) => typeScript(branch, namespace, named));
    return [...branches.filter((branch) => branch !== 'null'), 'null'].join(' | ');
  }
  if (typeof type === 'object' && type !== null) {
    if ('items' in type) return `readonly ${typeScript(type.items, namespace, named)}[]`;
    if ('type' in type) return typeScript(type.type, namespace, named);
  }
  const name = String(type);
  const primitive = PRIMITIVES[name];
  if (primitive !== undefined) return primitive;
  const reference = named.get(name.includes('.') ? name : `${namespace}.${name}`);
  if (reference === undefined) throw new Error(`the type ${name} (namespace ${namespace}) is in no .avsc file`);
  return fullName(reference).slice(reference.namespace.length + 1);
};

const folder = join(import.meta.dirname, 'generated');
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'records.ts'), generate());
