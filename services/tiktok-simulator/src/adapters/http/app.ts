import path from 'node:path';
import type { Logger } from '@tiktok-channel/platform/kernel';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import type { TikTok } from '../../application/tiktok.ts';
import { mistakeStatus } from './client-mistake.ts';
import { createAuthorizeRouter } from './consent/authorize.router.ts';
import { createControlRouter } from './control/control.router.ts';
import { createOpenApiRouter } from './open-api/open-api.router.ts';
import { createPictureRouter, type MakeMedia } from './picture.router.ts';

interface Dependencies {
  readonly tiktok: TikTok;
  readonly makeMedia: MakeMedia;
  readonly logger: Logger;
}

export const createApp = ({ tiktok, makeMedia, logger }: Dependencies): Express => {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');

  app.get(['/health/live', '/health/ready'], (_req, res) => {
    res.json({ status: 'ok' });
  });
  app.get('/', (_req, res) => res.redirect('/phone'));
  app.use('/open_api/v1.3', createOpenApiRouter(tiktok));
  app.use(createAuthorizeRouter(tiktok));
  app.use(createPictureRouter(tiktok, makeMedia));
  app.use('/_control', createControlRouter(tiktok));
  app.use('/phone', express.static(path.join(import.meta.dirname, 'phone')));
  app.use(notFound);
  app.use(answerDefect(logger));
  return app;
};

const notFound: RequestHandler = (_req, res) => {
  res.status(404).type('text').send('404 page not found');
};

const answerDefect =
  (logger: Logger): ErrorRequestHandler =>
  (error: unknown, req, res, next) => {
    const mistake = mistakeStatus(error);
    if (mistake !== null && !res.headersSent) {
      res.status(mistake).type('text').send('bad request');
      return;
    }
    logger.error('request.failed', { method: req.method, path: req.path }, error);
    if (res.headersSent) next(error);
    else res.status(500).type('text').send('internal error');
  };
