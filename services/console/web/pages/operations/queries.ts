import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { type Api, bodyOf, type ServiceName } from '../../api/client.ts';

/** The first word of every key here: an act renews them all. */
export const OPERATIONS = 'operations';

/** Nothing tells of what changes here: it is asked for again. */
export const RENEWED_EVERY_MS = 5_000;

const PAGE = 20;
const cursorOf = (cursor: string | null) => (cursor === null ? {} : { cursor });

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
