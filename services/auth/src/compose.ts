import { createServiceClock } from '@tiktok-channel/platform/clock';
import { createLifecycle, type Lifecycle, type Part } from '@tiktok-channel/platform/lifecycle';
import { telemetryPart } from '@tiktok-channel/platform/telemetry';
import { composeConsumers, composeSchedule } from './compose-background.ts';
import type { AuthOptions, Core } from './compose-core.ts';
import { composeServers } from './compose-servers.ts';
import { composeStores } from './compose-stores.ts';
import { composeTikTok, composeUseCases } from './compose-use-cases.ts';
import { createReporters } from './telemetry.ts';

export { type AuthOptions, authMigrations } from './compose-core.ts';
export { type AuthSettings, readAuthSettings } from './config.ts';

export interface Auth {
  readonly lifecycle: Lifecycle;
  /** Base URLs, once started. */
  addresses(): { readonly public: string; readonly internal: string };
}

/** The files beside this one, `compose-…`, join the adapters; here they become a process. */
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
    // First, so that it says what the start waits for.
    servers.internal,
    ...time.parts,
    ...stores.parts,
    ...tiktok.parts,
    ...composeSchedule(core, stores, useCases),
    ...consuming.parts,
    servers.operatorPart,
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
