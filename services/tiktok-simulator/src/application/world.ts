import { ok, type Result, refuse } from '@tiktok-channel/platform/kernel';
import { countMessage, NO_FACTS } from '../domain/direct-message-rules.ts';
import type { Ids } from '../domain/ids.ts';
import type {
  AutomaticKind,
  Business,
  ButtonTap,
  Content,
  Conversation,
  Customer,
  Message,
  MessageSource,
  Reaction,
  Referral,
} from '../domain/model.ts';
import type { SimulatorTime } from './simulator-time.ts';

/** Older messages of a conversation are forgotten, so that a long load keeps its memory flat. */
const KEPT_MESSAGES = 5_000;

const POSTS_PER_BUSINESS = 3;

/** Where neither side names one: a region with every ability. */
const DEFAULT_REGION = 'BR';

interface NewMessage {
  readonly from: Message['from'];
  readonly source: MessageSource;
  readonly content: Content;
  readonly quotedMessageId?: string | null;
  readonly automatic?: AutomaticKind | null;
  readonly tap?: ButtonTap | null;
  readonly isHeld?: boolean;
}

/** `on` is the message that somebody reacted to. */
export interface ReactionRequest extends Omit<Reaction, 'at'> {
  readonly on: string;
  readonly operation: 'ADD' | 'REMOVE';
}

/** Accounts, conversations and messages, as TikTok has them. */
export interface World {
  addBusiness(business: {
    readonly username: string;
    readonly displayName: string;
    readonly region?: string | undefined;
  }): Result<Business, 'username_taken'>;
  business(businessId: string): Business | null;
  businesses(): readonly Business[];
  /** The account with that name; made when it is new. What is given about it replaces what was. */
  customer(
    username: string,
    about?: { readonly displayName?: string | undefined; readonly region?: string | undefined },
  ): Customer;
  findCustomer(username: string): Customer | null;
  conversation(conversationId: string): Conversation | null;
  conversationOf(business: Business, customer: Customer): Conversation | null;
  openConversation(business: Business, customer: Customer): Conversation;
  /** Newest activity first. */
  conversationsOf(businessId: string): readonly Conversation[];
  addMessage(conversation: Conversation, message: NewMessage): Message;
  /** Answers the reaction, and the id of the event that tells of it. */
  react(
    conversation: Conversation,
    request: ReactionRequest,
  ): Result<{ readonly reaction: Reaction; readonly messageId: string }, ReactionRefusal>;
  refer(conversation: Conversation, referral: Referral): void;
  follow(conversation: Conversation, isFollower: boolean): void;
  followBack(conversation: Conversation, isFollowedBack: boolean): void;
  /** What the business does without writing: typing shows for five seconds, the mark makes the customer's messages seen. */
  act(conversation: Conversation, action: 'typing' | 'mark_read'): void;
  /** The customer accepts the request; answers the messages that were held for it. */
  accept(conversation: Conversation): readonly Message[];
  /** The customer sees every message that is not held; the time of the newest, null where there is none. */
  markRead(conversation: Conversation): number | null;
}

export type ReactionRefusal = 'message_unknown' | 'reaction_exists' | 'reaction_unknown';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
interface ConversationRecord extends Mutable<Omit<Conversation, 'messages' | 'referrals'>> {
  readonly messages: Message[];
  readonly referrals: Referral[];
  /** How many messages and reactions there were; makes their ids. */
  ordinal: number;
}

interface Sources {
  readonly ids: Ids;
  readonly time: SimulatorTime;
}

export const createWorld = ({ ids, time }: Sources): World => {
  const businesses = new Map<string, Business>();
  const customers = new Map<string, Mutable<Customer>>();
  const conversations = new Map<string, ConversationRecord>();
  const byBusiness = new Map<string, ConversationRecord[]>();
  const record = ({ conversationId }: Conversation): ConversationRecord => {
    const found = conversations.get(conversationId);
    if (found === undefined) throw new TypeError(`no conversation ${conversationId}`);
    return found;
  };
  const find = (business: Business, customer: Customer) =>
    conversations.get(ids.conversation(business.businessId, customer.userId)) ?? null;

  return {
    addBusiness: ({ username, displayName, region = DEFAULT_REGION }) => {
      const businessId = ids.business(username);
      if (businesses.has(businessId)) return refuse('username_taken');
      const posts = Array.from({ length: POSTS_PER_BUSINESS }, (_, index) => ids.post(businessId, index));
      const business = { businessId, username, displayName, region, posts };
      businesses.set(businessId, business);
      byBusiness.set(businessId, []);
      return ok(business);
    },
    business: (businessId) => businesses.get(businessId) ?? null,
    businesses: () => [...businesses.values()],
    customer: (username, { displayName, region } = {}) => {
      const known = customers.get(username) ?? newCustomer(ids, username);
      if (displayName !== undefined) known.displayName = displayName;
      if (region !== undefined) known.region = region;
      customers.set(username, known);
      return known;
    },
    findCustomer: (username) => customers.get(username) ?? null,
    conversation: (conversationId) => conversations.get(conversationId) ?? null,
    conversationOf: find,
    openConversation: (business, customer) => {
      const known = find(business, customer);
      if (known !== null) return known;
      const conversation = newConversation(ids, business, customer);
      conversations.set(conversation.conversationId, conversation);
      byBusiness.get(business.businessId)?.push(conversation);
      return conversation;
    },
    conversationsOf: (businessId) =>
      [...(byBusiness.get(businessId) ?? [])].sort((one, other) => updatedAt(other) - updatedAt(one)),
    addMessage: (conversation, message) => append(record(conversation), message, { ids, time }),
    react: (conversation, request) => changeReactions(record(conversation), request, { ids, time }),
    refer: (conversation, referral) => {
      record(conversation).referrals.push(referral);
    },
    follow: (conversation, isFollower) => {
      record(conversation).isFollower = isFollower;
    },
    ...conduct(record, time),
  };
};

/** Source: documentation of SENDER_ACTION. */
const TYPING_MS = 5_000;

/** What the sides do to a conversation without writing. */
const conduct = (
  record: (conversation: Conversation) => ConversationRecord,
  time: SimulatorTime,
): Pick<World, 'followBack' | 'act' | 'accept' | 'markRead'> => ({
  followBack: (conversation, isFollowedBack) => {
    record(conversation).isFollowedBack = isFollowedBack;
  },
  act: (conversation, action) => {
    if (action === 'typing') record(conversation).typingUntil = time.now() + TYPING_MS;
    else seeAll(record(conversation).messages, 'customer', time.now());
  },
  accept: (conversation) => {
    const { messages } = record(conversation);
    const held = messages.filter(({ isHeld }) => isHeld);
    if (held.length > 0) record(conversation).hasAccepted = true;
    for (const [index, message] of messages.entries())
      if (message.isHeld) messages[index] = { ...message, isHeld: false };
    return held.map((message) => ({ ...message, isHeld: false }));
  },
  markRead: (conversation) => {
    const { messages } = record(conversation);
    seeAll(messages, 'business', time.now());
    return messages.findLast(({ isHeld }) => !isHeld)?.at ?? null;
  },
});

/** The other side sees what `from` wrote. */
const seeAll = (messages: Message[], from: Message['from'], readAt: number): void => {
  for (const [index, message] of messages.entries()) {
    if (message.from === from && message.readAt === null && !message.isHeld) messages[index] = { ...message, readAt };
  }
};

/** When something was last written there; 0 for a conversation without a message. */
export const updatedAt = ({ messages }: Conversation): number => messages.at(-1)?.at ?? 0;

const append = (
  conversation: ConversationRecord,
  { from, source, content, quotedMessageId = null, automatic = null, tap = null, isHeld = false }: NewMessage,
  { ids, time }: Sources,
): Message => {
  const at = Math.max(time.now(), updatedAt(conversation) + 1);
  const message = {
    messageId: nextId(conversation, ids),
    from,
    source,
    content,
    quotedMessageId,
    automatic,
    tap,
    reactions: [],
    at,
    readAt: null,
    isHeld,
  };
  conversation.messages.push(message);
  if (conversation.messages.length > KEPT_MESSAGES) conversation.messages.shift();
  conversation.facts = countMessage(conversation.facts, from, at);
  // A welcome message is no answer: nobody of the business has accepted the request yet. Ours; no source says.
  if (from === 'business' && automatic === null) conversation.type = 'SINGLE';
  return message;
};

const nextId = (conversation: ConversationRecord, ids: Ids): string =>
  ids.message(conversation.conversationId, ++conversation.ordinal);

const changeReactions = (
  conversation: ConversationRecord,
  { on, operation, ...wanted }: ReactionRequest,
  { ids, time }: Sources,
): ReturnType<World['react']> => {
  const index = conversation.messages.findIndex(({ messageId }) => messageId === on);
  const message = conversation.messages[index];
  if (message === undefined) return refuse('message_unknown');
  const others = message.reactions.filter(({ by, value }) => by !== wanted.by || value !== wanted.value);
  const isThere = others.length < message.reactions.length;
  if (isThere && operation === 'ADD') return refuse('reaction_exists');
  if (!isThere && operation === 'REMOVE') return refuse('reaction_unknown');

  const reaction = { ...wanted, at: time.now() };
  const reactions = operation === 'ADD' ? [...others, reaction] : others;
  conversation.messages[index] = { ...message, reactions };
  return ok({ reaction, messageId: nextId(conversation, ids) });
};

const newCustomer = (ids: Ids, username: string): Mutable<Customer> => ({
  userId: ids.customer(username),
  username,
  displayName: displayNameOf(username),
  region: DEFAULT_REGION,
});

const newConversation = (ids: Ids, business: Business, customer: Customer): ConversationRecord => ({
  conversationId: ids.conversation(business.businessId, customer.userId),
  business,
  customer,
  isFollower: false,
  isFollowedBack: false,
  hasAccepted: false,
  typingUntil: 0,
  type: 'STRANGER',
  messages: [],
  referrals: [],
  ordinal: 0,
  facts: NO_FACTS,
});

/** `mia.shopper` is shown as Mia Shopper unless somebody says otherwise. */
const displayNameOf = (username: string): string =>
  username
    .split(/[._]+/)
    .filter((word) => word !== '')
    .map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`)
    .join(' ');
