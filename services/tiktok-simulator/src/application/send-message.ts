import { ok, type Result, refuse } from '@tiktok-channel/platform/kernel';
import { blockedByRules, invalidParam, type Refusal, refusal } from '../domain/codes.ts';
import { isQuotable } from '../domain/content-kinds.ts';
import { mayAnswer } from '../domain/direct-message-rules.ts';
import type { Business, Comment, Content, Conversation, Customer } from '../domain/model.ts';
import { canExchangeImages } from '../domain/regions.ts';
import { refuseCard } from '../domain/template-rules.ts';
import type { DailyConversations } from './daily-conversations.ts';
import type { DirectReplies } from './direct-replies.ts';
import type { MediaStore } from './media-store.ts';
import type { Messaging } from './messaging.ts';
import type { SimulatorTime } from './simulator-time.ts';
import type { SwitchBoard } from './switch-board.ts';
import type { World } from './world.ts';

/** Source: 6000 characters, "spaces and emoji included"; counted as code points, since no source says how. */
const MAX_TEXT = 6_000;

const LINK = /(?:https?:\/\/|\bwww\.)\S/i;

type Sendable = Extract<Content, { type: 'text' | 'image' | 'share_post' | 'template' }>;

/** What is done and not sent: it has no message id and no echo. */
type SenderAction = { readonly type: 'typing' } | { readonly type: 'mark_read' };

/** A call to `business/message/send/` whose shape is right. */
export interface SendCommand {
  readonly business: Business;
  readonly recipient: { readonly conversationId: string } | { readonly commentId: string };
  readonly content: Sendable | SenderAction;
  readonly quotedMessageId: string | null;
}

/** Whom it goes to; a direct reply opens the conversation only once it is accepted. */
type Target =
  | { readonly kind: 'conversation'; readonly conversation: Conversation }
  | { readonly kind: 'comment'; readonly comment: Comment };

interface CheckedSend {
  readonly target: Target;
  readonly command: SendCommand;
}

export interface SendMessage {
  /** Everything that TikTok looks at before it takes a message. */
  check(command: SendCommand): Result<CheckedSend, Refusal>;
  /** Takes it; answers the message id, which is empty for an action. */
  accept(checked: CheckedSend): string;
}

interface Dependencies {
  readonly world: World;
  readonly media: MediaStore;
  readonly messaging: Messaging;
  readonly directReplies: DirectReplies;
  readonly dailyConversations: DailyConversations;
  readonly switches: SwitchBoard;
  readonly time: SimulatorTime;
}

type Check = (target: Target, command: SendCommand) => Refusal | null;

export const createSendMessage = (dependencies: Dependencies): SendMessage => {
  const { world, media, messaging, directReplies, dailyConversations } = dependencies;
  const checks: readonly Check[] = [checkContent(dependencies), checkQuote, checkRules(dependencies)];

  const findTarget = ({ business, recipient }: SendCommand): Result<Target, Refusal> => {
    if ('commentId' in recipient) {
      const comment = directReplies.check(business, recipient.commentId);
      return comment.ok ? ok({ kind: 'comment', comment: comment.value }) : comment;
    }
    const conversation = world.conversation(recipient.conversationId);
    if (conversation?.business === business) return ok({ kind: 'conversation', conversation });
    return refuse(refusal(40007, 'The conversation of Param recipient does not exist.'));
  };
  const open = (target: Target): Conversation => {
    if (target.kind === 'conversation') return target.conversation;
    directReplies.noteAnswer(target.comment.commentId);
    return world.openConversation(target.comment.business, target.comment.customer);
  };

  return {
    check: (command) => {
      const target = findTarget(command);
      if (!target.ok) return target;
      for (const check of checks) {
        const refused = check(target.value, command);
        if (refused !== null) return refuse(refused);
      }
      return ok({ target: target.value, command });
    },
    accept: ({ target, command: { business, content, quotedMessageId } }) => {
      const conversation = open(target);
      if (content.type === 'typing' || content.type === 'mark_read') {
        world.act(conversation, content.type);
        return '';
      }
      dailyConversations.note(business.businessId, conversation.conversationId);
      const sent = content.type === 'image' ? { ...content, mediaId: copyOf(media, content.mediaId) } : content;
      return messaging.apiSends(conversation, { content: sent, quotedMessageId }).messageId;
    },
  };
};

/** Asked by a send and by `capabilities/get/`. */
export const canSendImages = (
  { business, customer }: { readonly business: Business; readonly customer: Customer },
  switches: SwitchBoard,
): boolean => switches.now().capability_image_send ?? canExchangeImages(business.region, customer.region);

const checkContent = ({ world, media, switches }: Dependencies): Check => {
  const checkImage = (target: Target, business: Business, mediaId: string): Refusal | null => {
    const sendable = media.sendable(mediaId, business.businessId);
    if (!sendable.ok) return sendable.error;
    const sides = target.kind === 'comment' ? target.comment : target.conversation;
    return canSendImages(sides, switches) ? null : invalidParam('message_type', 'is not supported here: IMAGE');
  };

  return (target, { content, business }) => {
    switch (content.type) {
      case 'text':
        return checkText(content.text, switches);
      case 'image':
        return checkImage(target, business, content.mediaId);
      case 'share_post':
        return isOwnPost(world, business, content.videoId)
          ? null
          : refusal(40007, 'The post of Param share_post.item_id does not exist.');
      case 'template':
        return refuseCard(content);
      case 'typing':
      case 'mark_read':
        return target.kind === 'comment' ? invalidParam('message_type', 'is not allowed with direct_reply') : null;
    }
  };
};

const checkText = (text: string, switches: SwitchBoard): Refusal | null => {
  if (text === '') return invalidParam('text.body', 'is required');
  if ([...text].length > MAX_TEXT) return invalidParam('text.body', `is longer than ${MAX_TEXT} characters`);
  return switches.now().links_blocked && LINK.test(text) ? blockedByRules(40064) : null;
};

const checkQuote: Check = (target, { quotedMessageId, content }) => {
  if (quotedMessageId === null) return null;
  const name = 'referenced_message_info.referenced_message_id';
  if (content.type !== 'text') return invalidParam('referenced_message_info', 'is only supported for TEXT');
  const messages = target.kind === 'comment' ? [] : target.conversation.messages;
  const quoted = messages.find(({ messageId }) => messageId === quotedMessageId);
  if (quoted === undefined) return refusal(40007, `The message of Param ${name} does not exist.`);
  return isQuotable(quoted.content) ? null : invalidParam(name, 'is not a TEXT, IMAGE or SHARE_POST');
};

/** A direct reply has rules of its own. */
const checkRules = ({ switches, time, dailyConversations }: Dependencies): Check => {
  const isWithinQuota = (conversation: Conversation): boolean => {
    const { quota_off, quota_after_later_message, quota_after_silence } = switches.now();
    const reading = { afterLaterMessage: quota_after_later_message, afterSilence: quota_after_silence };
    return quota_off || isMutualFollow(conversation) || mayAnswer(conversation.facts, time.now(), reading);
  };

  return (target, { content, business }) => {
    if (target.kind === 'comment' || content.type === 'typing' || content.type === 'mark_read') return null;
    const { conversation } = target;
    if (!dailyConversations.hasRoom(business.businessId, conversation.conversationId)) return refusal(40064);
    return isWithinQuota(conversation) ? null : blockedByRules(switches.now().quota_refuses_with);
  };
};

/** Source: the quotas are for conversations that are no mutual follows. The customer must have written first all the same. */
const isMutualFollow = ({ isFollower, isFollowedBack, facts }: Conversation): boolean =>
  isFollower && isFollowedBack && facts.customerMessages > 0;

/**
 * Only own posts may be shared. The simulator knows the few posts that it gave to each business; any other id in the
 * shape of a post counts as own too, since it cannot know what else a business posted.
 */
const isOwnPost = (world: World, business: Business, itemId: string): boolean => {
  const isForeign = world.businesses().some((other) => other !== business && other.posts.includes(itemId));
  return /^\d{8,20}$/.test(itemId) && !isForeign;
};

/** The message gets a media id of its own, so the echo names another one than the send did. */
const copyOf = (media: MediaStore, mediaId: string): string => {
  const upload = media.find(mediaId);
  if (upload === null) throw new TypeError('checked media is gone');
  return media.attach(upload.businessId, upload).mediaId;
};
