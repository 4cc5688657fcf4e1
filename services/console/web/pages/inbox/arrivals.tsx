import { useEffect, useRef, useState } from 'react';
import type { Message } from '../../api/types.ts';
import { words } from '../../words.ts';
import { arrivedSince, newestIncoming } from './arrived.ts';
import { previewOf } from './preview.ts';

/** Says to a screen reader what the customer writes while the conversation is open, wherever somebody reads in it. */
export const Arrivals = ({ messages, name }: { readonly messages: readonly Message[]; readonly name: string }) => {
  const [said, setSaid] = useState<readonly Message[]>([]);
  const newest = useRef<number | null>(null);
  useEffect(() => {
    const arrived = newest.current === null ? [] : arrivedSince(messages, newest.current);
    if (arrived.length > 0) setSaid(arrived);
    newest.current = newestIncoming(messages) ?? newest.current;
  }, [messages]);
  return (
    <div className="hidden-text" role="status">
      {said.map(({ messageId, content }) => (
        <p key={messageId}>{words.conversation.wrote(name, previewOf(content))}</p>
      ))}
    </div>
  );
};
