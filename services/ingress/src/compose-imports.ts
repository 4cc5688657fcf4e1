import { setTimeout as pause } from 'node:timers/promises';
import { createChannelTokens, TOKEN_DEADLINE_MS } from '@tiktok-channel/platform/channel-tokens';
import { createHttpClient } from '@tiktok-channel/platform/http-client';
import { createServiceTokens } from '@tiktok-channel/platform/identity';
import type { Clock, Logger } from '@tiktok-channel/platform/kernel';
import type { Part } from '@tiktok-channel/platform/lifecycle';
import { createTikTokApi } from '@tiktok-channel/platform/tiktok';
import { createTikTokLists } from './adapters/tiktok/lists.client.ts';
import { createAskTikTok } from './application/history/ask-tiktok.ts';
import { createFindNoticed } from './application/history/find-noticed.ts';
import { createImportHistory } from './application/history/import-history.ts';
import { createImports, type Imports } from './application/history/imports.ts';
import { createPersistentPublisher } from './application/history/persistent-publisher.ts';
import type { ChannelTokens, HistoryPublisher } from './application/history/ports.ts';
import { createLists } from './application/history/read-lists.ts';
import { createRequestShare } from './application/history/request-share.ts';
import { createWaitUntil } from './application/history/wait-until.ts';
import type { HistorySettings } from './config-history.ts';
import { createHistoryReporter, observeOpenImports } from './telemetry-history.ts';

export interface ImportsOptions {
  readonly settings: Pick<
    HistorySettings,
    | 'AUTH_INTERNAL_URL'
    | 'SERVICE_TOKEN_SECRETS'
    | 'TIKTOK_API_BASE_URL'
    | 'TIKTOK_API_VERSION'
    | 'HISTORY_REQUESTS_PER_SECOND'
  >;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly publisher: HistoryPublisher;
  readonly isStopping: () => boolean;
  /** In place of auth. */
  readonly tokens?: ChannelTokens;
}

/** All of history but Kafka. */
export const composeImports = (options: ImportsOptions): { readonly imports: Imports; readonly clients: Part } => {
  const { settings, logger, clock, isStopping } = options;
  const reporter = createHistoryReporter(logger);
  const authClient = createHttpClient({ name: 'auth', deadlineMs: TOKEN_DEADLINE_MS });
  const tiktokClient = createHttpClient({ name: 'tiktok' });
  const waitUntil = createWaitUntil({ clock, pause, isStopping });
  const ask = createAskTikTok({
    tokens:
      options.tokens ??
      createChannelTokens({
        client: authClient,
        baseUrl: settings.AUTH_INTERNAL_URL,
        serviceToken: createServiceTokens({ service: 'ingress', secrets: settings.SERVICE_TOKEN_SECRETS, clock }),
        clock,
      }),
    share: createRequestShare({ clock, waitUntil, perSecond: settings.HISTORY_REQUESTS_PER_SECOND }),
    ...{ waitUntil, clock, reporter },
    random: Math.random,
  });
  const api = createTikTokApi({
    client: tiktokClient,
    baseUrl: settings.TIKTOK_API_BASE_URL,
    version: settings.TIKTOK_API_VERSION,
  });
  const lists = createLists({ ask, tiktok: createTikTokLists(api), clock, reporter });
  const publisher = createPersistentPublisher({ publisher: options.publisher, waitUntil, clock, reporter });
  const imports = createImports({
    importHistory: createImportHistory({ lists, publisher, clock, reporter }),
    findNoticed: createFindNoticed({ lists, publisher, waitUntil, clock }),
    ...{ publisher, clock, reporter },
  });
  observeOpenImports(imports.open);
  const clients: Part = {
    name: 'HTTP clients',
    stop: async () => {
      await Promise.all([authClient.close(), tiktokClient.close()]);
    },
  };
  return { imports, clients };
};
