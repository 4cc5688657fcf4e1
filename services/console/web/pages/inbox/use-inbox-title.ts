import { useEffect } from 'react';
import type { Conversation } from '../../api/types.ts';
import { words } from '../../words.ts';

/** How many conversations wait, in the title of the window, which is seen when the page is not. */
export const useInboxTitle = (conversations: readonly Conversation[], isMore: boolean): void => {
  const unread = conversations.filter(({ unreadCount }) => unreadCount > 0).length;
  useEffect(() => {
    const name = unread === 0 ? words.inbox.title : words.inbox.titleWithUnread(unread, isMore);
    document.title = `${name} · ${words.product}`;
    return () => {
      document.title = words.product;
    };
  }, [unread, isMore]);
};
