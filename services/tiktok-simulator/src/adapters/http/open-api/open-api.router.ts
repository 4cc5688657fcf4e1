import { refuse } from '@tiktok-channel/platform/kernel';
import express, { type ErrorRequestHandler, type RequestHandler, Router } from 'express';
import type { TikTok } from '../../../application/tiktok.ts';
import { refusal } from '../../../domain/codes.ts';
import { accountCalls } from './account.calls.ts';
import { conversationCalls } from './conversation.calls.ts';
import { sendAnswer } from './envelope.ts';
import { mediaCalls } from './media.calls.ts';
import { sendCalls } from './send.calls.ts';
import { tokenCalls } from './token.calls.ts';
import { webhookCalls } from './webhook.calls.ts';

/** Everything below `/open_api/v1.3`. A path without its trailing slash is not found, as with TikTok. */
export const createOpenApiRouter = (tiktok: TikTok): Router => {
  const router = Router({ strict: true, caseSensitive: true });
  router.use(beAway(tiktok), express.json({ limit: '1mb' }), refuseBadJson(tiktok));

  const endpoints = [tokenCalls, accountCalls, conversationCalls, sendCalls, mediaCalls, webhookCalls];
  for (const { method, path, handler } of endpoints.flatMap((calls) => calls(tiktok))) {
    router[method](path, ...[handler].flat());
    router.all(path, refuseMethod);
  }
  return router;
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
