import express, { type ErrorRequestHandler, type Express, type RequestHandler, type Response } from 'express';
import { DependencyUnavailable, type Logger } from '../kernel/index.ts';
import { HttpProblem, unavailable } from './problem.ts';
import { createRequestMetrics } from './telemetry.ts';
import { requestIdOf, writeProblem } from './write-problem.ts';

/** An express application with request ids; `mount` adds the routes, and every error ends in a problem document. */
export const createApp = ({
  logger,
  mount,
}: {
  readonly logger: Logger;
  readonly mount: (app: Express) => void;
}): Express => {
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.set('query parser', 'simple');
  app.use(createRequestMetrics());
  app.use(requestId);
  mount(app);
  app.use(unknownRoute);
  app.use(toProblem(logger));
  return app;
};

/** JSON bodies of at most 1 MiB. */
export const jsonBody: RequestHandler = express.json({ limit: '1mb', strict: true });

/** Refuses every other method on a path with 405 and `Allow`. Mount it after the path's routes. */
export const onlyMethods =
  (...allowed: readonly string[]): RequestHandler =>
  (request) => {
    throw new HttpProblem(405, 'method_not_allowed', `${request.method} is not allowed here`, {
      headers: { Allow: allowed.join(', ') },
    });
  };

/** Answers hold what is somebody's own, and are not kept anywhere unless a route says so. */
const requestId: RequestHandler = (request, response, next) => {
  response.locals.requestId = requestIdOf(request);
  response.setHeader('x-request-id', response.locals.requestId);
  response.setHeader('Cache-Control', 'no-store');
  next();
};

const unknownRoute: RequestHandler = () => {
  throw new HttpProblem(404, 'not_found', 'there is nothing at this address');
};

const toProblem =
  (logger: Logger): ErrorRequestHandler =>
  (error, request, response, _next) => {
    const problem = problemOf(error);
    if (problem.status >= 500 && problem.status !== 503) {
      logger.error('http.failed', { method: request.method, requestId: response.locals.requestId }, error);
    }
    if (response.headersSent) {
      response.destroy();
      return;
    }
    sendProblem(response, problem);
  };

export const sendProblem = (response: Response, problem: HttpProblem): void =>
  writeProblem(response, problem, response.locals.requestId);

/** body-parser's `type` and our words; its own messages can quote the body. */
const BODY_PROBLEMS: Readonly<Record<string, readonly [status: number, code: string, detail: string]>> = {
  'entity.too.large': [413, 'body_too_large', 'the body is larger than this address takes'],
  'entity.parse.failed': [400, 'invalid_json', 'the body is not valid JSON'],
  'encoding.unsupported': [415, 'unsupported_encoding', 'the content encoding is not supported'],
  'charset.unsupported': [415, 'unsupported_charset', 'the charset is not supported'],
  'request.aborted': [400, 'request_aborted', 'the request ended before its body was complete'],
  'request.size.invalid': [400, 'invalid_length', 'the body is not as long as it said'],
};

const problemOf = (error: unknown): HttpProblem => {
  if (error instanceof HttpProblem) return error;
  if (error instanceof DependencyUnavailable) return unavailable(error.message);
  const refused = typeof error === 'object' && error !== null ? refusedByExpress(error) : null;
  return (
    refused ?? new HttpProblem(500, 'internal_error', 'something went wrong here; it was logged under the request id')
  );
};

/** What express itself refuses, such as a path that cannot be decoded, carries a 4xx status. */
const refusedByExpress = (error: object): HttpProblem | null => {
  const known = 'type' in error ? BODY_PROBLEMS[String(error.type)] : undefined;
  if (known !== undefined) {
    const [status, code, detail] = known;
    return new HttpProblem(status, code, detail, { fields: [{ field: '(body)', message: detail }] });
  }
  return 'status' in error && typeof error.status === 'number' && error.status >= 400 && error.status < 500
    ? new HttpProblem(error.status, 'invalid_request', 'the request could not be read', {
        fields: [{ field: '(path)', message: 'cannot be decoded' }],
      })
    : null;
};
