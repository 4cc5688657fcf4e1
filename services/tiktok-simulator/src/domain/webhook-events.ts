import { webhookContent } from './content-kinds.ts';
import type { Conversation, Message } from './model.ts';
import { isEuropean } from './regions.ts';

/** What happened, before it becomes a delivery. */
export interface WebhookEvent {
  readonly event: 'im_receive_msg' | 'im_receive_msg_eu' | 'im_send_msg' | 'im_mark_read_msg';
  readonly eventType: 'DIRECT_MESSAGE';
  readonly businessId: string;
  readonly conversationId: string;
  /** Null for what is not a message. */
  readonly messageId: string | null;
  readonly atMs: number;
  readonly content: Readonly<Record<string, unknown>>;
}

/** `minimal` leaves out what sources say clients must not require: roles, `unique_identifier`, `message_tag`, `scene_type`, `is_follower`. */
export interface PayloadOptions {
  readonly minimal: boolean;
}

/** Someone wrote: the customer (`im_receive_msg`, stripped for a European), or the business from any surface (`im_send_msg`). */
export const messageEvent = (conversation: Conversation, message: Message, options: PayloadOptions): WebhookEvent => {
  const isIncoming = message.from === 'customer';
  const base = eventBase(conversation, message.messageId, message.at);
  if (isIncoming && isEuropean(conversation.customer.region)) {
    return { ...base, event: 'im_receive_msg_eu', content: europeanContent(conversation, message.at, options) };
  }
  const content = {
    ...commonFields(conversation, message.from, options),
    message_id: message.messageId,
    timestamp: message.at,
    ...webhookContent(message.content),
    ...(message.quotedMessageId === null
      ? {}
      : { referenced_message_info: { referenced_message_id: message.quotedMessageId } }),
    ...(options.minimal
      ? {}
      : { scene_type: 0, is_follower: conversation.isFollower, message_tag: { source: message.source } }),
  };
  return { ...base, event: isIncoming ? 'im_receive_msg' : 'im_send_msg', content };
};

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

/** The body of the POST; `content` is a string that holds JSON. Times of the envelope are whole seconds. */
export const envelopeOf = (event: WebhookEvent, clientKey: string): string =>
  JSON.stringify({
    client_key: clientKey,
    event: event.event,
    create_time: Math.floor(event.atMs / 1000),
    user_openid: event.businessId,
    content: JSON.stringify(event.content),
  });

const eventBase = (conversation: Conversation, messageId: string | null, atMs: number) => ({
  eventType: 'DIRECT_MESSAGE' as const,
  businessId: conversation.business.businessId,
  conversationId: conversation.conversationId,
  messageId,
  atMs,
});

const commonFields = (conversation: Conversation, from: Message['from'], options: PayloadOptions) => {
  const { business, customer } = conversation;
  const shop = { name: business.username, user: party(business.businessId, 'business_account', options) };
  const person = { name: customer.username, user: party(customer.userId, 'personal_account', options) };
  const [sender, receiver] = from === 'customer' ? [person, shop] : [shop, person];
  return {
    from: sender.name,
    to: receiver.name,
    ...(options.minimal ? {} : { unique_identifier: customer.userId }),
    from_user: sender.user,
    to_user: receiver.user,
    conversation_id: conversation.conversationId,
  };
};

const europeanContent = ({ business }: Conversation, atMs: number, options: PayloadOptions) => ({
  to: business.username,
  to_user: party(business.businessId, 'business_account', options),
  timestamp: atMs,
});

const party = (id: string, role: 'business_account' | 'personal_account', { minimal }: PayloadOptions) =>
  minimal ? { id } : { id, role };
