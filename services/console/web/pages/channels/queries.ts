import { queryOptions } from '@tanstack/react-query';
import { type Api, bodyOf } from '../../api/client.ts';
import type { Channel } from '../../api/types.ts';
import { words } from '../../words.ts';

export const attemptsQuery = (api: Api, accountId: string) =>
  queryOptions({
    queryKey: ['attempts', accountId] as const,
    queryFn: async ({ signal }) =>
      (
        await bodyOf(
          api.auth.GET('/v1/accounts/{accountId}/tiktok/authorizations', { params: { path: { accountId } }, signal }),
        )
      ).items,
  });

/** Whether the account may connect channels. */
export const featureQuery = (api: Api, accountId: string) =>
  queryOptions({
    queryKey: ['features', accountId] as const,
    queryFn: async ({ signal }) => {
      const { items } = await bodyOf(
        api.auth.GET('/v1/accounts/{accountId}/features', { params: { path: { accountId } }, signal }),
      );
      return items.some(({ feature, isEnabled }) => feature === 'tiktok_channel' && isEnabled);
    },
  });

export const channelTitle = ({ displayName, username }: Channel): string =>
  displayName ?? (username === null ? words.channels.unnamed : `@${username}`);
