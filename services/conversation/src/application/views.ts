import type { ReplyWindowFacts } from '@tiktok-channel/platform/reply-rules';
import type { MediaFailure, MediaState } from '../domain/media.ts';
import type { ContentKind, Direction } from '../domain/message.ts';
import type { ReplyStatus } from '../domain/reply.ts';

/** What the API shows. Times are epoch milliseconds. */
export interface ConversationView {
  readonly conversationId: string;
  readonly channelId: string;
  readonly customer: {
    readonly userId: string | null;
    readonly username: string | null;
    readonly displayName: string | null;
    /** Once its bytes are here. */
    readonly avatarMediaId: string | null;
    readonly isFollower: boolean | null;
  };
  /** Of TikTok, or a reply after it that has no message yet. */
  readonly lastMessage: MessageView;
  /** The newest first, at most a few. */
  readonly referrals: readonly ReferralView[];
  /** Of whoever asks; counted no further than a hundred. */
  readonly unreadCount: number;
  readonly windowFacts: ReplyWindowFacts;
  /** When the newest message of TikTok was sent, which is its place in the list. */
  readonly updatedAt: number;
}

/** A message of TikTok, a reply that has none yet (`messageId` null), or both in one. */
export interface MessageView {
  readonly messageId: string | null;
  readonly replyId: string | null;
  readonly conversationId: string;
  readonly direction: Direction;
  readonly source: string | null;
  /** `history`: an import alone brought it, and no webhook; null for a reply that has no message. */
  readonly origin: 'webhook' | 'history' | null;
  readonly automaticType: string | null;
  readonly content: ContentView;
  readonly quotedMessageId: string | null;
  /** The card whose button was tapped, for a message that a tap produced. */
  readonly buttonTap: { readonly messageId: string; readonly buttonId: string | null } | null;
  /** Oldest first. */
  readonly reactions: readonly ReactionView[];
  /** TikTok's time; of a reply without a message, its first. */
  readonly sentAt: number;
  /** Null for what the customer sent. */
  readonly status: ReplyStatus | null;
  /** Set while the status is delayed. */
  readonly delay: DelayView | null;
  /** Set while the status is unknown: whether nothing more is tried to find out what became of it. */
  readonly isSettled: boolean | null;
  readonly failure: FailureView | null;
}

export interface ContentView {
  /** Null when nobody knew it, or when it was blanked. */
  readonly kind: ContentKind | null;
  readonly tiktokType: string | null;
  readonly text: string | null;
  readonly media: MediaView | null;
  readonly videoId: string | null;
  readonly embedUrl: string | null;
  /** Of a sticker or an emoji. */
  readonly pictureUrl: string | null;
  readonly template: TemplateView | null;
}

export interface TemplateView {
  /** TikTok's name in upper case. */
  readonly type: string;
  readonly cards: readonly {
    readonly title: string | null;
    readonly buttons: readonly { readonly buttonId: string | null; readonly label: string | null }[];
  }[];
}

/** A reaction that stands. */
export interface ReactionView {
  readonly emoji: string | null;
  readonly emojiUrl: string | null;
  readonly by: 'customer' | 'business';
  readonly at: number;
}

/** What led the customer to the conversation. */
export interface ReferralView {
  readonly source: 'ad' | 'link' | 'unknown';
  readonly reference: string | null;
  readonly adName: string | null;
  readonly embedUrl: string | null;
  readonly prefilledMessage: string | null;
  readonly at: number;
}

/** Why a reply waits. */
export interface DelayView {
  readonly reason: string;
  readonly until: number | null;
}

/** Somebody in Europe wrote: TikTok tells neither who nor what. */
export interface EuropeanNoticeView {
  readonly channelId: string;
  readonly sentAt: number;
}

export interface MediaView {
  /** Ours. */
  readonly mediaId: string;
  readonly state: MediaState;
  /** Why it is expired or failed. */
  readonly failure: MediaFailure | null;
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
  readonly delay: DelayView | null;
  /** Set while the status is unknown: whether nothing more is tried to find out what became of it. */
  readonly isSettled: boolean | null;
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
  readonly listedAt: number;
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
