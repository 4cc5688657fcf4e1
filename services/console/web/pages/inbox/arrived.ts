import type { Message } from '../../api/types.ts';
import { keyOf } from './timeline-rows.ts';

/** Of the customer, the newest last: what a page of the past brings is older than what was there, and has not arrived just now. */
export const arrivedSince = (messages: readonly Message[], sinceMs: number): readonly Message[] =>
  messages.filter(({ direction, sentAt }) => direction === 'incoming' && sentAt > sinceMs).toReversed();

/** Null before anything was read; 0 where the customer has written nothing. */
export const newestIncoming = (messages: readonly Message[]): number | null => {
  const times = messages.flatMap(({ direction, sentAt }) => (direction === 'incoming' ? [sentAt] : []));
  return messages.length === 0 ? null : Math.max(0, ...times);
};

/** Who sent these has to know it, wherever they are. */
const TROUBLES: ReadonlySet<Message['status']> = new Set(['failed', 'unknown']);

/** Answers that were not in trouble when these were read before, the newest last. Those of a page of the past have been so for long. */
export const fallenSince = (messages: readonly Message[], before: readonly Message[]): readonly Message[] => {
  const statuses = new Map(before.map((message) => [keyOf(message), message.status]));
  const oldestMs = before.at(-1)?.sentAt ?? Number.POSITIVE_INFINITY;
  const isNews = (message: Message): boolean =>
    statuses.has(keyOf(message)) ? statuses.get(keyOf(message)) !== message.status : message.sentAt >= oldestMs;
  return messages.filter((message) => TROUBLES.has(message.status) && isNews(message)).toReversed();
};
