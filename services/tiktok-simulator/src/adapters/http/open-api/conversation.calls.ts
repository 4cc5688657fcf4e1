import { ok, refuse } from '@tiktok-channel/platform/kernel';
import type { Request } from 'express';
import { z } from 'zod';
import { canSendImages } from '../../../application/send-message.ts';
import type { TikTok } from '../../../application/tiktok.ts';
import { updatedAt } from '../../../application/world.ts';
import { invalidParam, refusal } from '../../../domain/codes.ts';
import { reactionFields, restContent } from '../../../domain/content-kinds.ts';
import type { Business, Conversation, Message } from '../../../domain/model.ts';
import { reactorId } from '../../../domain/webhook-events.ts';
import { avatarUrl } from '../addresses.ts';
import { businessCall, businessIdParam, conversationIdParam, jsonListParam, numberParam } from './call.ts';
import type { Endpoint } from './endpoint.ts';

const DAY_MS = 86_400_000;

/** Source: conversations of the past 90 days, at most 100 in all; the 20 most recent messages, no paging. */
const LISTED_FOR_MS = 90 * DAY_MS;
const LISTED_CONVERSATIONS = 100;
const LISTED_MESSAGES = 20;

const conversationType = z.enum(['STRANGER', 'SINGLE']);

export const conversationCalls = (tiktok: TikTok): readonly Endpoint[] => [
  { method: 'get', path: '/business/message/conversation/list/', handler: listConversations(tiktok) },
  { method: 'get', path: '/business/message/content/list/', handler: listContent(tiktok) },
  { method: 'get', path: '/business/message/capabilities/get/', handler: getCapabilities(tiktok) },
];

const listConversations = (tiktok: TikTok) =>
  businessCall(tiktok, {
    from: 'query',
    schema: z.object({
      business_id: businessIdParam,
      conversation_type: conversationType,
      limit: numberParam({ least: 1, most: LISTED_CONVERSATIONS, normal: LISTED_CONVERSATIONS }),
      cursor: numberParam({ least: 0, most: 999_999_999, normal: 0 }),
    }),
    scope: 'message.list.read',
    run: ({ params: { conversation_type, limit, cursor }, business }) => {
      const since = tiktok.time.now() - LISTED_FOR_MS;
      const all = tiktok.world
        .conversationsOf(business.businessId)
        .filter((conversation) => conversation.type === conversation_type && updatedAt(conversation) >= since)
        .slice(0, LISTED_CONVERSATIONS);
      const end = cursor + limit;
      return ok({
        conversations: all.slice(cursor, end).map((conversation) => ({
          conversation_id: conversation.conversationId,
          update_time: updatedAt(conversation),
          referral: referralsOf(conversation),
        })),
        has_more: end < all.length,
        cursor: Math.min(end, all.length),
      });
    },
  });

const listContent = (tiktok: TikTok) =>
  businessCall(tiktok, {
    from: 'query',
    schema: z.object({ business_id: businessIdParam, conversation_id: conversationIdParam }),
    scope: 'message.list.read',
    run: ({ params, business, req }) => {
      const conversation = findConversation(tiktok, business, params.conversation_id);
      if (conversation === null) return refuse(refusal(40007));
      const newest = listable(conversation, tiktok).slice(-LISTED_MESSAGES).reverse();
      return ok({
        participants: participantsOf(conversation, req, tiktok.time.now()),
        messages: newest.map((message) => restMessage(conversation, message)),
      });
    },
  });

const getCapabilities = (tiktok: TikTok) =>
  businessCall(tiktok, {
    from: 'query',
    schema: z.object({
      business_id: businessIdParam,
      capability_types: jsonListParam,
      conversation_id: conversationIdParam,
      conversation_type: conversationType,
    }),
    scope: 'message.list.read',
    run: ({ params, business }) => {
      const { capability_types, conversation_id } = params;
      if (capability_types.length === 0 || capability_types.some((type) => type !== 'IMAGE_SEND')) {
        return refuse(invalidParam('capability_types'));
      }
      const conversation = findConversation(tiktok, business, conversation_id);
      if (conversation === null) return refuse(refusal(40007));
      if (conversation.type !== params.conversation_type) {
        return refuse(invalidParam('conversation_type', `is invalid: the conversation is ${conversation.type}`));
      }
      const capability_result = canSendImages(conversation, tiktok.switches);
      return ok({ capability_infos: [{ capability_type: 'IMAGE_SEND', capability_result }] });
    },
  });

/** Null also for a conversation of another business. */
const findConversation = ({ world }: TikTok, business: Business, conversationId: string): Conversation | null => {
  const conversation = world.conversation(conversationId);
  return conversation?.business === business ? conversation : null;
};

/** The list may lag behind; what a switch holds back longer is not there yet either. */
const listable = ({ messages }: Conversation, { switches, time }: TikTok): readonly Message[] => {
  const newestAt = time.now() - switches.now().content_list_lags_ms;
  return switches.now().content_list_lags_ms === 0 ? messages : messages.filter(({ at }) => at <= newestAt);
};

/** Times are seconds here, milliseconds in the webhook. */
const referralsOf = ({ referrals }: Conversation) => ({
  ad: referrals.flatMap((referral) =>
    referral.source === 'ad'
      ? {
          advertiser_id: referral.advertiserId,
          ad_id: referral.adId,
          timestamp: Math.floor(referral.at / 1000),
          ad_name: referral.adName,
          embed_url: referral.embedUrl,
          message_material_id: referral.messageMaterialId,
        }
      : [],
  ),
  short_link: referrals.flatMap((referral) =>
    referral.source === 'short_link'
      ? {
          ref: referral.ref,
          prefilled_message: referral.prefilledMessage,
          prefilled_message_audit_status: referral.auditStatus,
        }
      : [],
  ),
});

const participantsOf = ({ business, customer, isFollower }: Conversation, req: Request, nowMs: number) => [
  {
    role: 'BUSINESS_ACCOUNT',
    id: business.businessId,
    display_name: business.displayName,
    profile_image: avatarUrl(req, business.businessId, nowMs),
  },
  {
    role: 'PERSONAL_ACCOUNT',
    id: customer.userId,
    display_name: customer.displayName,
    profile_image: avatarUrl(req, customer.userId, nowMs),
    is_follower: isFollower,
  },
];

const restMessage = (conversation: Conversation, message: Message) => {
  const { business, customer, conversationId } = conversation;
  const shop = { name: business.username, user: { id: business.businessId, role: 'BUSINESS_ACCOUNT' } };
  const person = { name: customer.username, user: { id: customer.userId, role: 'PERSONAL_ACCOUNT' } };
  const [from, to] = message.from === 'customer' ? [person, shop] : [shop, person];
  return {
    sender: from.name,
    recipient: to.name,
    from_user: from.user,
    to_user: to.user,
    conversation_id: conversationId,
    message_id: message.messageId,
    timestamp: message.at,
    ...restContent(message.content),
    message_tag: { source: message.source },
    ...(message.automatic === null ? {} : { auto_message_type: message.automatic }),
    ...(message.reactions.length === 0
      ? {}
      : {
          reactions: message.reactions.map((reaction) =>
            reactionFields(reaction, reactorId(conversation, reaction.by)),
          ),
        }),
    ...(message.quotedMessageId === null
      ? {}
      : { referenced_message_info: { referenced_message_id: message.quotedMessageId } }),
  };
};
