import { type Clock, naturalId, ok, type Result, refuse } from '@tiktok-channel/platform/kernel';
import type { ReplyAction } from '../domain/reply-command.ts';
import type { AgentReadMarks, ConversationQueries, ReplyRequests, VisibleConversation } from './ports.ts';

/** TikTok shows that somebody types for five seconds; asked more often, one command stands for all. */
const TYPING_MS = 4_000;
/** An action that could not be sent by then is worth nothing. */
const ACTION_LIFE_MS = 5_000;

interface OfPerson {
  readonly accountId: string;
  readonly userId: string;
  readonly conversationId: string;
}

interface Dependencies {
  readonly queries: Pick<ConversationQueries, 'findConversation' | 'newestIncoming'>;
  readonly marks: AgentReadMarks;
  readonly requests: Pick<ReplyRequests, 'leaveAction'>;
  readonly clock: Clock;
}

export interface Presence {
  /** Moves the person's read mark, to the newest message without `readUpTo`, and lets the customer see it. */
  read(
    person: OfPerson & { readonly readUpTo: number | null },
  ): Promise<Result<{ readonly readUpTo: number }, 'conversation_unknown'>>;
  /** Lets the customer see that an answer is being written. */
  typing(person: OfPerson): Promise<Result<null, 'conversation_unknown'>>;
}

export const createPresence = ({ queries, marks, requests, clock }: Dependencies): Presence => {
  const leave = (
    { channelId, conversationId }: VisibleConversation,
    { userId, action, about }: { readonly userId: string; readonly action: ReplyAction; readonly about: number },
  ): Promise<void> =>
    requests.leaveAction({
      text: null,
      attachments: [],
      quotedMessageId: null,
      action,
      retryOf: null,
      replyId: naturalId([action, channelId, conversationId, String(about)]),
      channelId,
      conversationId,
      requestedBy: userId,
      requestedAt: clock.now(),
      expiresAt: clock.now() + ACTION_LIFE_MS,
    });
  return {
    read: async ({ accountId, userId, conversationId, readUpTo }) => {
      const conversation = await queries.findConversation(accountId, conversationId);
      if (conversation === null) return refuse('conversation_unknown');
      const newest = await queries.newestIncoming(conversation);
      const upTo = Math.min(readUpTo ?? Number.POSITIVE_INFINITY, conversation.lastSentAt);
      const { channelId } = conversation;
      const hasMoved = await marks.move({
        accountId,
        userId,
        channelId,
        conversationId,
        readUpTo: upTo,
        atMs: clock.now(),
      });
      // TikTok knows no "up to here", so the customer sees it once everything is read; by whom is no matter.
      if (hasMoved && newest !== null && upTo >= newest)
        await leave(conversation, { userId, action: 'mark_read', about: newest });
      return ok({ readUpTo: upTo });
    },

    typing: async ({ accountId, userId, conversationId }) => {
      const conversation = await queries.findConversation(accountId, conversationId);
      if (conversation === null) return refuse('conversation_unknown');
      await leave(conversation, { userId, action: 'typing', about: Math.floor(clock.now() / TYPING_MS) });
      return ok(null);
    },
  };
};
