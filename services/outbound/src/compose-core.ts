import type { Admin, createKafka } from '@tiktok-channel/platform/kafka';
import type { Clock, Logger } from '@tiktok-channel/platform/kernel';
import type { Lifecycle } from '@tiktok-channel/platform/lifecycle';
import type { OutboxRelay } from '@tiktok-channel/platform/outbox';
import type { Codec } from '@tiktok-channel/schemas';
import type { Database } from './adapters/persistence/database.ts';
import type { PublishReplyEvent } from './adapters/persistence/reply-log.ts';
import type { Channels, Images, LinkedImages, TikTok } from './application/ports.ts';
import type { OutboundSettings } from './config.ts';
import type { OutboundMetrics } from './telemetry.ts';

export interface OutboundOptions {
  readonly settings: OutboundSettings;
  readonly logger: Logger;
  /** In place of the clock that the settings ask for. */
  readonly clock?: Clock;
  /** In place of auth, conversation, the web and TikTok's API. */
  readonly channels?: Channels;
  readonly images?: Images;
  readonly linkedImages?: LinkedImages;
  readonly tiktok?: TikTok;
}

/** What every part of the service is made of. */
export interface Core extends OutboundOptions {
  readonly clock: Clock;
  readonly database: Database;
  readonly kafka: ReturnType<typeof createKafka>;
  readonly admin: Admin;
  readonly relay: OutboxRelay;
  readonly codec: Codec;
  readonly metrics: OutboundMetrics;
  readonly publish: PublishReplyEvent;
  readonly lifecycle: Lifecycle;
}
