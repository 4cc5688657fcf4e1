import { useMutation } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useApi } from '../../api/context.tsx';
import { isPassing } from '../../api/problem.ts';
import type { Conversation, Message } from '../../api/types.ts';
import { arrivedSince } from './arrived.ts';

const LONGEST_PAUSE_MS = 30_000;

interface Reading {
  readonly conversation: Conversation;
  readonly messages: readonly Message[];
  /** The newest message of the customer that is on the screen. */
  readonly seenMs: number | null;
}

/** What was on the screen of somebody who looked counts as read; once all is, the customer is told by TikTok. */
export const useReadMark = ({
  conversation: { conversationId, lastMessage, unreadCount },
  messages,
  seenMs,
}: Reading): void => {
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
  // The unread ones are the newest: what is seen is among them when fewer than that came after it, and all that came is here.
  const isWhole = lastMessage.sentAt <= (messages[0]?.sentAt ?? 0);
  const isDue = isLooking && isWhole && seenMs !== null && arrivedSince(messages, seenMs).length < unreadCount;
  useEffect(() => {
    if (isDue) mutate(seenMs);
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
