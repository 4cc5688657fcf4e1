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

export type Side = 'customer' | 'business';

/** Where a message was written. Source of the names: `message_tag.source` of the webhooks. */
export const MESSAGE_SOURCES = ['APP', 'WEB', 'API', 'OTHERS', 'UNKNOWN_SOURCE'] as const;
export type MessageSource = (typeof MESSAGE_SOURCES)[number];

/** What wrote a message of the business by itself. Source of the names: `auto_message_type` of the webhooks. */
export const AUTOMATIC_KINDS = ['WELCOME_MESSAGE', 'SUGGESTED_QUESTION', 'AUTO_REPLY'] as const;
export type AutomaticKind = (typeof AUTOMATIC_KINDS)[number];

/** Source of the names: `template.type`; lower case in webhooks, upper case in REST. */
export const CARD_TYPES = ['qa_button_card', 'qa_link_card'] as const;

/** What the business says on a button, and its own id for it. */
export interface CardButton {
  readonly id: string;
  readonly title: string;
}

export type Content =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image'; readonly mediaId: string }
  | { readonly type: 'share_post'; readonly videoId: string }
  | { readonly type: 'video'; readonly mediaId: string }
  /** Without a URL the webhook carries no block, as one source has it. */
  | { readonly type: 'sticker'; readonly url: string | null }
  | { readonly type: 'emoji'; readonly url: string }
  | {
      readonly type: 'template';
      readonly card: (typeof CARD_TYPES)[number];
      readonly title: string;
      readonly buttons: readonly CardButton[];
    }
  /** A type that TikTok may have tomorrow: its name, and its block if it has one. */
  | { readonly type: 'other'; readonly name: string; readonly block?: unknown };

/** The tap on a card's button that wrote a text. */
export interface ButtonTap {
  readonly cardMessageId: string;
  readonly buttonId: string;
}

/** `value` is the emoji itself, or the picture's URL of an AI emoji. */
export interface Reaction {
  readonly by: Side;
  readonly type: 'EMOJI' | 'AI_EMOJI';
  readonly value: string;
  readonly at: number;
}

export interface Message {
  readonly messageId: string;
  readonly from: Side;
  readonly source: MessageSource;
  readonly content: Content;
  readonly quotedMessageId: string | null;
  /** Null for what a person or the API wrote. */
  readonly automatic: AutomaticKind | null;
  readonly tap: ButtonTap | null;
  readonly reactions: readonly Reaction[];
  /** TikTok's time, epoch milliseconds, rising strictly within a conversation. */
  readonly at: number;
  /** When the other side first saw it, or said so by MARK_READ; null for what it has not seen. */
  readonly readAt: number | null;
  /** Waits in the customer's message requests: shown and echoed once the customer accepts. */
  readonly isHeld: boolean;
}

/** How a customer came into the conversation; `at` is in epoch milliseconds. */
export type Referral =
  | {
      readonly source: 'ad';
      readonly advertiserId: string;
      readonly adId: string;
      readonly adName: string;
      readonly embedUrl: string;
      readonly messageMaterialId: string;
      readonly at: number;
    }
  | {
      readonly source: 'short_link';
      readonly ref: string;
      readonly prefilledMessage: string;
      readonly auditStatus: 'PASS' | 'REJECT';
      readonly at: number;
    };

/** `STRANGER` until the business answers for the first time. */
type ConversationType = 'STRANGER' | 'SINGLE';

export interface Conversation {
  readonly conversationId: string;
  readonly business: Business;
  readonly customer: Customer;
  readonly isFollower: boolean;
  /** With `isFollower` a mutual follow, which the quotas spare. */
  readonly isFollowedBack: boolean;
  readonly type: ConversationType;
  /** Oldest first; the oldest are forgotten. */
  readonly messages: readonly Message[];
  /** Oldest first. */
  readonly referrals: readonly Referral[];
  /** The customer took the business out of the message requests. */
  readonly hasAccepted: boolean;
  /** Until when the customer sees the business typing. */
  readonly typingUntil: number;
  readonly facts: QuotaFacts;
}

/** A customer's comment below a post of the business. Ids are 19 digits. */
export interface Comment {
  readonly commentId: string;
  readonly videoId: string;
  readonly business: Business;
  readonly customer: Customer;
  readonly text: string;
  readonly isFollower: boolean;
  /** No answer to another comment. */
  readonly isFirstLevel: boolean;
  readonly isByAdult: boolean;
  readonly at: number;
}

/** An automatic message as the business configured it. Source of the names: `im_auto_message_config_update`. */
export type AutoMessageContent =
  | { readonly type: 'WELCOME_MESSAGE'; readonly content: string }
  | { readonly type: 'SUGGESTED_QUESTION'; readonly question: string; readonly answer: string }
  | { readonly type: 'CHAT_PROMPT'; readonly title: string; readonly content: string };

export interface AutoMessage {
  readonly autoMessageId: string;
  readonly content: AutoMessageContent;
  readonly isEnabled: boolean;
  /** Null until TikTok judged it. */
  readonly auditStatus: AuditStatus | null;
}

export const AUTO_MESSAGE_ACTIONS = ['CREATE', 'UPDATE', 'DELETE', 'ENABLE', 'DISABLE'] as const;
export type AutoMessageAction = (typeof AUTO_MESSAGE_ACTIONS)[number];

export const AUDIT_STATUSES = ['APPROVED', 'REJECTED'] as const;
export type AuditStatus = (typeof AUDIT_STATUSES)[number];

/** What the direct-message rules need to know about a conversation. */
export interface QuotaFacts {
  readonly customerMessages: number;
  readonly lastCustomerMessageAt: number | null;
  /** Messages of the business since the customer wrote last, wherever they were written. */
  readonly answersSince: number;
  /** Those among them that were written after the window had closed. */
  readonly lateAnswersSince: number;
}
