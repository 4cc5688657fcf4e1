import fc from 'fast-check';

/**
 * Bodies that are signed as TikTok would sign them and hold anything: a fixture with fields dropped, swapped for values
 * of other types, wrapped or added, in its envelope or its content, and then perhaps with bytes of it changed.
 */
export const mutatedBody = (fixtures: readonly Buffer[]): fc.Arbitrary<Buffer> =>
  fc
    .record({
      fixture: fc.constantFrom(...fixtures),
      edits: fc.array(edit, { maxLength: 4 }),
      damages: fc.oneof(
        { weight: 3, arbitrary: fc.constant<Damage[]>([]) },
        { weight: 1, arbitrary: fc.array(damage, { maxLength: 3 }) },
      ),
    })
    .map(({ fixture, edits, damages }) => damages.reduce(damaged, edited(fixture, edits)));

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Texts that become something which no JavaScript value writes as JSON. */
const BARE = '@bare:';
const DEEP = '@deep:';
const PROTO = '@proto';

const oddNumber = fc.constantFrom(
  ...[
    '7300000000000000002',
    '-7300000000000000002',
    '9007199254740993',
    '1e400',
    '-1e400',
    '-0',
    '0',
    '1.5',
    '1e3',
    '1E-7',
  ],
  ...[
    '1767225599',
    '1767225599120',
    '99999999999999',
    '100000000000000',
    '2147483648',
    '-2147483649',
    `1${'0'.repeat(400)}`,
  ],
);

const oddText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom(
    '',
    '\u0000',
    'a\u0000b',
    '\ud800',
    '\udfff\ud800',
    '\ufeff',
    '\u202e',
    '👩‍👩‍👧',
    'é'.normalize('NFD'),
    '+/=',
    '__proto__',
  ),
  fc.constantFrom(
    'reaction',
    'text',
    'image',
    'template',
    'ad',
    'short_link',
    'ADD',
    'im_send_msg',
    'authorization.removed',
  ),
  fc.nat(20_000).map((length) => 'x'.repeat(length)),
);

const odd: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(null, true, false, [], {}),
  oddNumber.map((digits) => `${BARE}${digits}`),
  oddText,
  fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>,
  fc.constantFrom(2, 100, 20_000).map((depth) => `${DEEP}${depth}`),
  fc.dictionary(fc.constantFrom(PROTO, 'constructor', 'toString', 'hasOwnProperty'), fc.string({ maxLength: 3 })),
);

interface Edit {
  readonly isInContent: boolean;
  /** Which of the places there are, counted round. */
  readonly at: number;
  readonly how: 'drop' | 'replace' | 'wrap' | 'add' | 'double';
  readonly name: string;
  readonly value: Json;
}

const edit: fc.Arbitrary<Edit> = fc.record({
  isInContent: fc.boolean(),
  at: fc.nat(200),
  how: fc.constantFrom('drop', 'replace', 'replace', 'wrap', 'add', 'double'),
  name: fc.oneof(
    fc.constantFrom(PROTO, 'constructor', 'text', 'reaction', 'referral', 'timestamp', 'from_user'),
    fc.string(),
  ),
  value: odd,
});

const edited = (fixture: Buffer, edits: readonly Edit[]): Buffer => {
  const envelope = parsedObject(fixture.toString());
  if (envelope === null) return fixture;
  const content = typeof envelope.content === 'string' ? parsedObject(envelope.content) : null;
  for (const one of edits) {
    if (one.isInContent && content !== null) apply(content, one);
  }
  if (content !== null) envelope.content = written(content);
  for (const one of edits) if (!one.isInContent) apply(envelope, one);
  return Buffer.from(written(envelope));
};

type JsonObject = { [key: string]: Json };

const parsedObject = (text: string): JsonObject | null => {
  try {
    const value = JSON.parse(text) as Json;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    // A fixture that is no JSON: only its bytes are changed.
    return null;
  }
};

const apply = (root: JsonObject, { at, how, name, value }: Edit): void => {
  const places = placesIn(root);
  const place = places[at % places.length];
  if (place === undefined) return;
  const { holder, key } = place;
  if (how === 'drop') delete holder[key];
  else if (how === 'add') holder[name] = value;
  else if (how === 'wrap') holder[key] = [holder[key] ?? null];
  else if (how === 'double')
    holder[key] = Array.isArray(holder[key])
      ? [...holder[key], ...holder[key]]
      : [holder[key] ?? null, holder[key] ?? null];
  else holder[key] = value;
};

interface Place {
  readonly holder: JsonObject;
  readonly key: string;
}

const placesIn = (value: Json | undefined): readonly Place[] => {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as JsonObject;
  return Object.keys(holder).flatMap((key) => [{ holder, key }, ...placesIn(holder[key])]);
};

const written = (value: Json): string =>
  JSON.stringify(value)
    .replaceAll(new RegExp(`"${BARE}([^"]+)"`, 'g'), '$1')
    .replaceAll(
      new RegExp(`"${DEEP}(\\d+)"`, 'g'),
      (_match, depth) => '['.repeat(Number(depth)) + ']'.repeat(Number(depth)),
    )
    .replaceAll(`"${PROTO}":`, '"__proto__":');

interface Damage {
  readonly at: number;
  readonly how: 'cut' | 'overwrite' | 'insert';
  readonly bytes: Uint8Array;
}

/** Among random bytes most are no UTF-8. */
const damage: fc.Arbitrary<Damage> = fc.record({
  at: fc.nat(5_000),
  how: fc.constantFrom('cut', 'overwrite', 'insert'),
  bytes: fc.uint8Array({ minLength: 1, maxLength: 6 }),
});

const damaged = (body: Buffer, { at, how, bytes }: Damage): Buffer => {
  const place = body.length === 0 ? 0 : at % body.length;
  if (how === 'cut') return body.subarray(0, place);
  const behind = how === 'overwrite' ? place + bytes.length : place;
  return Buffer.concat([body.subarray(0, place), bytes, body.subarray(behind)]);
};
