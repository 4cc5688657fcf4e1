import type { InfiniteData, Query, QueryClient, QueryFilters } from '@tanstack/react-query';
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
  const renew = (...queryKey: readonly string[]): void => renewAll(queries, { queryKey });

  const renewGathered = (): void => {
    const ids = [...changed];
    changed = new Set();
    isGathering = false;
    if (ids.length > MOST_BY_THEMSELVES) {
      renew(LISTS.conversations);
      renew(LISTS.conversation);
    } else {
      for (const id of ids) void renewConversation(api, queries, id);
    }
    for (const id of ids) renew(LISTS.messages, id);
  };

  return ({ name, data }) => {
    switch (name) {
      // From `ready` on everything is told; what was read before may have missed something.
      case 'ready':
      case 'reset':
        renewAll(queries, { predicate: ({ queryKey }) => queryKey[0] !== LISTS.media });
        break;
      case 'channel':
        renew(LISTS.channels);
        renew(LISTS.conversations);
        break;
      case 'notice':
        renew(LISTS.notices);
        break;
      default:
        if (data.conversationId === undefined) break;
        changed.add(data.conversationId);
        if (!isGathering) setTimeout(renewGathered, GATHER_MS);
        isGathering = true;
    }
  };
};

/** A first answer that is under way may be older than what was told: it is waited for, since invalidating would not ask again. */
const renewAll = (queries: QueryClient, filters: QueryFilters): void => {
  for (const query of queries.getQueryCache().findAll(filters)) {
    const invalidate = () => void queries.invalidateQueries({ queryKey: query.queryKey, exact: true });
    if (query.state.data !== undefined || isIdle(queries, query)) invalidate();
    else void untilIdle(queries, query).then(invalidate);
  }
};

const renewConversation = async (api: Api, queries: QueryClient, conversationId: string): Promise<void> => {
  const query = conversationQuery(api, conversationId);
  // What is being asked may be answered from before the change.
  const asked = queries.getQueryCache().find({ queryKey: query.queryKey });
  if (asked !== undefined) await untilIdle(queries, asked);
  try {
    placeInLists(queries, await queries.fetchQuery({ ...query, staleTime: 0 }));
  } catch (error) {
    renewAll(queries, { queryKey: [LISTS.conversations] });
    const isGone = error instanceof ApiProblem && error.status === 404;
    if (!isGone) renewAll(queries, { queryKey: query.queryKey });
  }
};

const isIdle = (queries: QueryClient, query: Query): boolean =>
  query.state.fetchStatus === 'idle' || queries.getQueryCache().get(query.queryHash) !== query;

const untilIdle = (queries: QueryClient, query: Query): Promise<void> =>
  new Promise((resolve) => {
    if (isIdle(queries, query)) return resolve();
    const forget = queries.getQueryCache().subscribe(() => {
      if (!isIdle(queries, query)) return;
      forget();
      resolve();
    });
  });

type Pages = InfiniteData<ConversationList, string | null>;

/** Into every list that it belongs to, where its time puts it. What a search finds only the server can tell. */
const placeInLists = (queries: QueryClient, conversation: Conversation): void => {
  for (const list of queries.getQueryCache().findAll({ queryKey: [LISTS.conversations] })) {
    const { search, channelId } = list.queryKey[1] as ConversationFilter;
    if (channelId !== null && channelId !== conversation.channelId) continue;
    if (search === '') void placeIn(queries, list, conversation);
    else renewAll(queries, { queryKey: list.queryKey, exact: true });
  }
};

/**
 * An answer on its way to the list is waited for: it would replace what is placed now. A list that is known to be old stays so, and
 * is asked for as a whole by who looks at it: placing one conversation would make it pass for new.
 */
const placeIn = async (queries: QueryClient, list: Query, conversation: Conversation): Promise<void> => {
  await untilIdle(queries, list);
  if (list.state.isInvalidated) renewAll(queries, { queryKey: list.queryKey, exact: true });
  else queries.setQueryData<Pages>(list.queryKey, (pages) => pages && placed(pages, conversation));
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
