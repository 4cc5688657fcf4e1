/** What `JSON.rawJSON` makes: written out digit for digit. */
export type ExactNumber = object & { readonly rawJSON: string };

// Node has both parts of the "JSON.parse source text access" proposal; TypeScript's library does not list them yet.
const json = JSON as unknown as {
  rawJSON(text: string): ExactNumber;
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
  ): unknown;
};

/** A number of any length as `JSON.stringify` is to write it. */
export const exactNumber = (digits: string): ExactNumber => json.rawJSON(digits);

/** As `JSON.parse`, but a number that a double cannot hold stays what it was when it is written again. */
export const parseExactly = (text: string): unknown =>
  json.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && String(value) !== source ? json.rawJSON(source) : value,
  );
