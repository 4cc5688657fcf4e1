import { QueryClient } from '@tanstack/react-query';
import { isPassing } from './problem.ts';

const MOST_RETRIES = 2;

/** What changes is told by the live stream, so nothing is asked for again by the age of an answer alone. */
export const createQueryClient = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: Number.POSITIVE_INFINITY,
        gcTime: 10 * 60_000,
        retry: (failures, error) => failures < MOST_RETRIES && isPassing(error),
        retryDelay: (failures) => 500 * 2 ** failures,
        refetchOnWindowFocus: false,
        refetchOnReconnect: true,
        // A machine that thinks it has no network may be wrong; an error with "try again" is better than a page that waits.
        networkMode: 'always',
      },
      mutations: { networkMode: 'always' },
    },
  });
