import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpProblem } from './problem.ts';

const REQUEST_ID = /^[\w.-]{1,100}$/;

/** The caller's `x-request-id`, or a new one. */
export const requestIdOf = ({ headers }: IncomingMessage): string => {
  const given = headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID();
};

/** Answers with a problem document (RFC 9457). It needs no express: a hot path may be served without it. */
export const writeProblem = (response: ServerResponse, problem: HttpProblem, requestId: string): void => {
  const document = JSON.stringify({
    type: 'about:blank',
    title: problem.code,
    status: problem.status,
    code: problem.code,
    detail: problem.message,
    ...(problem.fields.length === 0 ? {} : { errors: problem.fields }),
    requestId,
  });
  response.writeHead(problem.status, {
    ...problem.headers,
    'content-type': 'application/problem+json; charset=utf-8',
    'content-length': Buffer.byteLength(document),
    'x-request-id': requestId,
  });
  response.end(document);
};
