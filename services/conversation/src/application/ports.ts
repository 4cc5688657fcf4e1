import type { Facts } from '../domain/facts.ts';
import type {
  ConversationCursor,
  ConversationView,
  MessageCursor,
  MessageOrder,
  MessageView,
  Page,
  ReplyView,
} from './views.ts';

/** Where a batch of one partition stands; the position moves from `expected` to `next`, or nothing happens. */
export interface BatchPosition {
  readonly topic: string;
  readonly partition: number;
  readonly expected: bigint;
  readonly next: bigint;
}

/**
 * - `conflict`: another transaction was in the way; nothing was stored, the same can be done again at once.
 * - `unavailable`: the database is away.
 * - `data`: a value cannot be stored; no repetition helps.
 */
export type ProjectionFailure = 'conflict' | 'unavailable' | 'data';

export interface ProjectionStore {
  /** Stores facts, what follows from them, and the position, in one transaction. `superseded`: another owner moved it. */
  apply(facts: Facts, position: BatchPosition): Promise<'done' | 'superseded' | ProjectionFailure>;
}

/** A conversation that may be shown to an account. */
export interface VisibleConversation {
  readonly channelId: string;
  readonly conversationId: string;
  /** What is older is shown to nobody. */
  readonly visibleFrom: number;
}

/** Every query carries the account: a channel shows nothing until an account has connected it, and then to that account alone. */
export interface ConversationQueries {
  listConversations(query: {
    readonly accountId: string;
    readonly channelId: string | null;
    readonly after: ConversationCursor | null;
    readonly limit: number;
  }): Promise<Page<ConversationView, ConversationCursor>>;
  getConversation(accountId: string, conversationId: string): Promise<ConversationView | null>;
  findConversation(accountId: string, conversationId: string): Promise<VisibleConversation | null>;
  listMessages(query: {
    readonly conversation: VisibleConversation;
    readonly after: MessageCursor | null;
    readonly order: MessageOrder;
    readonly limit: number;
  }): Promise<Page<MessageView, MessageCursor>>;
  getReply(accountId: string, replyId: string): Promise<ReplyView | null>;
}
