import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { type Api, bodyOf } from './client.ts';
import type { ConversationList, MessageList } from './types.ts';

/** The first words of every key: what the live stream renews. */
export const LISTS = {
  conversations: 'conversations',
  conversation: 'conversation',
  messages: 'messages',
  channels: 'channels',
  notices: 'notices',
  /** Bytes, which never change. */
  media: 'media',
} as const;

export interface ConversationFilter {
  readonly search: string;
  readonly channelId: string | null;
}

const PAGE = 50;
const cursorOf = (cursor: string | null) => (cursor === null ? {} : { cursor });

export const conversationsQuery = (api: Api, filter: ConversationFilter) =>
  infiniteQueryOptions({
    queryKey: [LISTS.conversations, filter] as const,
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }): Promise<ConversationList> =>
      bodyOf(
        api.conversations.GET('/v1/conversations', {
          params: {
            query: {
              limit: PAGE,
              ...cursorOf(pageParam),
              ...(filter.search === '' ? {} : { search: filter.search }),
              ...(filter.channelId === null ? {} : { channelId: filter.channelId }),
            },
          },
          signal,
        }),
      ),
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });

export const conversationQuery = (api: Api, conversationId: string) =>
  queryOptions({
    queryKey: [LISTS.conversation, conversationId] as const,
    queryFn: ({ signal }) =>
      bodyOf(
        api.conversations.GET('/v1/conversations/{conversationId}', { params: { path: { conversationId } }, signal }),
      ),
  });

/** The newest first, page by page into the past. */
export const messagesQuery = (api: Api, conversationId: string) =>
  infiniteQueryOptions({
    queryKey: [LISTS.messages, conversationId] as const,
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }): Promise<MessageList> =>
      bodyOf(
        api.conversations.GET('/v1/conversations/{conversationId}/messages', {
          params: { path: { conversationId }, query: { order: 'desc', limit: PAGE, ...cursorOf(pageParam) } },
          signal,
        }),
      ),
    getNextPageParam: ({ nextCursor }) => nextCursor,
  });

export const channelsQuery = (api: Api) =>
  queryOptions({
    queryKey: [LISTS.channels] as const,
    queryFn: async ({ signal }) => (await bodyOf(api.auth.GET('/v1/channels', { signal }))).items,
  });

/** Of somebody in Europe TikTok tells only that they wrote. */
export const noticesQuery = (api: Api) =>
  queryOptions({
    queryKey: [LISTS.notices] as const,
    queryFn: ({ signal }) => bodyOf(api.conversations.GET('/v1/notices', { params: { query: { limit: 5 } }, signal })),
  });

/** The bytes of a medium. Its address may be signed for some minutes only; with the token the path alone is good for as long. */
export const mediaQuery = (api: Api, url: string) =>
  queryOptions({
    queryKey: [LISTS.media, pathOf(url)] as const,
    queryFn: async ({ signal }) => (await api.fetch(pathOf(url), { signal })).blob(),
  });

const pathOf = (url: string): string => new URL(url, location.origin).pathname;
