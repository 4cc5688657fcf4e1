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

/** No script, nothing from elsewhere, and no frame around it. `formAction`: where a form of the page may lead. */
const security = (formAction: string) => ({
  'content-security-policy': `default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action ${formAction}; frame-ancestors 'none'`,
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
});

export const mountPages = (app: Express, { isLocal, simulatorUrl, presence }: Pages): void => {
  app.get('/', async (request, response) => {
    const services = await presence();
    sendPage(response, startPage({ origin: originOf(request), isLocal, simulatorUrl, services }));
  });
  app.get('/channels', (request, response) => {
    const channels = channelsPage({ origin: originOf(request), isLocal, outcome: outcomeOf(request) });
    sendPage(response, channels, isLocal ? formActionOf(simulatorUrl) : undefined);
  });
  app.get('/console.css', (_request, response) => {
    response.set('cache-control', 'no-cache').type('css').send(STYLES);
  });
  app.all(['/', '/channels', '/console.css'], onlyMethods('GET'));
};

/** Browsers ask this of every redirect that follows a form, and the one here leads to TikTok's consent page. */
const formActionOf = (simulatorUrl: string | null): string =>
  simulatorUrl === null ? "'self'" : `'self' ${new URL(simulatorUrl).origin}`;

const sendPage = (response: Response, page: string, formAction = "'none'"): void => {
  response
    .set({ ...security(formAction), 'cache-control': 'no-store' })
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
  if (typeof query.connected === 'string') return { kind: 'returned' };
  if (typeof query.error === 'string') return { kind: 'failed', code: query.error };
  return { kind: 'none' };
};
