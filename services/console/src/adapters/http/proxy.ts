import { Agent } from 'node:http';
import { HttpProblem, sendProblem } from '@tiktok-channel/platform/http-server';
import type { Logger } from '@tiktok-channel/platform/kernel';
import type { Request, RequestHandler, Response } from 'express';
import { createProxyMiddleware, type Plugin } from 'http-proxy-middleware';
import { routeOf, UPSTREAMS, type Upstream } from '../../domain/routes.ts';

export interface ProxySettings {
  /** Base URL of each service's public port. */
  readonly upstreams: Readonly<Record<Upstream, string>>;
  /** Outside production `/local/*` is routed too. */
  readonly isLocal: boolean;
  readonly logger: Logger;
  /** A service that sends nothing for so long is taken for gone. Longer than the pauses of a live event stream. */
  readonly silenceMs?: number;
}

const DEFAULT_SILENCE_MS = 120_000;

type Forward = (request: Request, response: Response) => void;

/** Passes on what is routed: streams both ways, changes neither cookies nor bodies, and follows no redirect. */
export const createProxy = (settings: ProxySettings): RequestHandler => {
  const forwards = Object.fromEntries(UPSTREAMS.map((upstream) => [upstream, forwardTo(upstream, settings)]));

  return (request, response, next) => {
    const [path = '', ...query] = request.url.split('?');
    const route = routeOf(path, settings);
    if (route === null) {
      next();
      return;
    }
    request.url = [route.path, ...query].join('?');
    // One id for a request on both sides, so that their logs meet.
    request.headers['x-request-id'] = response.locals.requestId;
    forwards[route.upstream]?.(request, response);
  };
};

const forwardTo = (
  upstream: Upstream,
  { upstreams, logger, silenceMs = DEFAULT_SILENCE_MS }: ProxySettings,
): Forward => {
  const answerFailure = (error: Error, request: Request, response: Response): void => {
    // Whoever asked is gone, and with it the request to the service: nobody waits for an answer.
    if (response.destroyed) return;
    logger.warn('proxy.failed', { upstream, method: request.method, requestId: response.locals.requestId }, error);
    if (response.headersSent) response.destroy();
    else sendProblem(response, away(upstream));
    // The rest of the body has nowhere to go. Unread, it would hold up the connection, and the next request on it.
    request.unpipe();
    request.resume();
  };
  const proxy = createProxyMiddleware<Request, Response>({
    target: upstreams[upstream],
    xfwd: true,
    changeOrigin: false,
    proxyTimeout: silenceMs,
    agent: new Agent({ keepAlive: true }),
    ejectPlugins: true,
    plugins: [answersBy(answerFailure)],
  });
  return (request, response) => {
    // A failure is told by the event; this callback only repeats it.
    void proxy(request, response, () => {});
  };
};

/** In place of the middleware's own plugins, which answer failures in plain text. */
const answersBy =
  (answerFailure: (error: Error, request: Request, response: Response) => void): Plugin<Request, Response> =>
  (proxy) => {
    proxy.on('error', (error, request, response) => {
      if (request !== undefined && response !== undefined && 'locals' in response) {
        answerFailure(error, request, response);
      }
    });
    proxy.on('proxyRes', (answer, _request, response) => {
      // A live stream may have nothing to say for a while, but that it has begun must be known at once.
      const isStream = answer.headers['content-type']?.startsWith('text/event-stream') ?? false;
      if (isStream) queueMicrotask(() => response.flushHeaders());
    });
  };

const away = (upstream: Upstream): HttpProblem =>
  new HttpProblem(502, 'service_unreachable', `${upstream} does not answer at the moment`, {
    headers: { 'Retry-After': '2' },
  });
