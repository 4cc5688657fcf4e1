import { randomUUID } from 'node:crypto';
import { createServiceClock } from '@tiktok-channel/platform/clock';
import { createApp, createHttpServer, createInternalApp } from '@tiktok-channel/platform/http-server';
import { createIdentifyFrom, requirePerson, requireService } from '@tiktok-channel/platform/identity';
import { createBackgroundLoop, createLifecycle, type Lifecycle, type Part } from '@tiktok-channel/platform/lifecycle';
import { createDatabasePulse } from '@tiktok-channel/platform/postgres';
import { replyRulesOf, replyWindowAt } from '@tiktok-channel/platform/reply-rules';
import { telemetry, telemetryPart } from '@tiktok-channel/platform/telemetry';
import { mountConversations } from './adapters/http/conversation.routes.ts';
import { createEventStreams, mountEvents } from './adapters/http/event.routes.ts';
import { mountLineage } from './adapters/http/lineage.routes.ts';
import { mountInternalMedia, mountMedia } from './adapters/http/media.routes.ts';
import { createMediaUrls } from './adapters/http/media-urls.ts';
import { mountProjections } from './adapters/http/projection.routes.ts';
import { mountReplies } from './adapters/http/reply.routes.ts';
import { detectType } from './adapters/media/content-type.ts';
import { createChangeLog } from './adapters/persistence/change-log.ts';
import { createConversationQueries } from './adapters/persistence/conversation.queries.ts';
import { createDatabase } from './adapters/persistence/database.ts';
import { createMediaLibrary } from './adapters/persistence/media.library.ts';
import { createLiveChanges } from './application/live-changes.ts';
import { createStoreUpload } from './application/store-upload.ts';
import { composeFetching } from './compose-fetching.ts';
import { composeMessaging, type Messaging } from './compose-messaging.ts';
import type { ConversationOptions, Ground } from './ground.ts';

export { type ConversationSettings, readConversationSettings } from './config.ts';
export type { ConversationOptions } from './ground.ts';

/** Folder of this service's migrations, for the deploy step and for tests. */
export const conversationMigrations = new URL('../prisma/migrations/', import.meta.url);

export interface Conversation {
  readonly lifecycle: Lifecycle;
  /** Base URLs, once started. */
  addresses(): { readonly public: string; readonly internal: string };
}

export const composeConversation = (options: ConversationOptions): Conversation => {
  const { settings, logger } = options;
  const time = createServiceClock({ service: 'conversation', url: settings.CLOCK_URL, given: options.clock, logger });
  const database = createDatabase(settings.DATABASE_URL);
  const rules = replyRulesOf(settings);
  const changeLog = createChangeLog(database);
  const ground: Ground = {
    ...options,
    clock: time.clock,
    identify: options.identify ?? createIdentifyFrom(settings, time),
    database,
    mediaLibrary: createMediaLibrary(database),
    queries: createConversationQueries(database, rules.windowMs),
    changeLog,
    changes: createLiveChanges({ log: changeLog, pollMs: settings.EVENTS_POLL_MS, logger }),
    rules,
  };
  const parts: Part[] = [];
  const lifecycle = createLifecycle({ parts, logger });
  const fetching = composeFetching(ground);
  const messaging = composeMessaging(ground, { fetching, onFatal: lifecycle.fail });
  const servers = composeServers(ground, { lifecycle, messaging });

  parts.push(
    telemetryPart,
    ...time.parts,
    servers.internal,
    createDatabasePulse(database, { migrations: conversationMigrations, logger }),
  );
  parts.push(
    createUpkeep(ground),
    ground.changes,
    ...(settings.CONVERSATION_PROJECTS ? fetching.parts : []),
    ...messaging.parts,
    servers.open,
    servers.streams,
  );
  return {
    lifecycle,
    addresses: () => ({ public: servers.open.url(), internal: servers.internal.url() }),
  };
};

const UPKEEP_EVERY_MS = 60_000;
const PRUNED_AT_ONCE = 10_000;

const createUpkeep = ({ settings, logger, clock, changeLog }: Ground): Part =>
  createBackgroundLoop({
    name: 'upkeep of the change log',
    work: async () => {
      await changeLog.adoptEpoch();
      const olderThanMs = clock.now() - settings.EVENTS_KEPT_MINUTES * 60_000;
      return (await changeLog.prune({ olderThanMs, maxRows: PRUNED_AT_ONCE })) >= PRUNED_AT_ONCE;
    },
    everyMs: UPKEEP_EVERY_MS,
    logger,
  });

const composeServers = (
  ground: Ground,
  { lifecycle, messaging }: { readonly lifecycle: Lifecycle; readonly messaging: Messaging },
) => {
  const { settings, logger, clock, mediaLibrary, identify, queries, changeLog, changes, rules } = ground;
  const { HOST: host } = settings;
  const people = requirePerson(identify, 'administrator', 'agent', 'operator');
  const services = requireService({
    audience: 'conversation',
    allowed: ['outbound'],
    secrets: settings.SERVICE_TOKEN_SECRETS,
    clock,
  });
  const storeUpload = createStoreUpload({ media: mediaLibrary, detectType, clock, ids: { next: () => randomUUID() } });
  const mediaUrls = createMediaUrls({ secrets: settings.MEDIA_URL_SECRETS, clock });
  const streams = createEventStreams(settings.EVENTS_MAX_STREAMS);
  const heartbeatMs = settings.EVENTS_HEARTBEAT_SECONDS * 1_000;
  const publicApp = createApp({
    logger,
    mount: (app) => {
      const windowOf = (facts: Parameters<typeof replyWindowAt>[0]) => replyWindowAt(facts, rules, clock.now());
      mountConversations(app, { people, queries, changeLog, windowOf, mediaUrls });
      mountEvents(app, { people, changes, streams, clock, heartbeatMs });
      mountReplies(app, { ...messaging, people, queries });
      mountMedia(app, { people, storeUpload, media: mediaLibrary, mediaUrls });
      messaging.operatorApi.mount(app);
      mountProjections(app, messaging.projections);
      mountLineage(app, { operator: messaging.operatorApi.operator, findLineage: messaging.findLineage });
    },
  });
  const internalApp = createInternalApp({
    logger,
    lifecycle,
    handleMetrics: (request, response) => telemetry().handleMetrics(request, response),
    mount: (app) => {
      mountInternalMedia(app, { services, media: mediaLibrary });
    },
  });
  return {
    streams,
    internal: createHttpServer({ name: 'internal HTTP', listener: internalApp, host, port: settings.INTERNAL_PORT }),
    open: createHttpServer({ name: 'public HTTP', listener: publicApp, host, port: settings.PORT }),
  };
};
