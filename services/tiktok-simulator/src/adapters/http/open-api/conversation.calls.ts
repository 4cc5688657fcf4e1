import { ok, refuse } from '@tiktok-channel/platform/kernel';
import type { Request } from 'express';
import { z } from 'zod';
import { canSendImages } from '../../../application/send-message.ts';
import type { TikTok } from '../../../application/tiktok.ts';
import { updatedAt } from '../../../application/world.ts';
import { invalidParam, refusal } from '../../../domain/codes.ts';
import { restContent } from '../../../domain/content-kinds.ts';
import type { Business, Conversation, Message } from '../../../domain/model.ts';
import { avatarUrl } from '../addresses.ts';
import { businessCall, businessIdParam, conversationIdParam, jsonListParam } from './call.ts';
import type { Endpoint } from './endpoint.ts';

const DAY_MS = 86_400_000;

/** Source: conversations of the past 90 days, at most 100 an answer; the 20 most recent messages, no paging. */
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
      limit: z.coerce.number().int().min(1).max(LISTED_CONVERSATIONS).default(LISTED_CONVERSATIONS),
      cursor: z.coerce.number().int().min(0).default(0),
    }),
    scope: 'message.list.read',
    run: ({ params: { conversation_type, limit, cursor }, business }) => {
      const since = tiktok.time.now() - LISTED_FOR_MS;
      const all = tiktok.world
        .conversationsOf(business.businessId)
        .filter((conversation) => conversation.type === conversation_type && updatedAt(conversation) >= since);
      const end = cursor + limit;
      return ok({
        conversations: all.slice(cursor, end).map((conversation) => ({
          conversation_id: conversation.conversationId,
          update_time: updatedAt(conversation),
          referral: { ad: [], short_link: [] },
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
      const newest = conversation.messages.slice(-LISTED_MESSAGES).reverse();
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
    scope: 'message.list.send',
    run: ({ params, business }) => {
      const { capability_types, conversation_id } = params;
      if (capability_types.length === 0 || capability_types.some((type) => type !== 'IMAGE_SEND')) {
        return refuse(invalidParam('capability_types'));
      }
      const conversation = findConversation(tiktok, business, conversation_id);
      if (conversation === null) return refuse(refusal(40007));
      const capability_result = canSendImages(conversation, tiktok.switches);
      return ok({ capability_infos: [{ capability_type: 'IMAGE_SEND', capability_result }] });
    },
  });

/** Null also for a conversation of another business. */
const findConversation = ({ world }: TikTok, business: Business, conversationId: string): Conversation | null => {
  const conversation = world.conversation(conversationId);
  return conversation?.business === business ? conversation : null;
};

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
    ...(message.quotedMessageId === null
      ? {}
      : { referenced_message_info: { referenced_message_id: message.quotedMessageId } }),
  };
};
