import { type Fields, idIn, objectIn, optionalObjectIn, timeIn } from '../fields.ts';

/** A conversation as `conversation/list` shows it: without its people and without a word of theirs. */
export interface ListedConversation {
  readonly conversationId: string;
  /** Null when TikTok did not say. */
  readonly updatedAt: number | null;
  /** Ads that led into it, as TikTok tells them. */
  readonly ads: readonly Fields[];
}

export interface ConversationPage {
  readonly conversations: readonly ListedConversation[];
  /** Null on the last page. */
  readonly nextCursor: string | null;
}

/** Null when it is no such list. */
export const readConversationPage = (data: unknown): ConversationPage | null => {
  const page = objectIn(data);
  if (page === null || !Array.isArray(page.conversations)) return null;
  return {
    conversations: page.conversations.flatMap(readConversation),
    nextCursor: page.has_more === true ? idIn(page.cursor) : null,
  };
};

/** Nothing can be read of one without an id. */
const readConversation = (element: unknown): readonly ListedConversation[] => {
  const conversation = optionalObjectIn(element);
  const conversationId = idIn(conversation.conversation_id);
  if (conversationId === null) return [];
  // One source of several has another name for the time.
  const updatedAt = timeIn(conversation.update_time) ?? timeIn(conversation.up_time);
  const { ad } = optionalObjectIn(conversation.referral);
  return [{ conversationId, updatedAt, ads: Array.isArray(ad) ? ad.map(optionalObjectIn) : [] }];
};

/**
 * Each conversation once, by the order of its id: TikTok's own order changes while a list is read, and one that a new
 * message moves would be read twice or never. It may have become `SINGLE` between two lists.
 */
export const inOrder = (listed: readonly ListedConversation[]): readonly ListedConversation[] =>
  [...new Map(listed.map((conversation) => [conversation.conversationId, conversation])).values()].sort((one, other) =>
    one.conversationId < other.conversationId ? -1 : 1,
  );
