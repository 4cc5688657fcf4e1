import type { Business, Content, Conversation, Customer, Message } from '../domain/model.ts';
import { messageEvent, readEvent, type WebhookEvent } from '../domain/webhook-events.ts';
import type { Authorizations } from './authorizations.ts';
import type { Deliveries } from './deliveries.ts';
import type { SimulatorTime } from './simulator-time.ts';
import type { SwitchBoard } from './switch-board.ts';
import type { World } from './world.ts';

/** What people do in the TikTok app, and what TikTok tells the developer's app about it. */
export interface Messaging {
  customerWrites(business: Business, customer: Customer, written: Written): Sent;
  /** Null where the customer has never written: a business cannot start. */
  businessWrites(business: Business, customer: Customer, written: Written): Sent | null;
  /** The customer opens the conversation; the time of the newest message there, null where there is no conversation. */
  customerReads(business: Business, customer: Customer): number | null;
  /** A send of the API that was accepted. */
  apiSends(conversation: Conversation, written: Written): Message;
}

interface Written {
  readonly content: Content;
  readonly quotedMessageId?: string | null;
}

interface Sent {
  readonly conversation: Conversation;
  readonly message: Message;
}

interface Dependencies {
  readonly world: World;
  readonly deliveries: Deliveries;
  readonly authorizations: Authorizations;
  readonly switches: SwitchBoard;
  readonly time: SimulatorTime;
}

export const createMessaging = ({ world, deliveries, authorizations, switches, time }: Dependencies): Messaging => {
  const publish = (event: WebhookEvent, delayMs = 0) => {
    const isNeeded = switches.now().deliveries_need_authorization;
    if (isNeeded && !authorizations.hasGranted(event.businessId, 'message.list.read')) return;
    deliveries.add(event, delayMs);
  };
  const payload = () => ({ minimal: switches.now().minimal_payload });

  return {
    customerWrites: (business, customer, written) => {
      const conversation = world.openConversation(business, customer);
      const message = world.addMessage(conversation, { ...written, from: 'customer', source: 'APP' });
      publish(messageEvent(conversation, message, payload()));
      return { conversation, message };
    },
    businessWrites: (business, customer, written) => {
      const conversation = world.conversationOf(business, customer);
      if (conversation === null) return null;
      const message = world.addMessage(conversation, { ...written, from: 'business', source: 'APP' });
      publish(messageEvent(conversation, message, payload()));
      return { conversation, message };
    },
    customerReads: (business, customer) => {
      const conversation = world.conversationOf(business, customer);
      const lastReadAt = conversation === null ? null : world.markRead(conversation);
      if (conversation === null || lastReadAt === null) return null;
      publish(readEvent(conversation, { readAtMs: time.now(), lastReadAt }, payload()));
      return lastReadAt;
    },
    apiSends: (conversation, written) => {
      const message = world.addMessage(conversation, { ...written, from: 'business', source: 'API' });
      const { echo_never, echo_delay_ms } = switches.now();
      if (!echo_never) publish(messageEvent(conversation, message, payload()), echo_delay_ms);
      return message;
    },
  };
};
