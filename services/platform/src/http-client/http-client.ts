import { Agent, type Dispatcher, errors, type FormData, request } from 'undici';
import type { Clock } from '../kernel/index.ts';
import { createCallMetrics } from './telemetry.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/**
 * A call that brought no usable answer. Messages carry the client's name and the failure, never an address or a header,
 * which may hold a token.
 *
 * - `unreachable`: nothing of the request was written: no connection was made, or its time was over before.
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
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | FormData;
  /** From the first byte of the connection to the last of the answer; the socket is destroyed at its end. */
  readonly deadlineMs?: number;
  /**
   * An absolute deadline by a clock of ours: judged immediately before the request is written, and the socket is destroyed at
   * it, also when the clock jumps.
   */
  readonly until?: CallDeadline;
  readonly maxBytes?: number;
}

export interface CallDeadline {
  readonly clock: Clock;
  readonly atMs: number;
  /** Called when the deadline was kept and the request is written. */
  readonly onWriting?: () => void;
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
  const measured = createCallMetrics(name);
  const call = async ({ deadlineMs = defaultDeadlineMs, maxBytes = DEFAULT_MAX_BYTES, until, ...rest }: HttpCall) => {
    const writing = watchWriting(agent, until);
    const ending = endAt(deadlineMs, until);
    try {
      const answer = await request(rest.url, {
        ...optionsOf(rest),
        dispatcher: writing.dispatcher,
        signal: ending.signal,
      });
      const body = await readBody(answer, maxBytes);
      return { status: answer.statusCode, headers: answer.headers, body };
    } catch (error) {
      if (error instanceof TooLarge) throw new HttpClientError('too_large', name);
      throw new HttpClientError(writing.hasBegun() ? codeOf(error) : 'unreachable', name, error);
    } finally {
      ending.clear();
    }
  };
  return { call: (made) => measured(made.method, () => call(made)), close: () => agent.destroy() };
};

const optionsOf = ({ method, headers, body }: HttpCall) => ({
  method,
  ...(headers === undefined ? {} : { headers: { ...headers } }),
  ...(body === undefined ? {} : { body }),
});

/** Knows whether the request was written, and keeps it from being written late: undici asks once a connection stands. */
const watchWriting = (agent: Agent, until: CallDeadline | undefined) => {
  let hasBegun = false;
  const begin = () => {
    if (until !== undefined && until.clock.now() >= until.atMs) throw new errors.RequestAbortedError();
    hasBegun = true;
    until?.onWriting?.();
  };
  const watched = (handler: Dispatcher.DispatchHandler): Dispatcher.DispatchHandler => ({
    onRequestStart: (controller, context) => {
      begin();
      handler.onRequestStart?.(controller, context);
    },
    onResponseStart: (...args) => handler.onResponseStart?.(...args),
    onResponseData: (...args) => handler.onResponseData?.(...args),
    onResponseEnd: (...args) => handler.onResponseEnd?.(...args),
    onResponseError: (...args) => handler.onResponseError?.(...args),
  });
  return {
    dispatcher: agent.compose((dispatch) => (options, handler) => dispatch(options, watched(handler))),
    hasBegun: () => hasBegun,
  };
};

/** A clock that is moved by hand is looked at so often. */
const LOOK_AT_CLOCK_MS = 100;

const endAt = (deadlineMs: number, until: CallDeadline | undefined) => {
  const remainingMs = until === undefined ? deadlineMs : Math.min(deadlineMs, until.atMs - until.clock.now());
  const timeout = AbortSignal.timeout(Math.max(0, Math.round(remainingMs)));
  if (until === undefined) return { signal: timeout, clear: () => {} };

  const jump = new AbortController();
  const timer = setInterval(() => {
    if (until.clock.now() >= until.atMs) jump.abort(new DOMException('the deadline has passed', 'TimeoutError'));
  }, LOOK_AT_CLOCK_MS);
  return { signal: AbortSignal.any([timeout, jump.signal]), clear: () => clearInterval(timer) };
};

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

const codeOf = (error: unknown): HttpClientError['code'] => {
  if (!(error instanceof Error)) return 'interrupted';
  if (error.name === 'TimeoutError' || error.name === 'AbortError') return 'timed_out';
  if (error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError) return 'timed_out';
  return 'interrupted';
};

/** The body as JSON; `HttpClientError` `unreadable` when it is none. */
export const jsonOf = (answer: HttpAnswer, client: string): unknown => {
  try {
    return JSON.parse(answer.body.toString('utf8'));
  } catch {
    throw new HttpClientError('unreadable', client);
  }
};
