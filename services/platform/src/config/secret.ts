import { inspect } from 'node:util';

/** A value that prints as `[redacted]` wherever it is printed; `reveal` is the one way to it. */
export interface Secret {
  reveal(): string;
  toString(): string;
  toJSON(): string;
}

const REDACTED = '[redacted]';

export const secret = (value: string): Secret => {
  const redacted = () => REDACTED;
  return Object.freeze({ reveal: () => value, toString: redacted, toJSON: redacted, [inspect.custom]: redacted });
};
