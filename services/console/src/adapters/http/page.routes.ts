import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onlyMethods } from '@tiktok-channel/platform/http-server';
import type { Clock } from '@tiktok-channel/platform/kernel';
import type { Express, NextFunction, Request, Response } from 'express';
import sirv from 'sirv';
import { isPageOf } from '../../domain/routes.ts';

/** What the page has to know before anybody has signed in. Nothing here is secret. */
export interface PageConfig {
  readonly oidc: {
    readonly issuer: string;
    readonly clientId: string;
    readonly scope: string;
    /** Asked for as `audience`, which some providers need; null asks for none. */
    readonly audience: string | null;
    readonly claims: { readonly user: string; readonly account: string; readonly role: string };
  };
  readonly limits: {
    readonly textCharacters: number;
    readonly imageBytes: number;
    readonly imageTypes: readonly string[];
  };
  /** How often the page asks what time it is here. Outside production a clock can be moved by hours. */
  readonly timeEveryMs: number;
  /** Where somebody can play the customer; null in production. */
  readonly phoneUrl: string | null;
}

export interface PageRoutes {
  /** What the build wrote. */
  readonly folder: string;
  readonly config: PageConfig;
  readonly contentPolicy: string;
  readonly clock: Clock;
}

const YEAR_SECONDS = 31_536_000;

/** The page, as static files. Names of assets carry a hash of what is in them, so they are kept for ever; the page itself is asked for anew. */
export const mountPage = (app: Express, { folder, config, contentPolicy, clock }: PageRoutes): void => {
  const index = readFileSync(join(folder, 'index.html'), 'utf8');
  const headers = {
    'content-security-policy': contentPolicy,
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=()',
    'cross-origin-opener-policy': 'same-origin',
  };
  const send = (response: Response, status: number): void => {
    response
      .status(status)
      .set({ ...headers, 'cache-control': 'no-cache' })
      .type('html')
      .send(index);
  };
  const assets = sirv(folder, {
    brotli: true,
    gzip: true,
    etag: true,
    immutable: true,
    maxAge: YEAR_SECONDS,
    extensions: [],
    setHeaders: (response) => response.setHeader('x-content-type-options', 'nosniff'),
  });

  app.get('/config.json', (_request, response) => {
    response.set('cache-control', 'no-cache').json(config);
  });
  app.get('/time', (_request, response) => {
    response.set('cache-control', 'no-store').json({ now: clock.now() });
  });
  app.all(['/config.json', '/time'], onlyMethods('GET'));
  app.use('/assets', (request, response, next) => {
    request.url = `/assets${request.url}`;
    // What every answer says that says nothing else; sirv leaves what is there.
    response.removeHeader('cache-control');
    assets(request, response, next);
  });
  app.use((request: Request, response: Response, next: NextFunction) => {
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (isRead && isPageOf(request.path)) send(response, 200);
    // Somebody followed a broken link: the page says so better than a problem document.
    else if (isRead && request.accepts(['json', 'html']) === 'html') send(response, 404);
    else next();
  });
};
