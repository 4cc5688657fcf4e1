import type { InfiniteData, QueryClient } from '@tanstack/react-query';
import type { Api } from '../api/client.ts';
import { ApiProblem } from '../api/problem.ts';
import { type ConversationFilter, conversationQuery, LISTS } from '../api/queries.ts';
import type { Conversation, ConversationList } from '../api/types.ts';
import type { LiveEvent } from './event-stream.ts';

/** So long are changes gathered, so that a burst is one request for each conversation. */
const GATHER_MS = 60;
/** More conversations than that at once, and the lists are asked for as a whole. */
const MOST_BY_THEMSELVES = 10;

/** Brings what the stream tells into the caches. */
export const createEventApplier = (api: Api, queries: QueryClient): ((event: LiveEvent) => void) => {
  let changed = new Set<string>();
  let isGathering = false;

  const renewGathered = (): void => {
    const ids = [...changed];
    changed = new Set();
    isGathering = false;
    if (ids.length > MOST_BY_THEMSELVES) {
      void queries.invalidateQueries({ queryKey: [LISTS.conversations] });
      void queries.invalidateQueries({ queryKey: [LISTS.conversation] });
    } else {
      for (const id of ids) void renewConversation(api, queries, id);
    }
    for (const id of ids) void queries.invalidateQueries({ queryKey: [LISTS.messages, id] });
  };

  return ({ name, data }) => {
    switch (name) {
      // From `ready` on everything is told; what was read before may have missed something.
      case 'ready':
      case 'reset':
        void queries.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== LISTS.media });
        break;
      case 'channel':
        void queries.invalidateQueries({ queryKey: [LISTS.channels] });
        void queries.invalidateQueries({ queryKey: [LISTS.conversations] });
        break;
      case 'notice':
        void queries.invalidateQueries({ queryKey: [LISTS.notices] });
        break;
      default:
        if (data.conversationId === undefined) break;
        changed.add(data.conversationId);
        if (!isGathering) setTimeout(renewGathered, GATHER_MS);
        isGathering = true;
    }
  };
};

const renewConversation = async (api: Api, queries: QueryClient, conversationId: string): Promise<void> => {
  const query = conversationQuery(api, conversationId);
  try {
    const conversation = await queries.fetchQuery({ ...query, staleTime: 0 });
    placeInLists(queries, conversation);
  } catch (error) {
    const isGone = error instanceof ApiProblem && error.status === 404;
    void queries.invalidateQueries({ queryKey: isGone ? [LISTS.conversations] : query.queryKey });
  }
};

type Pages = InfiniteData<ConversationList, string | null>;

/** Into every list that it belongs to, where its time puts it. What a search finds only the server can tell. */
const placeInLists = (queries: QueryClient, conversation: Conversation): void => {
  const lists = queries.getQueriesData<Pages>({ queryKey: [LISTS.conversations] });
  for (const [queryKey, pages] of lists) {
    const { search, channelId } = queryKey[1] as ConversationFilter;
    if (search !== '') void queries.invalidateQueries({ queryKey });
    else if (pages !== undefined && (channelId === null || channelId === conversation.channelId)) {
      queries.setQueryData<Pages>(queryKey, placed(pages, conversation));
    }
  }
};

export const placed = (data: Pages, conversation: Conversation): Pages => {
  const without = data.pages.map((page) => ({
    ...page,
    items: page.items.filter(({ conversationId }) => conversationId !== conversation.conversationId),
  }));
  const time = timeOf(conversation);
  const index = without.findIndex(({ items }) => items.some((other) => timeOf(other) <= time));
  const target = index === -1 ? without.length - 1 : index;
  return { ...data, pages: without.map((page, at) => (at === target ? insertedInto(page, conversation) : page)) };
};

/** Behind the last of the last page lies what was not read yet, unless there is no more. */
const insertedInto = (page: ConversationList, conversation: Conversation): ConversationList => {
  const before = page.items.filter((other) => timeOf(other) > timeOf(conversation));
  const behind = page.items.slice(before.length);
  if (behind.length === 0 && page.nextCursor !== null) return page;
  return { ...page, items: [...before, conversation, ...behind] };
};

const timeOf = ({ updatedAt }: Conversation): number => updatedAt;
