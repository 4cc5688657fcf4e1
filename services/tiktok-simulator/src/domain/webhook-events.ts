import { reactionFields, webhookContent } from './content-kinds.ts';
import { exactNumber } from './exact-numbers.ts';
import type {
  AuditStatus,
  AutoMessage,
  AutoMessageAction,
  Comment,
  Conversation,
  Message,
  Reaction,
  Referral,
  Side,
} from './model.ts';
import { isEuropean } from './regions.ts';

/** What a callback can be registered for; each event belongs to one. Source: webhook configuration endpoints. */
export const EVENT_TYPES = ['DIRECT_MESSAGE', 'COMMENT', 'VIDEO', 'BRAND_MENTION'] as const;
export type EventType = (typeof EVENT_TYPES)[number];

/** What happened, before it becomes a delivery. */
export interface WebhookEvent {
  readonly event: string;
  readonly eventType: EventType;
  readonly businessId: string;
  /** Null for what belongs to none. */
  readonly conversationId: string | null;
  /** Null for what is not a message. */
  readonly messageId: string | null;
  readonly atMs: number;
  readonly content: Readonly<Record<string, unknown>>;
}

/**
 * `minimal` leaves out what sources say clients must not require: roles, `unique_identifier`, `message_tag`,
 * `scene_type`, `is_follower`; in the envelope `client_key` and `create_time`.
 */
export interface PayloadOptions {
  readonly minimal: boolean;
}

/** Someone wrote: the customer (`im_receive_msg`, stripped for a European), or the business from any surface (`im_send_msg`). */
export const messageEvent = (conversation: Conversation, message: Message, options: PayloadOptions): WebhookEvent =>
  fromSide(conversation, message, options, {
    ...webhookContent(message.content),
    ...(message.quotedMessageId === null
      ? {}
      : { referenced_message_info: { referenced_message_id: message.quotedMessageId } }),
    ...(message.tap === null
      ? {}
      : {
          reply_source_payload: {
            reply_source_msg_id: message.tap.cardMessageId,
            reply_source_unique_id: message.tap.buttonId,
          },
        }),
    ...(message.automatic === null ? {} : { auto_message_type: message.automatic }),
  });

/** One reaction that came or went. It has a message id of its own, beside that of the message it is on. */
export interface ReactionChange {
  readonly messageId: string;
  readonly originalMessageId: string;
  readonly operation: 'ADD' | 'REMOVE';
  readonly reaction: Reaction;
  readonly at: number;
}

export const reactionEvent = (
  conversation: Conversation,
  { messageId, originalMessageId, operation, reaction, at }: ReactionChange,
  options: PayloadOptions,
): WebhookEvent => {
  const fields = reactionFields({ ...reaction, at }, reactorId(conversation, reaction.by));
  return fromSide(conversation, { messageId, from: reaction.by, source: 'APP', at }, options, {
    type: 'reaction',
    reaction: [{ operation, ...fields, original_msg_id: originalMessageId }],
  });
};

/** The id of who reacted, as `unique_identifier` has it. */
export const reactorId = ({ business, customer }: Conversation, by: Side): string =>
  by === 'customer' ? customer.userId : business.businessId;

/** `readAtMs` is when the customer opened it, `lastReadAt` the time of the newest message there. */
export const readEvent = (
  conversation: Conversation,
  { readAtMs, lastReadAt }: { readonly readAtMs: number; readonly lastReadAt: number },
  options: PayloadOptions,
): WebhookEvent => ({
  ...eventBase(conversation, null, readAtMs),
  event: 'im_mark_read_msg',
  content: {
    ...commonFields(conversation, 'customer', options),
    timestamp: readAtMs,
    read: { last_read_timestamp: lastReadAt },
  },
});

/** The customer came through an ad or a link; no message is in it. */
export const referralEvent = (
  conversation: Conversation,
  referral: Referral,
  options: PayloadOptions,
): WebhookEvent => ({
  ...eventBase(conversation, null, referral.at),
  event: 'im_referral_msg',
  content: {
    ...commonFields(conversation, 'customer', options),
    timestamp: referral.at,
    ...(options.minimal ? {} : { is_follower: conversation.isFollower }),
    referral: referralBlock(referral),
  },
});

/** TikTok's classifier took the comment for a wish to buy. Common fields, without a conversation. */
export const highIntentCommentEvent = (comment: Comment, options: PayloadOptions): WebhookEvent => ({
  ...commentBase(comment, 'DIRECT_MESSAGE'),
  event: 'im_receive_high_intent_comment',
  content: {
    ...partyFields(comment, 'customer', options),
    comment_id: comment.commentId,
    comment_text: comment.text,
    ...(options.minimal ? {} : { is_follower: comment.isFollower }),
    timestamp: comment.at,
  },
});

/** Of another subscription, and another world: its ids are bare numbers of 19 digits. */
export const commentUpdateEvent = (comment: Comment): WebhookEvent => ({
  ...commentBase(comment, 'COMMENT'),
  event: 'comment.update',
  content: {
    comment_id: exactNumber(comment.commentId),
    video_id: exactNumber(comment.videoId),
    parent_comment_id: 0,
    comment_type: 'comment',
    comment_action: 'insert',
    unique_identifier: comment.customer.userId,
    timestamp: comment.at,
  },
});

export const autoMessageConfigEvent = (
  businessId: string,
  { autoMessageId, content }: AutoMessage,
  { action, atMs }: { readonly action: AutoMessageAction; readonly atMs: number },
): WebhookEvent => {
  const { type, ...block } = content;
  return {
    ...accountBase(businessId, atMs),
    event: 'im_auto_message_config_update',
    content: {
      auto_message_id: autoMessageId,
      auto_message_type: type,
      auto_message_action: action,
      timestamp: atMs,
      [type.toLowerCase()]: block,
    },
  };
};

export const autoMessageAuditEvent = (
  businessId: string,
  { autoMessageId, content }: AutoMessage,
  { status, atMs }: { readonly status: AuditStatus; readonly atMs: number },
): WebhookEvent => ({
  ...accountBase(businessId, atMs),
  event: 'im_auto_message_audit_update',
  content: {
    auto_message_id: autoMessageId,
    auto_message_type: content.type,
    audit_status: status,
    timestamp: atMs,
  },
});

/** 0 unknown, 1 the user disconnected, 2 account deleted, 3 age changed, 4 banned, 5 the developer revoked. */
export const authorizationRemovedEvent = (businessId: string, reason: number, atMs: number): WebhookEvent => ({
  ...accountBase(businessId, atMs),
  event: 'authorization.removed',
  content: { reason },
});

/** The body of the POST; `content` is a string that holds JSON. Times of the envelope are whole seconds. */
export const envelopeOf = (event: WebhookEvent, clientKey: string, { minimal }: PayloadOptions): string =>
  JSON.stringify({
    ...(minimal ? {} : { client_key: clientKey }),
    event: event.event,
    ...(minimal ? {} : { create_time: Math.floor(event.atMs / 1000) }),
    user_openid: event.businessId,
    content: JSON.stringify(event.content),
  });

const fromSide = (
  conversation: Conversation,
  { messageId, from, source, at }: Pick<Message, 'messageId' | 'from' | 'source' | 'at'>,
  options: PayloadOptions,
  fields: Readonly<Record<string, unknown>>,
): WebhookEvent => {
  const base = eventBase(conversation, messageId, at);
  if (from === 'customer' && isEuropean(conversation.customer.region)) {
    return { ...base, event: 'im_receive_msg_eu', content: europeanContent(conversation, at, options) };
  }
  const content = {
    ...commonFields(conversation, from, options),
    message_id: messageId,
    timestamp: at,
    ...fields,
    ...(options.minimal ? {} : { scene_type: 0, is_follower: conversation.isFollower, message_tag: { source } }),
  };
  return { ...base, event: from === 'customer' ? 'im_receive_msg' : 'im_send_msg', content };
};

const eventBase = (conversation: Conversation, messageId: string | null, atMs: number) => ({
  eventType: 'DIRECT_MESSAGE' as const,
  businessId: conversation.business.businessId,
  conversationId: conversation.conversationId,
  messageId,
  atMs,
});

const accountBase = (businessId: string, atMs: number) => ({
  eventType: 'DIRECT_MESSAGE' as const,
  businessId,
  conversationId: null,
  messageId: null,
  atMs,
});

const commentBase = ({ business, at }: Comment, eventType: EventType) => ({
  ...accountBase(business.businessId, at),
  eventType,
});

const commonFields = (conversation: Conversation, from: Side, options: PayloadOptions) => ({
  ...partyFields(conversation, from, options),
  conversation_id: conversation.conversationId,
});

const partyFields = (
  { business, customer }: Pick<Conversation, 'business' | 'customer'>,
  from: Side,
  options: PayloadOptions,
) => {
  const shop = { name: business.username, user: party(business.businessId, 'business_account', options) };
  const person = { name: customer.username, user: party(customer.userId, 'personal_account', options) };
  const [sender, receiver] = from === 'customer' ? [person, shop] : [shop, person];
  return {
    from: sender.name,
    to: receiver.name,
    ...(options.minimal ? {} : { unique_identifier: customer.userId }),
    from_user: sender.user,
    to_user: receiver.user,
  };
};

const referralBlock = (referral: Referral): Record<string, unknown> =>
  referral.source === 'ad'
    ? {
        source: 'ad',
        ad: {
          advertiser_id: referral.advertiserId,
          ad_id: referral.adId,
          timestamp: referral.at,
          ad_name: referral.adName,
          embed_url: referral.embedUrl,
          message_material_id: referral.messageMaterialId,
        },
      }
    : {
        source: 'short_link',
        short_link: {
          ref: referral.ref,
          prefilled_message: referral.prefilledMessage,
          prefilled_message_audit_status: referral.auditStatus,
        },
      };

const europeanContent = ({ business }: Conversation, atMs: number, options: PayloadOptions) => ({
  to: business.username,
  to_user: party(business.businessId, 'business_account', options),
  timestamp: atMs,
});

const party = (id: string, role: 'business_account' | 'personal_account', { minimal }: PayloadOptions) =>
  minimal ? { id } : { id, role };
