import { fileURLToPath } from 'node:url';
import { createServiceClock } from '@tiktok-channel/platform/clock';
import { createApp, createHttpServer, createInternalApp } from '@tiktok-channel/platform/http-server';
import type { Logger } from '@tiktok-channel/platform/kernel';
import { createLifecycle, type Lifecycle, type Part } from '@tiktok-channel/platform/lifecycle';
import { telemetry, telemetryPart } from '@tiktok-channel/platform/telemetry';
import { contentPolicy } from './adapters/http/content-policy.ts';
import { mountPage } from './adapters/http/page.routes.ts';
import { createProxy } from './adapters/http/proxy.ts';
import { createReplicas, type Pace, type Replicas } from './adapters/http/replicas.ts';
import { type ConsoleSettings, pageConfigOf, pageSourcesOf, replicasOf } from './config.ts';
import { UPSTREAMS, type Upstream } from './domain/routes.ts';

export { type ConsoleSettings, readConsoleSettings } from './config.ts';

export interface ConsoleOptions {
  readonly settings: ConsoleSettings;
  readonly logger: Logger;
  /** How long a service may send nothing before it is taken for gone. */
  readonly silenceMs?: number;
  /** Of the questions to replicas whether they are ready. */
  readonly pace?: Partial<Pace>;
  /** In place of the page that was built. */
  readonly pageFolder?: string;
}

export interface Console {
  readonly lifecycle: Lifecycle;
  /** Base URLs, once started. */
  addresses(): { readonly public: string; readonly internal: string };
}

/** Written by `npm run generate`. */
const BUILT_PAGE = fileURLToPath(new URL('../dist/', import.meta.url));

export const composeConsole = ({
  settings,
  logger,
  pace,
  pageFolder = BUILT_PAGE,
  ...rest
}: ConsoleOptions): Console => {
  const { HOST: host } = settings;
  const isLocal = settings.NODE_ENV !== 'production';
  const replicas = (upstream: Upstream): Replicas =>
    createReplicas({ upstream, addresses: replicasOf(settings, upstream), logger, ...(pace && { pace }) });
  const conversation = replicas('conversation');
  const services = {
    ingress: replicas('ingress'),
    history: replicas('history'),
    auth: replicas('auth'),
    conversation,
    projector: settings.PROJECTOR_URL.length === 0 ? conversation : replicas('projector'),
    outbound: replicas('outbound'),
  };
  const time = createServiceClock({ service: 'console', url: settings.CLOCK_URL, given: undefined, logger });
  const parts: Part[] = [];
  const lifecycle = createLifecycle({ parts, logger });
  const publicApp = createApp({
    logger,
    mount: (app) => {
      app.use(createProxy({ services, isLocal, logger, ...rest }));
      mountPage(app, {
        folder: pageFolder,
        config: pageConfigOf(settings),
        contentPolicy: contentPolicy(pageSourcesOf(settings)),
        clock: time.clock,
      });
    },
  });
  const internalApp = createInternalApp({
    logger,
    lifecycle,
    handleMetrics: (request, response) => telemetry().handleMetrics(request, response),
  });
  const internal = createHttpServer({
    name: 'internal HTTP',
    listener: internalApp,
    host,
    port: settings.INTERNAL_PORT,
  });
  const open = createHttpServer({ name: 'public HTTP', listener: publicApp, host, port: settings.PORT });
  const watches = UPSTREAMS.filter((upstream) => replicasOf(settings, upstream).length > 0).map((upstream) => ({
    name: `replicas of ${upstream}`,
    ...services[upstream],
  }));
  const announce = () => logger.info('service.ready', { port: open.port(), internalPort: internal.port() });
  parts.push(telemetryPart, ...time.parts, internal, ...watches, open, { name: 'announcement', start: announce });

  return { lifecycle, addresses: () => ({ public: open.url(), internal: internal.url() }) };
};
