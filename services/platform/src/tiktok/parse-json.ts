/**
 * A number of so many digits that a double may not hold it exactly. Where a number can stand, so that the app's id, as
 * long but in quotes, does not send every webhook the slow way. What only looks like one inside a string does no harm.
 */
const LONG_NUMBER = /(?:^|[[:,])\s*-?\d{16}/;

/**
 * Parses JSON and keeps whole numbers beyond 2^53 as strings of their digits: TikTok sends 19-digit ids as bare numbers.
 * Throws a `SyntaxError`, whose message is Node's and may quote the text: never log it.
 */
export const parseJson = (text: string): unknown => (LONG_NUMBER.test(text) ? parseLossless(text) : JSON.parse(text));

type Reviver = (this: unknown, key: string, value: unknown, context?: { readonly source?: string }) => unknown;

const parseLossless = (text: string): unknown => JSON.parse(text, keepDigits as Parameters<typeof JSON.parse>[1]);

const keepDigits: Reviver = (_key, value, context) =>
  typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? '')
    ? context?.source
    : value;
