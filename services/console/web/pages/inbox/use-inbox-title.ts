import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useApi } from '../../api/context.tsx';
import { conversationsQuery } from '../../api/queries.ts';
import { words } from '../../words.ts';

const EVERYBODY = { search: '', channelId: null };

/** How many conversations wait, whatever is looked for now: in the title of the window, which is seen when the page is not. */
export const useInboxTitle = (): void => {
  const { data, hasNextPage } = useInfiniteQuery(conversationsQuery(useApi(), EVERYBODY));
  const unread = data?.pages.flatMap(({ items }) => items).filter(({ unreadCount }) => unreadCount > 0).length ?? 0;
  useEffect(() => {
    const name = unread === 0 ? words.inbox.title : words.inbox.titleWithUnread(unread, hasNextPage);
    document.title = `${name} · ${words.product}`;
    return () => {
      document.title = words.product;
    };
  }, [unread, hasNextPage]);
};
