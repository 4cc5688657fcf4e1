import type { BreakReason } from '@tiktok-channel/schemas/compatibility';

interface FieldJson {
  readonly name: string;
  readonly type: unknown;
  readonly doc?: string;
  readonly default?: unknown;
  readonly aliases?: readonly string[];
  readonly logicalType?: string;
}

/** A schema of Avro as its file has it. */
export interface RecordJson {
  readonly type: 'record';
  readonly name: string;
  readonly namespace?: string;
  readonly doc?: string;
  readonly aliases?: readonly string[];
  readonly fields: readonly FieldJson[];
}

/** A planted change, what the gate says about it, and what a registry at FULL_TRANSITIVE says. */
export interface Change {
  readonly what: string;
  readonly older: RecordJson;
  readonly newer: RecordJson;
  readonly reasons: readonly BreakReason[];
  readonly registry: 'accepts' | 'refuses';
}

const kind = {
  type: 'enum',
  name: 'Kind',
  doc: 'A kind.',
  symbols: ['UNKNOWN', 'TEXT', 'IMAGE'],
  default: 'UNKNOWN',
};

const part: RecordJson = {
  type: 'record',
  name: 'Part',
  doc: 'A part.',
  fields: [
    { name: 'words', type: ['null', 'string'], doc: "A person's words.", default: null },
    { name: 'size', type: 'int', doc: 'In bytes.' },
  ],
};

/** One field of each sort that the contract has. */
const planted: RecordJson = {
  type: 'record',
  name: 'Planted',
  namespace: 'tiktok.planted.v1',
  doc: 'A record.',
  fields: [
    { name: 'id', type: 'string', doc: 'An id.' },
    { name: 'label', type: 'string', doc: 'A label.', default: 'none' },
    { name: 'note', type: ['null', 'string'], doc: "A person's words.", default: null },
    { name: 'count', type: 'int', doc: 'A count.' },
    { name: 'at', type: { type: 'long', logicalType: 'timestamp-millis' }, doc: 'A time, UTC.' },
    { name: 'kind', type: kind, doc: 'A kind.' },
    { name: 'first', type: ['null', part], doc: 'A part.', default: null },
    { name: 'parts', type: { type: 'array', items: 'Part' }, doc: 'Parts.', default: [] },
  ],
};

/** Replaces what is given of a field; undefined takes it away. */
const withField = (
  name: string,
  patch: { readonly [key in keyof FieldJson]?: unknown },
  record = planted,
): RecordJson => ({
  ...record,
  fields: record.fields.map((field) =>
    field.name === name ? (JSON.parse(JSON.stringify({ ...field, ...patch })) as FieldJson) : field,
  ),
});

const withKind = (patch: object, record = planted): RecordJson =>
  withField('kind', { type: { ...kind, ...patch } }, record);

const withPart = (changed: RecordJson): RecordJson => withField('first', { type: ['null', changed] });

const withNew = (...fields: readonly FieldJson[]): RecordJson => ({
  ...planted,
  fields: [...planted.fields, ...fields],
});

const without = (...names: readonly string[]): RecordJson => ({
  ...planted,
  fields: planted.fields.filter(({ name }) => !names.includes(name)),
});

type Row = readonly [what: string, newer: RecordJson, reasons: readonly BreakReason[]];

const rows = (registry: Change['registry'], ...table: readonly Row[]): readonly Change[] =>
  table.map(([what, newer, reasons]) => ({ what, older: planted, newer, reasons, registry }));

const noDefault = withKind({ default: undefined });
const mood = { type: 'enum', name: 'Mood', doc: 'A mood.', symbols: ['CALM', 'MERRY'] };
const voice: RecordJson = {
  type: 'record',
  name: 'Voice',
  doc: 'A voice.',
  fields: [{ name: 'url', type: ['null', 'string'], doc: 'Its address.', default: null }],
};

const withoutDocs = (record: RecordJson): RecordJson => ({
  ...record,
  fields: record.fields.map(({ doc: _doc, ...field }) => field),
});

/** What a registry lets pass and the gate refuses: why there is a gate. */
const acceptedByRegistry = rows(
  'accepts',
  ['a symbol is removed', withKind({ symbols: ['UNKNOWN', 'TEXT'] }), ['enum_symbol_removed']],
  ['a symbol is renamed', withKind({ symbols: ['UNKNOWN', 'TEXT', 'PICTURE'] }), ['enum_symbol_removed']],
  ['symbols change places', withKind({ symbols: ['UNKNOWN', 'IMAGE', 'TEXT'] }), ['enum_symbols_reordered']],
  [
    'a symbol comes in between',
    withKind({ symbols: ['UNKNOWN', 'VOICE', 'TEXT', 'IMAGE'] }),
    ['enum_symbols_reordered'],
  ],
  ["an enum's default changes", withKind({ default: 'TEXT' }), ['enum_default_changed']],
  ["an enum's default is dropped", noDefault, ['enum_default_changed', 'enum_without_default']],
  [
    'a new enum has its default on the field, outside its type',
    withNew({ name: 'mood', type: mood, doc: 'A mood.', default: 'CALM' }),
    ['enum_without_default'],
  ],
  ["a field's default changes", withField('label', { default: 'nothing' }), ['field_default_changed']],
  ["a field's default is dropped", withField('label', { default: undefined }), ['field_default_changed']],
  ['a field gets a default', withField('id', { default: '' }), ['field_default_changed']],
  ['a field says no more what it is', withField('note', { doc: undefined }), ['doc_missing']],
  ['a field says nothing in many words', withField('note', { doc: ' ' }), ['doc_missing']],
  ['an enum says no more what it is', withKind({ doc: undefined }), ['doc_missing']],
  [
    'a new record that may be null says nothing of its field',
    withNew({ name: 'voice', type: ['null', withoutDocs(voice)], doc: 'A voice.', default: null }),
    ['doc_missing'],
  ],
  [
    'a new record in a list says nothing of its field',
    withNew({ name: 'voices', type: { type: 'array', items: withoutDocs(voice) }, doc: 'Voices.', default: [] }),
    ['doc_missing'],
  ],
  ['a logical type is dropped', withField('at', { type: 'long' }), ['logical_type_changed']],
  [
    'a logical type moves to the field, where it is ignored',
    withField('at', { type: 'long', logicalType: 'timestamp-millis' }),
    ['logical_type_changed', 'logical_type_misplaced'],
  ],
  [
    'a logical type changes',
    withField('at', { type: { type: 'long', logicalType: 'timestamp-micros' } }),
    ['logical_type_changed'],
  ],
  ['words become bytes', withField('id', { type: 'bytes' }), ['type_changed']],
  ['optional words become bytes', withField('note', { type: ['null', 'bytes'] }), ['type_changed']],
  [
    'a field with a default is renamed through an alias',
    withField('label', { name: 'title', aliases: ['label'] }),
    ['field_renamed'],
  ],
  [
    'null comes last in a union',
    withField('note', { type: ['string', 'null'], default: '' }),
    ['union_changed', 'union_not_optional', 'field_default_changed'],
  ],
  [
    'a new field is a union of records',
    withNew({ name: 'either', type: ['null', 'Part', voice], doc: 'Either.', default: null }),
    ['union_not_optional'],
  ],
  // The registry compares names without their namespaces, as Java does; avsc, and so our own codec, compares them whole.
  [
    'the record moves to another namespace',
    { ...planted, namespace: 'tiktok.replanted.v1' },
    ['type_renamed', 'older_reader_fails', 'newer_reader_fails'],
  ],
  [
    'a nested record moves to another namespace',
    withField(
      'parts',
      { type: { type: 'array', items: 'tiktok.replanted.v1.Part' } },
      withPart({ ...part, namespace: 'tiktok.replanted.v1' }),
    ),
    ['type_renamed', 'type_renamed', 'older_reader_fails', 'newer_reader_fails'],
  ],
);

const refusedByRegistry = rows(
  'refuses',
  [
    "an enum's default is no symbol of it",
    withKind({ default: 'NOTHING' }),
    ['enum_default_changed', 'invalid_schema'],
  ],
  [
    'a new field has no default',
    withNew({ name: 'size', type: 'int', doc: 'A size.' }),
    ['field_added_without_default', 'newer_reader_fails'],
  ],
  [
    'a new field has a default of another type',
    withNew({ name: 'size', type: 'int', doc: 'A size.', default: 'many' }),
    ['invalid_schema'],
  ],
  ['a field without default is removed', without('count'), ['field_removed_without_default', 'older_reader_fails']],
  [
    'a field without default is renamed through an alias',
    withField('id', { name: 'identity', aliases: ['id'] }),
    ['field_renamed', 'older_reader_fails'],
  ],
  ['a field becomes nullable', withField('id', { type: ['null', 'string'] }), ['made_nullable', 'older_reader_fails']],
  [
    'nullable words are null no more',
    withField('note', { type: 'string', default: '' }),
    ['made_required', 'field_default_changed', 'newer_reader_fails'],
  ],
  [
    'a union gets a branch',
    withField('note', { type: ['null', 'string', 'long'] }),
    ['union_changed', 'union_not_optional', 'older_reader_fails'],
  ],
  ['a count becomes longer', withField('count', { type: 'long' }), ['type_changed', 'older_reader_fails']],
  [
    'an enum becomes words',
    withField('kind', { type: 'string' }),
    ['type_changed', 'older_reader_fails', 'newer_reader_fails'],
  ],
  [
    "an array's items change",
    withField('parts', { type: { type: 'array', items: 'string' } }),
    ['type_changed', 'older_reader_fails', 'newer_reader_fails'],
  ],
  [
    'the record is renamed',
    { ...planted, name: 'Replanted' },
    ['type_renamed', 'older_reader_fails', 'newer_reader_fails'],
  ],
  [
    'the record is renamed through an alias',
    { ...planted, name: 'Replanted', aliases: ['Planted'] },
    ['type_renamed', 'older_reader_fails'],
  ],
  [
    'a nested record is renamed',
    withField('parts', { type: { type: 'array', items: 'Piece' } }, withPart({ ...part, name: 'Piece' })),
    ['type_renamed', 'type_renamed', 'older_reader_fails', 'newer_reader_fails'],
  ],
  [
    'a nested record gets a field without default',
    withPart({ ...part, fields: [...part.fields, { name: 'width', type: 'int', doc: 'In pixels.' }] }),
    ['field_added_without_default', 'newer_reader_fails'],
  ],
);

/** Every kind of break. */
export const breaks: readonly Change[] = [
  ...acceptedByRegistry,
  ...refusedByRegistry,
  {
    what: 'an enum without default gets a symbol',
    older: noDefault,
    newer: withKind({ symbols: [...kind.symbols, 'VOICE'], default: undefined }),
    reasons: ['enum_without_default', 'older_reader_fails'],
    registry: 'refuses',
  },
];

/** How the contract grows. */
export const growth: readonly Change[] = rows(
  'accepts',
  ['nothing changes', planted, []],
  ['a new field may be null', withNew({ name: 'more', type: ['null', 'string'], doc: 'More.', default: null }), []],
  ['a new field has a default', withNew({ name: 'flag', type: 'boolean', doc: 'A flag.', default: false }), []],
  [
    'a new field is an enum with a default of its own',
    withNew({ name: 'mood', type: { ...mood, default: 'CALM' }, doc: 'A mood.', default: 'CALM' }),
    [],
  ],
  ['an enum gets a symbol', withKind({ symbols: [...kind.symbols, 'VOICE'] }), []],
  [
    'a kind of content is added: a symbol and a record that may be null',
    withKind(
      { symbols: [...kind.symbols, 'VOICE'] },
      withNew({ name: 'voice', type: ['null', voice], doc: 'Set for VOICE.', default: null }),
    ),
    [],
  ],
  [
    'a nested record gets a field that may be null',
    withPart({
      ...part,
      fields: [...part.fields, { name: 'alt', type: ['null', 'string'], doc: 'Alt.', default: null }],
    }),
    [],
  ],
  ['a field with a default is removed', without('note'), []],
  ['fields change places', { ...planted, fields: planted.fields.toReversed().map(defineWhereMet) }, []],
  ['a field says better what it is', withField('note', { doc: 'Words of a person, null when blanked.' }), []],
);

/** Reversed, `parts` comes first and has to write out the record that it shares with `first`. */
function defineWhereMet(field: FieldJson): FieldJson {
  if (field.name === 'parts') return { ...field, type: { type: 'array', items: part } };
  return field.name === 'first' ? { ...field, type: ['null', 'Part'] } : field;
}
