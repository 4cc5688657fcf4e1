/** One field of a request that was wrong. */
export interface FieldProblem {
  readonly field: string;
  readonly message: string;
}

/** A refusal that becomes a problem document (RFC 9457). `code` is a stable snake_case word to branch on. */
export class HttpProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly fields: readonly FieldProblem[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    detail: string,
    extras: { readonly fields?: readonly FieldProblem[]; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(detail);
    this.name = 'HttpProblem';
    this.status = status;
    this.code = code;
    this.fields = extras.fields ?? [];
    this.headers = extras.headers ?? {};
  }
}

export const notFound = (what: string): HttpProblem => new HttpProblem(404, 'not_found', `${what} does not exist`);

export const unavailable = (detail: string, retryAfterSeconds = 5): HttpProblem =>
  new HttpProblem(503, 'unavailable', detail, { headers: { 'Retry-After': String(retryAfterSeconds) } });
