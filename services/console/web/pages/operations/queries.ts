import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { type Api, bodyOf, type ServiceName } from '../../api/client.ts';
import type { ListedReply } from '../../api/types.ts';

/** The first word of every key here: an act renews them all. */
export const OPERATIONS = 'operations';

/** Nothing tells of what changes here: it is asked for again. */
export const RENEWED_EVERY_MS = 5_000;

const PAGE = 20;
const cursorOf = (cursor: string | null) => (cursor === null ? {} : { cursor });

export type ReplyState = ListedReply['state'];

export interface ReplyFilter {
  /** Empty for any. */
  readonly state: ReplyState | '';
  /** Empty for any. */
  readonly channelId: string;
}

export const deadLettersQuery = ({ operator }: Api, service: ServiceName, reason: string) =>
  infiniteQueryOptions({
    queryKey: [OPERATIONS, 'dead-letters', service, reason] as const,
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      bodyOf(
        operator.of[service].GET('/v1/dead-letters', {
          params: { query: { limit: PAGE, ...cursorOf(pageParam), ...(reason === '' ? {} : { reason }) } },
          signal,
        }),
      ),
    getNextPageParam: ({ nextCursor }) => nextCursor,
    refetchInterval: RENEWED_EVERY_MS,
  });

export const deadLetterQuery = ({ operator }: Api, service: ServiceName, id: string) =>
  queryOptions({
    queryKey: [OPERATIONS, 'dead-letter', service, id] as const,
    queryFn: ({ signal }) =>
      bodyOf(operator.of[service].GET('/v1/dead-letters/{id}', { params: { path: { id } }, signal })),
    refetchInterval: RENEWED_EVERY_MS,
  });

export const repliesQuery = ({ operator }: Api, { state, channelId }: ReplyFilter) =>
  infiniteQueryOptions({
    queryKey: [OPERATIONS, 'replies', state, channelId] as const,
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      bodyOf(
        operator.outbound.GET('/v1/replies', {
          params: {
            query: {
              limit: PAGE,
              ...cursorOf(pageParam),
              ...(state === '' ? {} : { state }),
              ...(channelId === '' ? {} : { channelId }),
            },
          },
          signal,
        }),
      ),
    getNextPageParam: ({ nextCursor }) => nextCursor,
    refetchInterval: RENEWED_EVERY_MS,
  });

/** Replies of several channels may have one id. */
export interface ReplyName {
  readonly replyId: string;
  /** Empty where it is not known. */
  readonly channelId: string;
}

export const replyQuery = ({ operator }: Api, name: ReplyName) =>
  queryOptions({
    queryKey: [OPERATIONS, 'reply', name] as const,
    queryFn: ({ signal }) =>
      bodyOf(operator.outbound.GET('/v1/replies/{replyId}', { params: replyParams(name), signal })),
    refetchInterval: RENEWED_EVERY_MS,
  });

export const replyParams = ({ replyId, channelId }: ReplyName) => ({
  path: { replyId },
  query: channelId === '' ? {} : { channelId },
});

export const pauseQuery = ({ operator }: Api, channelId: string) =>
  queryOptions({
    queryKey: [OPERATIONS, 'pause', channelId] as const,
    queryFn: ({ signal }) =>
      bodyOf(operator.outbound.GET('/v1/channels/{channelId}', { params: { path: { channelId } }, signal })),
    refetchInterval: RENEWED_EVERY_MS,
  });

export const consumersQuery = ({ operator }: Api, service: ServiceName) =>
  queryOptions({
    queryKey: [OPERATIONS, 'consumers', service] as const,
    queryFn: async ({ signal }) => (await bodyOf(operator.of[service].GET('/v1/consumers', { signal }))).items,
    refetchInterval: RENEWED_EVERY_MS,
  });

export const outboxesQuery = ({ operator }: Api, service: ServiceName) =>
  queryOptions({
    queryKey: [OPERATIONS, 'outboxes', service] as const,
    queryFn: async ({ signal }) => (await bodyOf(operator.of[service].GET('/v1/outbox', { signal }))).items,
    refetchInterval: RENEWED_EVERY_MS,
  });

/** Looks through topics: it is asked for once, and again when somebody wants to. */
export const lineageQuery = ({ operator }: Api, messageId: string, conversationId: string) =>
  queryOptions({
    queryKey: [OPERATIONS, 'lineage', messageId, conversationId] as const,
    queryFn: ({ signal }) =>
      bodyOf(
        operator.conversation.GET('/v1/messages/{messageId}/lineage', {
          params: { path: { messageId }, query: conversationId === '' ? {} : { conversationId } },
          signal,
        }),
      ),
    enabled: messageId !== '',
  });

export const buildsQuery = ({ operator }: Api) =>
  queryOptions({
    queryKey: [OPERATIONS, 'builds'] as const,
    queryFn: async ({ signal }) => (await bodyOf(operator.conversation.GET('/v1/projections', { signal }))).items,
    refetchInterval: RENEWED_EVERY_MS,
  });
