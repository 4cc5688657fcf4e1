import { createServiceClock } from '@tiktok-channel/platform/clock';
import { createLifecycle, type Lifecycle, type Part } from '@tiktok-channel/platform/lifecycle';
import { telemetryPart } from '@tiktok-channel/platform/telemetry';
import { composeConsumers, composeSchedule } from './composition/background.ts';
import type { AuthOptions, Core } from './composition/core.ts';
import { composeServers } from './composition/servers.ts';
import { composeStores } from './composition/stores.ts';
import { composeTikTok, composeUseCases } from './composition/use-cases.ts';
import { createReporters } from './telemetry.ts';

export type { AuthOptions } from './composition/core.ts';
export { type AuthSettings, readAuthSettings } from './config.ts';

/** Folder of this service's migrations, for the deploy step and for tests. */
export const authMigrations = new URL('../prisma/migrations/', import.meta.url);

export interface Auth {
  readonly lifecycle: Lifecycle;
  /** Base URLs, once started. */
  addresses(): { readonly public: string; readonly internal: string };
}

/** The rooms of `composition` join the adapters; here they become a process. */
export const composeAuth = ({ settings, logger, clock, tiktok: given }: AuthOptions): Auth => {
  const time = createServiceClock({ service: 'auth', url: settings.CLOCK_URL, given: clock, logger });
  const core: Core = { settings, logger, clock: time.clock, report: createReporters(logger) };
  const stores = composeStores(core);
  const tiktok = composeTikTok(core, stores, given);
  const useCases = composeUseCases(core, stores, tiktok);

  const parts: Part[] = [];
  const lifecycle = createLifecycle({ parts, logger });
  const consuming = composeConsumers(core, { stores, useCases, lifecycle });
  const servers = composeServers(core, { stores, useCases, lifecycle, consuming });
  parts.push(
    telemetryPart,
    ...time.parts,
    ...stores.parts,
    ...tiktok.parts,
    ...composeSchedule(core, stores, useCases),
    ...consuming.parts,
    servers.operatorPart,
    servers.internal,
    servers.open,
    {
      name: 'announcement',
      start: () => logger.info('service.ready', { port: servers.open.port(), internalPort: servers.internal.port() }),
    },
  );
  return {
    lifecycle,
    addresses: () => ({ public: servers.open.url(), internal: servers.internal.url() }),
  };
};
