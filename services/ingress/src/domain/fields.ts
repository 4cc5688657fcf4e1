/** A JSON object whose fields nobody has looked at yet. */
export type Fields = Readonly<Record<string, unknown>>;

const NONE: Fields = Object.freeze({});

export const objectIn = (value: unknown): Fields | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;

/** For objects that may be left out: what is absent or something else has no fields. */
export const optionalObjectIn = (value: unknown): Fields => objectIn(value) ?? NONE;

export const textIn = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** For what a sender that has nothing to say may leave empty as well as out. */
export const filledTextIn = (value: unknown): string | null => textIn(value) || null;

/** TikTok's are shorter by far. An id stands several times in a record, which must not outgrow its topic, and in indexes. */
const LONGEST_ID = 1_024;

/**
 * TikTok's ids are opaque strings; a few come as JSON numbers, the long ones kept as their digits by the parser. The
 * number 0 says that there is none, as of the comment above a topmost one.
 */
export const idIn = (value: unknown): string | null => {
  if (typeof value === 'string') return value === '' || value.length > LONGEST_ID ? null : value;
  return Number.isSafeInteger(value) && value !== 0 ? String(value) : null;
};

export const flagIn = (value: unknown): boolean | null => (typeof value === 'boolean' ? value : null);

const INT32_LIMIT = 2 ** 31;

/** A number that Avro's `int` holds. */
export const integerIn = (value: unknown): number | null =>
  typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < INT32_LIMIT ? value : null;

/** Below this a number of TikTok's counts seconds: as seconds it is the year 5138, as milliseconds March 1973. */
const MILLISECONDS_FROM = 100_000_000_000;
const MILLISECONDS_BELOW = MILLISECONDS_FROM * 1_000;

/** Epoch milliseconds from either unit: TikTok mixes seconds and milliseconds. Null for what is no time of this age. */
export const timeIn = (value: unknown): number | null => {
  if (typeof value !== 'number' || !Number.isInteger(value) || value <= 0 || value >= MILLISECONDS_BELOW) return null;
  return value < MILLISECONDS_FROM ? value * 1_000 : value;
};
