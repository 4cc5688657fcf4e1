import { type Clock, ok, type Result, refuse } from '@tiktok-channel/platform/kernel';
import type { ImportRefusal } from '../../domain/history/import-progress.ts';
import { type ListedContent, readListedContent } from '../../domain/history/listed-content.ts';
import {
  type ConversationPage,
  inOrder,
  type ListedConversation,
  readConversationPage,
} from '../../domain/history/listed-conversations.ts';
import type { AskTikTok } from './ask-tiktok.ts';
import { CONVERSATION_TYPES, type ConversationQuery, type HistoryReporter, type TikTokLists } from './ports.ts';

interface Urgency {
  readonly isUrgent: boolean;
}

/** TikTok's lists, whole and read. */
export interface Lists {
  /** All that TikTok lists of the past 90 days, each once, by the order of their ids. */
  conversations(channelId: string, urgency: Urgency): Promise<Result<readonly ListedConversation[], ImportRefusal>>;
  content(
    channelId: string,
    conversation: ListedConversation,
    urgency: Urgency,
  ): Promise<Result<ListedContent, ImportRefusal>>;
}

/** TikTok shows 100 conversations; this ends a cursor that goes round in circles. */
const MOST_PAGES = 50;

export const createLists = ({
  ask,
  tiktok,
  clock,
  reporter,
}: {
  readonly ask: AskTikTok;
  readonly tiktok: TikTokLists;
  readonly clock: Clock;
  readonly reporter: Pick<HistoryReporter, 'read'>;
}): Lists => {
  const allOfType = async (
    query: Omit<ConversationQuery, 'cursor'>,
    urgency: Urgency,
  ): Promise<Result<readonly ListedConversation[], ImportRefusal>> => {
    const found: ListedConversation[] = [];
    let cursor: string | null = '0';
    for (let pages = 0; cursor !== null && pages < MOST_PAGES; pages += 1) {
      const page = await pageAt({ ...query, cursor }, urgency);
      if (!page.ok) return page;
      found.push(...page.value.conversations);
      cursor = page.value.nextCursor;
    }
    return ok(found);
  };
  const pageAt = async (
    query: ConversationQuery,
    urgency: Urgency,
  ): Promise<Result<ConversationPage, ImportRefusal>> => {
    const answer = await ask(query.channelId, (token) => tiktok.conversations(query, token), urgency);
    if (!answer.ok) return answer;
    const page = readConversationPage(answer.value);
    return page === null ? refuse('unreadable_answer') : ok(page);
  };
  return {
    async conversations(channelId, urgency) {
      const found: ListedConversation[] = [];
      for (const type of CONVERSATION_TYPES) {
        const listed = await allOfType({ channelId, type }, urgency);
        if (!listed.ok) return listed;
        found.push(...listed.value);
      }
      return ok(inOrder(found));
    },
    async content(channelId, conversation, urgency) {
      const { conversationId } = conversation;
      const answer = await ask(channelId, (token) => tiktok.content({ channelId, conversationId }, token), urgency);
      if (!answer.ok) return answer;
      const content = readListedContent(answer.value, { channelId, conversation, receivedAt: clock.now() });
      if (content === null) return refuse('unreadable_answer');
      reporter.read(channelId, { messages: content.messages.length, unread: content.unread });
      return ok(content);
    },
  };
};

/** Refusals of one conversation that say nothing of the others. */
export const isOfOneConversation = (refusal: ImportRefusal): boolean =>
  refusal === 'not_found' || refusal === 'rejected_by_tiktok' || refusal === 'unreadable_answer';
