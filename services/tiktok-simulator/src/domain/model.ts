export interface Business {
  /** TikTok's `open_id`; called `business_id` in calls and `user_openid` in webhooks. */
  readonly businessId: string;
  readonly username: string;
  readonly displayName: string;
  readonly region: string;
  /** Item ids of its own posts: what SHARE_POST may share. */
  readonly posts: readonly string[];
}

/** A personal account; the same person for every business. */
export interface Customer {
  readonly userId: string;
  readonly username: string;
  readonly displayName: string;
  readonly region: string;
}

/** Where a message was written. Source of the names: `message_tag.source` of the webhooks. */
export type MessageSource = 'APP' | 'API';

export type Content =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image'; readonly mediaId: string }
  | { readonly type: 'share_post'; readonly videoId: string };

export interface Message {
  readonly messageId: string;
  readonly from: 'customer' | 'business';
  readonly source: MessageSource;
  readonly content: Content;
  readonly quotedMessageId: string | null;
  /** TikTok's time, epoch milliseconds, rising strictly within a conversation. */
  readonly at: number;
  /** When the customer first saw it; null for what nobody has seen, and for what the customer wrote. */
  readonly readAt: number | null;
}

/** `STRANGER` until the business answers for the first time. */
type ConversationType = 'STRANGER' | 'SINGLE';

export interface Conversation {
  readonly conversationId: string;
  readonly business: Business;
  readonly customer: Customer;
  readonly isFollower: boolean;
  readonly type: ConversationType;
  /** Oldest first; the oldest are forgotten. */
  readonly messages: readonly Message[];
  readonly facts: QuotaFacts;
}

/** What the direct-message rules need to know about a conversation. */
export interface QuotaFacts {
  readonly customerMessages: number;
  readonly lastCustomerMessageAt: number | null;
  /** Messages of the business since the customer wrote last, wherever they were written. */
  readonly answersSince: number;
  /** Those among them that were written after the window had closed. */
  readonly lateAnswersSince: number;
}
