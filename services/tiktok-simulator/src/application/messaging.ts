import { ok, type Result, refuse } from '@tiktok-channel/platform/kernel';
import type {
  AutomaticKind,
  Business,
  ButtonTap,
  Content,
  Conversation,
  Customer,
  Message,
  MessageSource,
  Referral,
} from '../domain/model.ts';
import { messageEvent, reactionEvent, readEvent, referralEvent } from '../domain/webhook-events.ts';
import type { Publish } from './publish.ts';
import type { SimulatorTime } from './simulator-time.ts';
import type { SwitchBoard } from './switch-board.ts';
import type { ReactionRefusal, ReactionRequest, World } from './world.ts';

/** What people do in the TikTok app, and what TikTok tells the developer's app about it. */
export interface Messaging {
  customerWrites(business: Business, customer: Customer, written: Written): Sent;
  /** The customer accepts the message request, as writing does too: what was held is shown and echoed. */
  customerAccepts(conversation: Conversation): void;
  /** The customer taps a button of a card, which writes the button's label. */
  customerTaps(conversation: Conversation, tap: ButtonTap): Result<Sent, 'card_unknown' | 'button_unknown'>;
  /** Null where a business may not write: the customer has not written, or for a greeting has not come. */
  businessWrites(business: Business, customer: Customer, written: Written): Sent | null;
  /** Answers the id of the event; reactions of the business are made in the app, since the API has none. */
  react(conversation: Conversation, request: ReactionRequest): Result<string, ReactionRefusal>;
  /** The customer comes through an ad or a link. */
  customerComes(business: Business, customer: Customer, referral: Referral): Conversation;
  /** The customer opens the conversation; the time of the newest message there, null where there is no conversation. */
  customerReads(business: Business, customer: Customer): number | null;
  /** A send of the API that was accepted. */
  apiSends(conversation: Conversation, written: Written): Message;
}

export interface Written {
  readonly content: Content;
  readonly quotedMessageId?: string | null;
  readonly source?: MessageSource | undefined;
  readonly automatic?: AutomaticKind | null;
}

interface Sent {
  readonly conversation: Conversation;
  readonly message: Message;
}

interface Dependencies {
  readonly world: World;
  readonly publish: Publish;
  readonly switches: SwitchBoard;
  readonly time: SimulatorTime;
}

export const createMessaging = ({ world, publish, switches, time }: Dependencies): Messaging => {
  const add = (conversation: Conversation, message: Parameters<World['addMessage']>[1]): Sent => {
    const added = world.addMessage(conversation, message);
    publish((payload) => messageEvent(conversation, added, payload));
    return { conversation, message: added };
  };

  const echo = (conversation: Conversation, message: Message) => {
    const { echo_never, echo_delay_ms, echoes_duplicated } = switches.now();
    const copies = echo_never ? 0 : echoes_duplicated;
    for (let copy = 0; copy < copies; copy += 1) {
      publish((payload) => messageEvent(conversation, message, payload), { delayMs: echo_delay_ms });
    }
  };
  const acceptRequest = (conversation: Conversation) => {
    for (const message of world.accept(conversation)) echo(conversation, message);
  };

  return {
    customerWrites: (business, customer, { source = 'APP', ...written }) => {
      const conversation = world.openConversation(business, customer);
      acceptRequest(conversation);
      return add(conversation, { ...written, from: 'customer', source });
    },
    customerAccepts: acceptRequest,
    customerTaps: (conversation, tap) => {
      const card = conversation.messages.find(({ messageId }) => messageId === tap.cardMessageId)?.content;
      if (card?.type !== 'template') return refuse('card_unknown');
      const button = card.buttons.find(({ id }) => id === tap.buttonId);
      if (button === undefined) return refuse('button_unknown');
      acceptRequest(conversation);
      const content = { type: 'text', text: button.title } as const;
      return ok(add(conversation, { from: 'customer', source: 'APP', content, tap }));
    },
    businessWrites: (business, customer, { automatic = null, source, ...written }) => {
      const conversation = world.conversationOf(business, customer);
      const hasWritten = (conversation?.facts.customerMessages ?? 0) > 0;
      if (conversation === null || (automatic === null && !hasWritten)) return null;
      const usual = automatic === null ? 'APP' : 'OTHERS';
      return add(conversation, { ...written, automatic, from: 'business', source: source ?? usual });
    },
    react: (conversation, request) => {
      const changed = world.react(conversation, request);
      if (!changed.ok) return changed;
      const { reaction, messageId } = changed.value;
      const change = { reaction, messageId, originalMessageId: request.on, operation: request.operation };
      publish((payload) => reactionEvent(conversation, { ...change, at: reaction.at }, payload));
      return ok(messageId);
    },
    customerComes: (business, customer, referral) => {
      const conversation = world.openConversation(business, customer);
      world.refer(conversation, referral);
      publish((payload) => referralEvent(conversation, referral, payload));
      return conversation;
    },
    customerReads: (business, customer) => {
      const conversation = world.conversationOf(business, customer);
      const lastReadAt = conversation === null ? null : world.markRead(conversation);
      if (conversation === null || lastReadAt === null) return null;
      publish((payload) => readEvent(conversation, { readAtMs: time.now(), lastReadAt }, payload));
      return lastReadAt;
    },
    apiSends: (conversation, written) => {
      const isHeld = switches.now().sends_held && !conversation.hasAccepted;
      const message = world.addMessage(conversation, { ...written, from: 'business', source: 'API', isHeld });
      if (!isHeld) echo(conversation, message);
      return message;
    },
  };
};
