import { eventIds } from '@tiktok-channel/platform/kernel';
import { parseJson } from '@tiktok-channel/platform/tiktok';
import type { Published } from './webhook-ingress.ts';

/** The natural id and the key of a record, from what stands in the record alone. */
export const identityOf = (
  decoded: Published['decoded'],
  type: string,
): { readonly id: string; readonly key: string | null } => {
  switch (decoded.name) {
    case 'MessageReceived':
    case 'MessageEchoed': {
      const { channelId, messageId, conversationId } = decoded.value;
      return { id: eventIds.message(type, channelId, messageId), key: conversationId };
    }
    case 'ReactionChanged': {
      const { channelId, conversationId, person, occurredAt: atMs, ...reaction } = decoded.value;
      return {
        id: eventIds.reaction(type, channelId, { ...reaction, personId: person.userId, atMs }),
        key: conversationId,
      };
    }
    case 'ReferralReceived': {
      const { channelId, conversationId, ad, link, occurredAt } = decoded.value;
      const reference = ad?.adId ?? link?.reference ?? null;
      const id = eventIds.referral(type, channelId, { conversationId, reference, atMs: ad?.clickedAt ?? occurredAt });
      return { id, key: conversationId };
    }
    case 'ConversationRead': {
      const { channelId, conversationId, readUpTo } = decoded.value;
      return { id: eventIds.readMark(type, channelId, conversationId, readUpTo), key: conversationId };
    }
    case 'EuropeanMessageNoticed':
    case 'AutoMessageConfigured':
    case 'AutoMessageAudited':
    case 'CommentFlagged': {
      const { channelId, rawContent } = decoded.value;
      return { id: eventIds.notice(type, channelId, contentIn(rawContent)), key: channelId };
    }
    case 'AuthorizationRemoved': {
      const { channelId, rawContent, occurredAt } = decoded.value;
      return { id: eventIds.authorizationRemoved(type, channelId, contentIn(rawContent), occurredAt), key: channelId };
    }
    case 'WebhookUnrecognized': {
      const { channelId, rawBody } = decoded.value;
      return { id: eventIds.unrecognized(type, channelId, rawBody ?? Buffer.alloc(0)), key: channelId };
    }
    default:
      throw new Error(`ingress does not write ${decoded.name}`);
  }
};

const contentIn = (rawContent: Buffer | null): unknown => parseJson(rawContent?.toString() ?? '');
