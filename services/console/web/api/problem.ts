import { words } from '../words.ts';

/** A refusal or a failure of a call, with what its problem document says (RFC 9457). */
export class ApiProblem extends Error {
  readonly status: number;
  /** Stable word to branch on; `network` when no answer came. */
  readonly code: string;
  readonly detail: string | null;
  readonly requestId: string | null;
  readonly fields: readonly { readonly field: string; readonly message: string }[];

  constructor(status: number, document: Readonly<Record<string, unknown>>, cause?: unknown) {
    super(`${status} ${String(document.code)}`, { cause });
    this.name = 'ApiProblem';
    this.status = status;
    this.code = typeof document.code === 'string' ? document.code : 'unknown';
    this.detail = typeof document.detail === 'string' ? document.detail : null;
    this.requestId = typeof document.requestId === 'string' ? document.requestId : null;
    this.fields = Array.isArray(document.errors) ? document.errors : [];
  }
}

export const networkProblem = (cause: unknown): ApiProblem => new ApiProblem(0, { code: 'network' }, cause);

export const sessionEnded = (): ApiProblem => new ApiProblem(401, { code: 'session_ended' });

/** Of the page itself, before any call. */
export const refusedHere = (code: string): ApiProblem => new ApiProblem(400, { code });

/** Whether the same call may work a moment later. */
export const isPassing = (error: unknown): boolean =>
  error instanceof ApiProblem && (error.status === 0 || error.status >= 500 || error.status === 429);

/** Whether the call may have done its work, and nobody said so: no answer came, or one of somebody on the way. */
export const tellsNothing = (error: unknown): boolean =>
  !(error instanceof ApiProblem) || error.status === 0 || error.status >= 500;

export interface Readable {
  readonly title: string;
  readonly advice: string;
  /** Behind "Details". */
  readonly code: string;
  readonly requestId: string | null;
}

/** For people: what happened and what to do. */
export const readable = (error: unknown): Readable => {
  const problem = error instanceof ApiProblem ? error : new ApiProblem(0, { code: 'unexpected' }, error);
  const known: { readonly title: string; readonly advice: string } = textOf(problem);
  return { ...known, code: problem.code, requestId: problem.requestId };
};

const textOf = ({ status, code, detail }: ApiProblem) => {
  const { problems } = words;
  if (Object.hasOwn(problems, code)) return problems[code as keyof typeof problems];
  if (status >= 500) return problems.unavailable;
  // What a service refuses it says in a sentence.
  return detail === null ? problems.unexpected : { title: sentence(detail), advice: '' };
};

const sentence = (text: string): string => {
  const capitalised = `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
  return /[.!?]$/.test(capitalised) ? capitalised : `${capitalised}.`;
};
