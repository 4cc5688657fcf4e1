import { ok, type Result, refuse } from '@tiktok-channel/platform/kernel';
import { invalidParam, type Refusal, refusal } from '../domain/codes.ts';
import { isQuotable } from '../domain/content-kinds.ts';
import { mayAnswer } from '../domain/direct-message-rules.ts';
import type { Business, Content, Conversation } from '../domain/model.ts';
import { canExchangeImages } from '../domain/regions.ts';
import type { MediaStore } from './media-store.ts';
import type { Messaging } from './messaging.ts';
import type { SimulatorTime } from './simulator-time.ts';
import type { SwitchBoard } from './switch-board.ts';
import type { World } from './world.ts';

/** Source: 6000 characters, "spaces and emoji included"; counted as code points, since no source says how. */
const MAX_TEXT = 6_000;

/** A call to `business/message/send/` whose shape is right. `action` is typing or mark read: nothing is sent. */
export interface SendCommand {
  readonly business: Business;
  readonly conversationId: string;
  readonly content: Extract<Content, { type: 'text' | 'image' | 'share_post' }> | 'action';
  readonly quotedMessageId: string | null;
}

interface CheckedSend {
  readonly conversation: Conversation;
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
  readonly switches: SwitchBoard;
  readonly time: SimulatorTime;
}

type Check = (conversation: Conversation, command: SendCommand) => Refusal | null;

export const createSendMessage = ({ world, media, messaging, switches, time }: Dependencies): SendMessage => {
  const checkContent: Check = (conversation, { content, business }) => {
    if (content === 'action') return null;
    switch (content.type) {
      case 'text':
        return checkText(content.text);
      case 'image':
        return checkImage(conversation, business, content.mediaId);
      case 'share_post':
        return isOwnPost(world, business, content.videoId)
          ? null
          : refusal(40007, 'The post of Param share_post.item_id does not exist.');
    }
  };
  const checkImage = (conversation: Conversation, business: Business, mediaId: string): Refusal | null => {
    const sendable = media.sendable(mediaId, business.businessId);
    if (!sendable.ok) return sendable.error;
    return canSendImages(conversation, switches) ? null : invalidParam('message_type', 'is not supported here: IMAGE');
  };
  const checkRules: Check = ({ facts }, { content }) =>
    content === 'action' || switches.now().quota_off || mayAnswer(facts, time.now()) ? null : refusal(40064);
  const checks: readonly Check[] = [checkContent, checkQuote, checkRules];

  return {
    check: (command) => {
      const conversation = world.conversation(command.conversationId);
      if (conversation === null || conversation.business !== command.business) {
        return refuse(refusal(40007, 'The conversation of Param recipient does not exist.'));
      }
      for (const check of checks) {
        const refused = check(conversation, command);
        if (refused !== null) return refuse(refused);
      }
      return ok({ conversation, command });
    },
    accept: ({ conversation, command: { content, quotedMessageId } }) => {
      if (content === 'action') return '';
      const sent = content.type === 'image' ? { ...content, mediaId: copyOf(media, content.mediaId) } : content;
      return messaging.apiSends(conversation, { content: sent, quotedMessageId }).messageId;
    },
  };
};

/** Asked by a send and by `capabilities/get/`. */
export const canSendImages = ({ business, customer }: Conversation, switches: SwitchBoard): boolean =>
  switches.now().capability_image_send ?? canExchangeImages(business.region, customer.region);

const checkText = (text: string): Refusal | null => {
  if (text === '') return invalidParam('text.body', 'is required');
  return [...text].length > MAX_TEXT ? invalidParam('text.body', `is longer than ${MAX_TEXT} characters`) : null;
};

const checkQuote: Check = (conversation, { quotedMessageId, content }) => {
  if (quotedMessageId === null) return null;
  const name = 'referenced_message_info.referenced_message_id';
  if (content === 'action' || content.type !== 'text') {
    return invalidParam('referenced_message_info', 'is only supported for TEXT');
  }
  const quoted = conversation.messages.find(({ messageId }) => messageId === quotedMessageId);
  if (quoted === undefined) return refusal(40007, `The message of Param ${name} does not exist.`);
  return isQuotable(quoted.content) ? null : invalidParam(name);
};

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
