import type { WebhookEvent } from '../../domain/events.ts';
import type { ImportProgress, ImportRefusal } from '../../domain/history/import-progress.ts';

/** What auth says of a channel. */
export type ChannelAccess =
  | { readonly kind: 'unknown' }
  | {
      readonly kind: 'known';
      readonly status: 'connected' | 'expiring' | 'needs_reauthorization' | 'disconnected';
      readonly accessToken: string | null;
    };

export interface ChannelTokens {
  /** Throws `DependencyUnavailable` while auth does not answer. */
  access(channelId: string): Promise<ChannelAccess>;
  /** TikTok refused this token. */
  refused(channelId: string, accessToken: string): void;
}

/** What came of one request to TikTok. */
export type TikTokListing =
  | { readonly kind: 'listed'; readonly data: unknown }
  | { readonly kind: 'refused'; readonly reason: ImportRefusal }
  | { readonly kind: 'tokenRefused' }
  | { readonly kind: 'tooManyRequests' }
  /** It will pass. */
  | { readonly kind: 'unavailable'; readonly reason: string }
  /** A code that nobody has told the meaning of. */
  | { readonly kind: 'unexplained'; readonly code: number };

export const CONVERSATION_TYPES = ['STRANGER', 'SINGLE'] as const;

export interface ConversationQuery {
  readonly channelId: string;
  readonly type: (typeof CONVERSATION_TYPES)[number];
  readonly cursor: string;
}

export interface TikTokLists {
  conversations(query: ConversationQuery, accessToken: string): Promise<TikTokListing>;
  content(
    query: { readonly channelId: string; readonly conversationId: string },
    accessToken: string,
  ): Promise<TikTokListing>;
}

/** Both resolve once all in-sync replicas have it, and reject with a `PublishError`. */
export interface HistoryPublisher {
  publish(events: readonly WebhookEvent[]): Promise<void>;
  report(progress: ImportProgress): Promise<void>;
}

/** What is counted and logged while imports run. */
export interface HistoryReporter {
  /** Something is away, and the import waits for it. */
  waits(channelId: string, reason: string): void;
  read(channelId: string, content: { readonly messages: number; readonly unread: number }): void;
  skipped(channelId: string, conversationId: string, reason: ImportRefusal): void;
  ended(progress: ImportProgress, kind: ImportKind): void;
  /** A defect of ours. */
  failed(channelId: string, requestId: string, error: unknown): void;
}

export type ImportKind = 'channel' | 'conversation' | 'notice';
