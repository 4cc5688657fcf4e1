import type { IncomingMessage } from 'node:http';
import { HttpProblem, onlyMethods, unavailable } from '@tiktok-channel/platform/http-server';
import { assertNever, type Clock } from '@tiktok-channel/platform/kernel';
import type { Express } from 'express';
import type { Redeliver, Redelivery } from '../../application/redeliver.ts';
import type { RedeliveryReporter } from '../../telemetry.ts';
import { readBody } from './read-body.ts';
import { signatureProblem } from './signature-problem.ts';

const PATH = '/internal/v1/redeliveries';

/**
 * On the internal port: the raw body of a `WebhookUnrecognized`, signed anew by who holds the app's secret, with the log
 * id and the arrival that the record has.
 */
export const mountRedeliveries = (
  app: Express,
  {
    redeliver,
    reporter,
    clock,
    maxBodyBytes,
  }: {
    readonly redeliver: Redeliver;
    readonly reporter: RedeliveryReporter;
    readonly clock: Clock;
    readonly maxBodyBytes: number;
  },
): void => {
  app.post(PATH, async (request, response) => {
    const nowMs = clock.now();
    const rawBody = await bodyOf(request, maxBodyBytes);
    const delivery = {
      rawBody,
      signature: request.get('tiktok-signature'),
      logId: request.get('x-tt-logid') || null,
      receivedAtMs: receivedAtIn(request.get('x-received-at')),
    };
    const redelivery = await redeliver(delivery, nowMs);
    reporter.redelivery(redelivery, delivery.logId);
    response.json(viewOf(redelivery));
  });
  app.all(PATH, onlyMethods('POST'));
};

const bodyOf = (request: IncomingMessage, maxBodyBytes: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    readBody(request, maxBodyBytes, (body, failure) => {
      if (body !== null) resolve(body);
      else if (failure === 'body_too_large') reject(new HttpProblem(413, failure, `larger than ${maxBodyBytes} bytes`));
      else reject(new HttpProblem(400, 'request_aborted', 'the request ended before its body was complete'));
    });
  });

/** Epoch milliseconds: 13 digits are the years 2001 to 2286. */
const RECEIVED_AT = /^[1-9]\d{12}$/;

const receivedAtIn = (header: string | undefined): number => {
  if (header !== undefined && RECEIVED_AT.test(header)) return Number(header);
  const message = 'when the delivery first arrived, in epoch milliseconds';
  throw new HttpProblem(400, 'invalid_request', `this header is missing or wrong: x-received-at, ${message}`, {
    fields: [{ field: 'x-received-at', message }],
  });
};

/** The answer; a refusal throws its problem. */
const viewOf = (redelivery: Redelivery): Extract<Redelivery, { kind: 'published' | 'unrecognized' }> => {
  switch (redelivery.kind) {
    case 'published':
    case 'unrecognized':
      return redelivery;
    case 'refused':
      throw signatureProblem(redelivery.reason);
    case 'unavailable':
      throw unavailable('the events could not be stored in time; give the delivery back again');
    default:
      return assertNever(redelivery);
  }
};
