import { createApp, createHttpServer, createInternalApp } from '@tiktok-channel/platform/http-server';
import type { Logger } from '@tiktok-channel/platform/kernel';
import { createLifecycle, type Lifecycle, type Part } from '@tiktok-channel/platform/lifecycle';
import { telemetry } from '@tiktok-channel/platform/telemetry';
import { mountPages } from './adapters/http/pages.routes.ts';
import { createPresence } from './adapters/http/presence.ts';
import { createProxy } from './adapters/http/proxy.ts';
import type { ConsoleSettings } from './config.ts';

export { type ConsoleSettings, readConsoleSettings } from './config.ts';

export interface ConsoleOptions {
  readonly settings: ConsoleSettings;
  readonly logger: Logger;
  /** How long a service may send nothing before it is taken for gone. */
  readonly silenceMs?: number;
}

export interface Console {
  readonly lifecycle: Lifecycle;
  /** Base URLs, once started. */
  addresses(): { readonly public: string; readonly internal: string };
}

export const composeConsole = ({ settings, logger, ...rest }: ConsoleOptions): Console => {
  const { HOST: host, SIMULATOR_URL: simulatorUrl = null } = settings;
  const isLocal = settings.NODE_ENV !== 'production';
  const upstreams = {
    ingress: settings.INGRESS_URL,
    auth: settings.AUTH_URL,
    conversation: settings.CONVERSATION_URL,
    outbound: settings.OUTBOUND_URL,
  };
  const parts: Part[] = [];
  const lifecycle = createLifecycle({ parts, logger });
  const publicApp = createApp({
    logger,
    mount: (app) => {
      app.use(createProxy({ upstreams, isLocal, logger, ...rest }));
      mountPages(app, { isLocal, simulatorUrl, presence: createPresence(upstreams) });
    },
  });
  const internalApp = createInternalApp({
    logger,
    lifecycle,
    handleMetrics: (request, response) => telemetry().handleMetrics(request, response),
  });
  const internal = createHttpServer({
    name: 'http-internal',
    listener: internalApp,
    host,
    port: settings.INTERNAL_PORT,
  });
  const open = createHttpServer({ name: 'http', listener: publicApp, host, port: settings.PORT });
  const announce = () => logger.info('service.ready', { port: open.port(), internalPort: internal.port() });
  parts.push(internal, open, { name: 'announcement', start: announce });

  const url = (port: number) => `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${port}`;
  return { lifecycle, addresses: () => ({ public: url(open.port()), internal: url(internal.port()) }) };
};
