import { onlyMethods } from '@tiktok-channel/platform/http-server';
import type { Express, Request, Response } from 'express';
import { channelsPage, type Outcome } from './pages/channels-page.ts';
import { startPage } from './pages/start-page.ts';
import { STYLES } from './pages/styles.ts';
import type { Presence } from './presence.ts';

export interface Pages {
  readonly isLocal: boolean;
  readonly simulatorUrl: string | null;
  readonly presence: Presence;
}

/** No script, nothing from elsewhere, and no frame around it. */
const SECURITY = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

export const mountPages = (app: Express, { isLocal, simulatorUrl, presence }: Pages): void => {
  app.get('/', async (request, response) => {
    const services = await presence();
    sendPage(response, startPage({ origin: originOf(request), isLocal, simulatorUrl, services }));
  });
  app.get('/channels', (request, response) => {
    sendPage(response, channelsPage({ origin: originOf(request), isLocal, outcome: outcomeOf(request) }));
  });
  app.get('/console.css', (_request, response) => {
    response.set('cache-control', 'no-cache').type('css').send(STYLES);
  });
  app.all(['/', '/channels', '/console.css'], onlyMethods('GET'));
};

const sendPage = (response: Response, page: string): void => {
  response
    .set({ ...SECURITY, 'cache-control': 'no-store' })
    .type('html')
    .send(page);
};

const HOST = /^[\w.-]+(?::\d+)?$|^\[[\da-f:]+\](?::\d+)?$/i;

/** As the browser sees us; behind a gateway, as that one tells. */
const originOf = (request: Request): string => {
  const { host = '', 'x-forwarded-proto': protocol } = request.headers;
  return `${protocol === 'https' ? 'https' : 'http'}://${HOST.test(host) ? host : 'localhost'}`;
};

const outcomeOf = ({ query }: Request): Outcome => {
  if (typeof query.connected === 'string') return { kind: 'connected', channelId: query.connected };
  if (typeof query.error === 'string') return { kind: 'failed', code: query.error };
  return { kind: 'none' };
};
