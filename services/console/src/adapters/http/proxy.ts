import { HttpProblem, sendProblem } from '@tiktok-channel/platform/http-server';
import type { Logger } from '@tiktok-channel/platform/kernel';
import type { Request, RequestHandler, Response } from 'express';
import { createProxyMiddleware, type Plugin } from 'http-proxy-middleware';
import { isRepeatable, routeOf, UPSTREAMS, type Upstream } from '../../domain/routes.ts';
import { NeverConnected } from './connected-agent.ts';
import type { Replica, Replicas } from './replicas.ts';

export interface ProxySettings {
  readonly services: Readonly<Record<Upstream, Replicas>>;
  /** Outside production `/local/*` is routed too. */
  readonly isLocal: boolean;
  readonly logger: Logger;
  /** A service that sends nothing for so long is taken for gone. Longer than the pauses of a live event stream. */
  readonly silenceMs?: number;
}

const DEFAULT_SILENCE_MS = 120_000;

type Forward = (request: Request, response: Response) => void;
type OnFailure = (error: Error, request: Request, response: Response) => void;

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

/** To the next replica in turn; to another one after that only if nothing of the request can have arrived, or it does no harm twice. */
const forwardTo = (
  upstream: Upstream,
  { services, logger, silenceMs = DEFAULT_SILENCE_MS }: ProxySettings,
): Forward => {
  const replicas = services[upstream];
  const untried = new WeakMap<Request, readonly Replica[]>();

  const forward = (request: Request, response: Response, [replica, ...others]: readonly Replica[]): void => {
    untried.set(request, others);
    if (replica === undefined) refuse(upstream, request, response);
    else ways.get(replica)?.(request, response);
  };
  const goElsewhere = (error: Error, request: Request, response: Response): void => {
    const others = mayGoElsewhere(error, request) ? untried.get(request) : undefined;
    if (others?.length) forward(request, response, others);
    else refuse(upstream, request, response);
  };
  const failedAt =
    (replica: Replica): OnFailure =>
    (error, request, response) => {
      // Whoever asked is gone, and with it the request to the service: nobody waits for an answer.
      if (response.destroyed) return;
      if (error instanceof NeverConnected) replicas.foundAway(replica);
      const { requestId } = response.locals;
      logger.warn('proxy.failed', { upstream, url: replica.url, method: request.method, requestId }, error);
      if (response.headersSent) response.destroy();
      else goElsewhere(error, request, response);
    };
  const ways = new Map(replicas.all.map((replica) => [replica, wayTo(replica, failedAt(replica), silenceMs)]));

  return (request, response) => forward(request, response, replicas.inTurn());
};

const mayGoElsewhere = (error: Error, request: Request): boolean =>
  error instanceof NeverConnected || (isRepeatable(request.method, request.path) && !hasBody(request));

/** What of a body was passed on is gone. */
const hasBody = ({ headers }: Request): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

const wayTo = ({ url, agent }: Replica, onFailure: OnFailure, silenceMs: number): Forward => {
  const proxy = createProxyMiddleware<Request, Response>({
    target: url,
    xfwd: true,
    changeOrigin: false,
    proxyTimeout: silenceMs,
    agent,
    ejectPlugins: true,
    plugins: [answersBy(onFailure)],
  });

  return (request, response) => {
    // A failure is told by the event; this callback only repeats it.
    void proxy(request, response, () => {});
  };
};

/** In place of the middleware's own plugins, which answer failures in plain text. */
const answersBy =
  (onFailure: OnFailure): Plugin<Request, Response> =>
  (proxy) => {
    proxy.on('error', (error, request, response) => {
      if (request !== undefined && response !== undefined && 'locals' in response) onFailure(error, request, response);
    });
    proxy.on('proxyRes', (answer, _request, response) => {
      // What a service says of its connection to us is not true of ours to whoever asked.
      answer.headers.connection = response.shouldKeepAlive ? 'keep-alive' : 'close';
      // A live stream may have nothing to say for a while, but that it has begun must be known at once.
      const isStream = answer.headers['content-type']?.startsWith('text/event-stream') ?? false;
      if (isStream) queueMicrotask(() => response.flushHeaders());
    });
  };

const refuse = (upstream: Upstream, request: Request, response: Response): void => {
  // A delivery is answered 200, or 503 and TikTok repeats it: another status is promised to it nowhere.
  const status = upstream === 'ingress' ? 503 : 502;
  const detail = `${upstream} does not answer at the moment`;
  sendProblem(response, new HttpProblem(status, 'service_unreachable', detail, { headers: { 'Retry-After': '2' } }));
  // The rest of the body has nowhere to go. Unread, it would hold up the connection, and the next request on it.
  request.unpipe();
  request.resume();
};
