import type { IdentifyPerson } from '@tiktok-channel/platform/identity';
import type { Clock, Logger } from '@tiktok-channel/platform/kernel';
import type { ReplyRules } from '@tiktok-channel/platform/reply-rules';
import type { Database } from './adapters/persistence/database.ts';
import type { LiveChanges } from './application/live-changes.ts';
import type { AccessTokens, ChangeLog, ConversationQueries, MediaLibrary, TikTokMedia } from './application/ports.ts';
import type { ConversationSettings } from './config.ts';

export interface ConversationOptions {
  readonly settings: ConversationSettings;
  readonly logger: Logger;
  /** In place of the clock that the settings ask for. */
  readonly clock?: Clock;
  /** In place of the provider's keys. */
  readonly identify?: IdentifyPerson;
  /** In place of auth. */
  readonly tokens?: AccessTokens;
  /** In place of TikTok. */
  readonly tiktok?: TikTokMedia;
}

/** What most parts of the composition need. */
export interface Ground extends ConversationOptions {
  readonly clock: Clock;
  readonly identify: IdentifyPerson;
  readonly database: Database;
  readonly mediaLibrary: MediaLibrary;
  readonly queries: ConversationQueries;
  readonly changeLog: ChangeLog;
  readonly changes: LiveChanges;
  readonly rules: ReplyRules;
}
