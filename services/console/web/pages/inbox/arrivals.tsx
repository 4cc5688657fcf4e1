import { useEffect, useRef, useState } from 'react';
import type { Message } from '../../api/types.ts';
import { words } from '../../words.ts';
import { arrivedSince, fallenSince, newestIncoming } from './arrived.ts';
import { previewOf } from './preview.ts';
import { keyOf } from './timeline-rows.ts';

interface ArrivalsProps {
  readonly messages: readonly Message[];
  /** Of the customer. */
  readonly name: string;
}

/** Says to a screen reader what the customer writes, and which answer fails, while the conversation is open, wherever somebody reads in it. */
export const Arrivals = ({ messages, name }: ArrivalsProps) => {
  const [said, setSaid] = useState<readonly Message[]>([]);
  const newest = useRef<number | null>(null);
  const before = useRef<readonly Message[]>([]);
  useEffect(() => {
    const arrived = newest.current === null ? [] : arrivedSince(messages, newest.current);
    const news = [...arrived, ...fallenSince(messages, before.current)];
    if (news.length > 0) setSaid(news);
    newest.current = newestIncoming(messages) ?? newest.current;
    before.current = messages;
  }, [messages]);
  return (
    <div className="hidden-text" role="status">
      {said.map((message) => (
        <p key={`${keyOf(message)} ${message.status}`}>{sentenceOf(message, name)}</p>
      ))}
    </div>
  );
};

const sentenceOf = ({ content, status }: Message, name: string): string => {
  const { became, wrote, status: texts } = words.conversation;
  return status === null ? wrote(name, previewOf(content)) : became(texts[status], previewOf(content));
};
