import { Agent, type Dispatcher, errors, type FormData, request } from 'undici';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/**
 * A call that brought no usable answer. Messages carry the client's name and the failure, never an address or a header,
 * which may hold a token.
 *
 * - `unreachable`: the connection was never made; the other side has seen nothing.
 * - `timed_out`, `interrupted`: the request may have arrived.
 * - `too_large`: the answer is longer than `maxBytes`.
 * - `unreadable`: the answer's body is not what was expected.
 */
export class HttpClientError extends Error {
  readonly code: 'unreachable' | 'timed_out' | 'interrupted' | 'too_large' | 'unreadable';
  readonly retryable: boolean;

  constructor(code: HttpClientError['code'], client: string, cause?: unknown) {
    super(`${client}: ${code}`, { cause: cause instanceof Error ? new Error(cause.name) : undefined });
    this.name = 'HttpClientError';
    this.code = code;
    this.retryable = code !== 'too_large';
  }
}

export interface HttpCall {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | FormData;
  /** From the first byte of the connection to the last of the answer; the socket is destroyed at its end. */
  readonly deadlineMs?: number;
  readonly maxBytes?: number;
}

export interface HttpClient {
  /** Answers whatever the status; throws `HttpClientError` when there is no answer. Redirects are not followed. */
  call(call: HttpCall): Promise<HttpAnswer>;
  close(): Promise<void>;
}

const DEFAULT_MAX_BYTES = 8 * 1024 * 1024;

/** `name` says in errors and spans who is called. `connections` bounds the sockets per origin. */
export const createHttpClient = ({
  name,
  deadlineMs: defaultDeadlineMs = 10_000,
  connections = 64,
}: {
  readonly name: string;
  readonly deadlineMs?: number;
  readonly connections?: number;
}): HttpClient => {
  const agent = new Agent({ connections, pipelining: 1, connect: { timeout: 3_000 } });
  const call = async ({ deadlineMs = defaultDeadlineMs, maxBytes = DEFAULT_MAX_BYTES, ...rest }: HttpCall) => {
    const signal = AbortSignal.timeout(Math.max(0, Math.round(deadlineMs)));
    try {
      const answer = await request(rest.url, { ...optionsOf(rest), dispatcher: agent, signal });
      const body = await readBody(answer, maxBytes);
      return { status: answer.statusCode, headers: answer.headers, body };
    } catch (error) {
      throw error instanceof TooLarge
        ? new HttpClientError('too_large', name)
        : new HttpClientError(codeOf(error), name, error);
    }
  };
  return { call, close: () => agent.destroy() };
};

const optionsOf = ({ method, headers, body }: HttpCall) => ({
  method,
  ...(headers === undefined ? {} : { headers: { ...headers } }),
  ...(body === undefined ? {} : { body }),
});

class TooLarge extends Error {}

const readBody = async (answer: Dispatcher.ResponseData, maxBytes: number): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer.body as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) throw new TooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

/** Failures before a connection stands, by the code of Node's socket or resolver. */
const NEVER_CONNECTED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
]);

const codeOf = (error: unknown): HttpClientError['code'] => {
  if (error instanceof errors.ConnectTimeoutError) return 'unreachable';
  if (!(error instanceof Error)) return 'interrupted';
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return 'timed_out';
  if (error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError) return 'timed_out';
  return isNeverConnected(error) ? 'unreachable' : 'interrupted';
};

const isNeverConnected = (error: Error): boolean => {
  if (error instanceof AggregateError)
    return error.errors.every((each) => each instanceof Error && isNeverConnected(each));
  return 'code' in error && NEVER_CONNECTED.has(String(error.code));
};

/** The body as JSON; `HttpClientError` `unreadable` when it is none. */
export const jsonOf = (answer: HttpAnswer, client: string): unknown => {
  try {
    return JSON.parse(answer.body.toString('utf8'));
  } catch {
    throw new HttpClientError('unreadable', client);
  }
};
