import { useMutation } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useApi } from '../../api/context.tsx';
import { isPassing } from '../../api/problem.ts';
import type { Conversation } from '../../api/types.ts';

const LONGEST_PAUSE_MS = 30_000;

/** What was on the screen of somebody who looked counts as read; once all is, the customer is told by TikTok. */
export const useReadMark = ({ conversationId, unreadCount }: Conversation, seenMs: number | null): void => {
  const api = useApi();
  const isLooking = useIsLooking();
  const { mutate } = useMutation({
    mutationFn: (readUpTo: number) =>
      api.conversations.PUT('/v1/conversations/{conversationId}/read', {
        params: { path: { conversationId } },
        body: { readUpTo },
      }),
    // Nobody waits for it, and what was read has been read: it is told until it is taken, one mark after the other.
    retry: (_failures, error) => isPassing(error),
    retryDelay: (failures) => Math.min(LONGEST_PAUSE_MS, 1_000 * 2 ** failures),
    scope: { id: `read ${conversationId}` },
  });
  const isDue = isLooking && unreadCount > 0;
  useEffect(() => {
    if (isDue && seenMs !== null) mutate(seenMs);
  }, [mutate, isDue, seenMs]);
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
