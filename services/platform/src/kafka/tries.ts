import { delay } from './wait.ts';

/** Tries of a record whose handling throws: a defect, or something that passes by itself. */
export const MAX_TRIES = 3;
const TRY_AGAIN_AFTER_MS = 100;

export const UNEXPECTED_ERROR = 'unexpected_error';

export const waitForTry = (attempts: number): Promise<void> => delay(TRY_AGAIN_AFTER_MS * attempts);

/** Name and place of a defect without its message, which may quote what a customer wrote. */
export const describeDefect = (error: unknown): { readonly reason: string; readonly at: readonly string[] } => {
  if (!(error instanceof Error)) return { reason: typeof error, at: [] };
  const frames = (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at '));
  return { reason: error.name, at: frames.slice(0, 5).map((line) => line.trim()) };
};
