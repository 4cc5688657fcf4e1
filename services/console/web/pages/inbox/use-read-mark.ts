import { useEffect, useState } from 'react';
import { useApi } from '../../api/context.tsx';
import type { Conversation, Message } from '../../api/types.ts';

/** What was on the screen of somebody who looked counts as read; once all is, the customer is told by TikTok. */
export const useReadMark = ({ conversationId, unreadCount }: Conversation, messages: readonly Message[]): void => {
  const api = useApi();
  const isLooking = useIsLooking();
  const newestMs = messages.find(({ direction }) => direction === 'incoming')?.sentAt ?? null;
  const isDue = isLooking && unreadCount > 0 && newestMs !== null;
  useEffect(() => {
    if (!isDue) return;
    const mark = { params: { path: { conversationId } }, body: { readUpTo: newestMs } };
    // It is tried again with the next message; nothing that anybody waits for.
    void api.conversations.PUT('/v1/conversations/{conversationId}/read', mark).catch(() => undefined);
  }, [api, conversationId, isDue, newestMs]);
};

const useIsLooking = (): boolean => {
  const [isLooking, setIsLooking] = useState(document.visibilityState === 'visible');
  useEffect(() => {
    const renew = () => setIsLooking(document.visibilityState === 'visible');
    document.addEventListener('visibilitychange', renew);
    return () => document.removeEventListener('visibilitychange', renew);
  }, []);
  return isLooking;
};
