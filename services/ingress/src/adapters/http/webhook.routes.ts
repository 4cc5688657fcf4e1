import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { HttpProblem, requestIdOf, unavailable, writeProblem } from '@tiktok-channel/platform/http-server';
import type { Clock } from '@tiktok-channel/platform/kernel';
import type { Acceptance, AcceptDelivery } from '../../application/accept-delivery.ts';
import type { DeliveryReporter } from '../../telemetry.ts';
import { type BodyFailure, readBody } from './read-body.ts';
import { signatureProblem } from './signature-problem.ts';

export const WEBHOOK_PATH = '/webhooks/tiktok';

/** TikTok repeats with growing pauses of its own; this is for whoever heeds it. */
const RETRY_AFTER_SECONDS = 5;

/** The public port: the webhook and nothing else. Served by Node's own HTTP, without a framework (decision 0021). */
export const createWebhookListener = ({
  acceptDelivery,
  reporter,
  clock,
  maxBodyBytes,
}: {
  readonly acceptDelivery: AcceptDelivery;
  readonly reporter: DeliveryReporter;
  readonly clock: Clock;
  readonly maxBodyBytes: number;
}): RequestListener => {
  const take = (request: IncomingMessage, response: ServerResponse): void => {
    const receivedAtMs = clock.now();
    const arrival = { startedAt: performance.now(), logId: headerOf(request, 'x-tt-logid') };
    const answer = (acceptance: Acceptance): void => {
      reporter.acceptance(arrival, acceptance);
      if (acceptance.kind === 'published') response.writeHead(200, OK_HEADERS).end();
      else writeProblem(response, problemOf(acceptance), requestIdOf(request));
    };
    const fail = (error: unknown): void => {
      reporter.failure(arrival, error);
      const problem = new HttpProblem(500, 'internal_error', 'the delivery could not be taken');
      writeProblem(response, problem, requestIdOf(request));
    };
    const refuseBody = (failure: BodyFailure): void => {
      reporter.bodyFailure(arrival, failure);
      if (failure === 'body_too_large') refuseLargeBody(request, response, maxBodyBytes);
    };
    readBody(request, maxBodyBytes, (rawBody, failure) => {
      if (rawBody === null) return refuseBody(failure ?? 'request_aborted');
      const signature = headerOf(request, 'tiktok-signature') ?? undefined;
      try {
        acceptDelivery({ rawBody, signature, logId: arrival.logId, receivedAtMs }).then(answer, fail);
      } catch (error) {
        fail(error);
      }
    });
  };

  return (request, response) => {
    if (pathOf(request) !== WEBHOOK_PATH) writeProblem(response, nothingHere, requestIdOf(request));
    else if (request.method !== 'POST') writeProblem(response, onlyPost, requestIdOf(request));
    else take(request, response);
  };
};

/** An empty 200 is all that TikTok asks for. */
const OK_HEADERS = { 'content-length': '0' };

const nothingHere = new HttpProblem(404, 'not_found', 'there is nothing at this address');

const onlyPost = new HttpProblem(405, 'method_not_allowed', 'only POST is allowed here', {
  headers: { Allow: 'POST' },
});

const problemOf = (acceptance: Exclude<Acceptance, { kind: 'published' }>): HttpProblem =>
  acceptance.kind === 'refused'
    ? signatureProblem(acceptance.reason)
    : unavailable('the delivery could not be stored in time; deliver it again', RETRY_AFTER_SECONDS);

/**
 * What is still coming is read and dropped: who sends it through a proxy would see the end of the connection in place of
 * the answer. Node's time limit for a request ends it.
 */
const refuseLargeBody = (request: IncomingMessage, response: ServerResponse, maxBodyBytes: number): void => {
  const problem = new HttpProblem(413, 'body_too_large', `the body is larger than ${maxBodyBytes} bytes`);
  writeProblem(response, problem, requestIdOf(request));
  request.resume();
};

const pathOf = ({ url = '' }: IncomingMessage): string => {
  if (url === WEBHOOK_PATH) return url;
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
};

const headerOf = (request: IncomingMessage, name: string): string | null => {
  const value = request.headers[name];
  return typeof value === 'string' && value !== '' ? value : null;
};
