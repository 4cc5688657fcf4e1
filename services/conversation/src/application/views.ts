import type { ContentKind, Direction } from '../domain/message.ts';
import type { ReplyStatus } from '../domain/reply.ts';

/** What the API shows. Times are epoch milliseconds. */
export interface ConversationView {
  readonly conversationId: string;
  readonly channelId: string;
  readonly customer: {
    readonly userId: string | null;
    readonly username: string | null;
    readonly isFollower: boolean | null;
  };
  readonly lastMessage: MessageView;
  readonly updatedAt: number;
}

/** A message of TikTok, a reply that has none yet (`messageId` null), or both in one. */
export interface MessageView {
  readonly messageId: string | null;
  readonly replyId: string | null;
  readonly conversationId: string;
  readonly direction: Direction;
  readonly source: string | null;
  readonly automaticType: string | null;
  readonly content: ContentView;
  readonly quotedMessageId: string | null;
  /** TikTok's time; of a reply without a message, its first. */
  readonly sentAt: number;
  /** Null for what the customer sent. */
  readonly status: ReplyStatus | null;
  readonly failure: FailureView | null;
}

export interface ContentView {
  /** Null when it was blanked. */
  readonly kind: ContentKind | null;
  readonly tiktokType: string | null;
  readonly text: string | null;
  readonly media: MediaView | null;
  readonly videoId: string | null;
  readonly embedUrl: string | null;
}

export type MediaState = 'pending' | 'stored' | 'failed';

export interface MediaView {
  /** Ours. */
  readonly mediaId: string;
  readonly state: MediaState;
}

export interface FailureView {
  readonly code: string;
  readonly retryable: boolean;
  readonly message: string;
  readonly advice: string | null;
  readonly nextAllowedAt: number | null;
  readonly tiktokCode: number | null;
  readonly tiktokRequestId: string | null;
}

export interface ReplyView {
  readonly replyId: string;
  readonly conversationId: string;
  readonly status: ReplyStatus;
  readonly attempts: number;
  readonly messageId: string | null;
  readonly failure: FailureView | null;
  readonly retryOf: string | null;
}

export interface Page<View, Cursor> {
  readonly items: readonly View[];
  /** Null on the last page. */
  readonly next: Cursor | null;
}

/** The last conversation of a page: the next one is older. */
export interface ConversationCursor {
  readonly lastSentAt: number;
  readonly conversationId: string;
  readonly channelId: string;
}

/** The last entry of a page; `id` is its message id, or the reply id where it has none. */
export interface MessageCursor {
  readonly sentAt: number;
  readonly id: string;
}

/** `asc`: TikTok's order. `desc`: the newest first. */
export type MessageOrder = 'asc' | 'desc';
