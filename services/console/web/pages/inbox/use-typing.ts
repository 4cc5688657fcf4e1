import { useRef } from 'react';
import { useApi } from '../../api/context.tsx';
import { now } from '../../time/clock.ts';

/** TikTok shows it for five seconds. */
const EVERY_MS = 4_000;

/** Lets the customer see that somebody writes, for as long as somebody does. */
export const useTyping = (conversationId: string): ((text: string) => void) => {
  const api = useApi();
  const toldAt = useRef(0);
  return (text) => {
    if (text.trim() === '' || now() - toldAt.current < EVERY_MS) return;
    toldAt.current = now();
    // A courtesy: whoever writes need not know when it failed.
    void api.conversations
      .POST('/v1/conversations/{conversationId}/typing', { params: { path: { conversationId } } })
      .catch(() => undefined);
  };
};
