import { words } from '../../words.ts';

export interface OutcomeText {
  readonly sentence: string;
  readonly advice: string;
}

export const authorizationFailures: Readonly<Record<string, OutcomeText>> = words.channels.outcomes;

/** The code comes from an address that anybody can write: it is looked up, never shown. */
export const failureText = (code: string): OutcomeText =>
  (Object.hasOwn(authorizationFailures, code) ? authorizationFailures[code] : undefined) ??
  words.channels.unknownOutcome;
