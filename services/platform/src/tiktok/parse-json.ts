/**
 * So many digits may be more than a double holds exactly. Where a number can stand: every webhook holds the app's id, 19
 * digits in quotes, which must not send it the slow way. What only looks like a number, inside a string, does no harm.
 */
const LONG_NUMBER_INSIDE = /[[:,]\s*-?\d{16}/;
const NUMBER_ALONE = /^\s*-?\d/;

/** Two patterns, since one that joins them takes longer than parsing does. */
const mayHoldLongNumber = (text: string): boolean => LONG_NUMBER_INSIDE.test(text) || NUMBER_ALONE.test(text);

/**
 * Parses JSON and keeps whole numbers beyond 2^53 as strings of their digits: TikTok sends 19-digit ids as bare numbers.
 * Throws a `SyntaxError`, whose message is Node's and may quote the text: never log it.
 */
export const parseJson = (text: string): unknown => (mayHoldLongNumber(text) ? parseLossless(text) : JSON.parse(text));

type Reviver = (this: unknown, key: string, value: unknown, context?: { readonly source?: string }) => unknown;

const parseLossless = (text: string): unknown => JSON.parse(text, keepDigits as Parameters<typeof JSON.parse>[1]);

const keepDigits: Reviver = (_key, value, context) =>
  typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? '')
    ? context?.source
    : value;
