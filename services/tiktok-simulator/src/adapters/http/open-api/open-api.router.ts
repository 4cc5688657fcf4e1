import { refuse } from '@tiktok-channel/platform/kernel';
import express, { type ErrorRequestHandler, type RequestHandler, Router } from 'express';
import { pause } from '../../../application/pause.ts';
import type { TikTok } from '../../../application/tiktok.ts';
import { API_AREAS, type ApiArea } from '../../../domain/api-switches.ts';
import { refusal } from '../../../domain/codes.ts';
import { accountCalls } from './account.calls.ts';
import { conversationCalls } from './conversation.calls.ts';
import { directReplyCalls } from './direct-reply.calls.ts';
import type { Endpoint } from './endpoint.ts';
import { answeredCode, sendAnswer } from './envelope.ts';
import { mediaCalls } from './media.calls.ts';
import { sendCalls } from './send.calls.ts';
import { tokenCalls } from './token.calls.ts';
import { webhookCalls } from './webhook.calls.ts';

/** Everything below `/open_api/v1.3`. A path without its trailing slash is not found, as with TikTok. */
export const createOpenApiRouter = (tiktok: TikTok): Router => {
  const router = Router({ strict: true, caseSensitive: true });
  router.use(log(tiktok), beAway(tiktok), express.json({ limit: '1mb' }), refuseBadJson(tiktok));

  for (const area of API_AREAS) {
    for (const { method, path, handler } of CALLS[area](tiktok)) {
      router[method](path, fail(tiktok, area), ...[handler].flat());
      router.all(path, refuseMethod);
    }
  }
  return router;
};

const CALLS: Readonly<Record<ApiArea, (tiktok: TikTok) => readonly Endpoint[]>> = {
  token: tokenCalls,
  account: accountCalls,
  conversation: conversationCalls,
  send: (tiktok) => [...sendCalls(tiktok), ...directReplyCalls(tiktok)],
  media: mediaCalls,
  webhook: webhookCalls,
};

/** Calls that the switches let fail or wait, whatever they ask. */
const fail =
  (tiktok: TikTok, area: ApiArea): RequestHandler =>
  async (_req, res, next) => {
    const code = tiktok.callFaults.next(area);
    await pause(tiktok.time, tiktok.callFaults.delayMs(area));
    if (code === null) next();
    else if (code < 600) res.status(code).type('text').send('upstream error');
    else sendAnswer(tiktok, res, refuse(refusal(code)));
  };

const log =
  ({ calls }: TikTok): RequestHandler =>
  (req, res, next) => {
    const end = calls.begin({ method: req.method, path: req.path });
    res.once('close', () => {
      const isAnswered = res.writableFinished;
      end({ status: isAnswered ? res.statusCode : null, code: answeredCode(res), wasCut: !isAnswered });
    });
    next();
  };

const beAway =
  (tiktok: TikTok): RequestHandler =>
  (req, res, next) => {
    const { api_away, token_endpoint_away } = tiktok.switches.now();
    const isToken = req.path.startsWith('/tt_user/');
    if (api_away || (isToken && token_endpoint_away)) res.status(503).type('text').send('service unavailable');
    else next();
  };

const refuseBadJson =
  (tiktok: TikTok): ErrorRequestHandler =>
  (_error, _req, res, _next) =>
    sendAnswer(tiktok, res, refuse(refusal(40002, 'The request body is not valid JSON.')));

const refuseMethod: RequestHandler = (_req, res) => {
  res.status(405).type('text').send('method not allowed');
};
