import type { Message } from '../../api/types.ts';

/** Of the customer, the newest last: what a page of the past brings is older than what was there, and has not arrived just now. */
export const arrivedSince = (messages: readonly Message[], sinceMs: number): readonly Message[] =>
  messages.filter(({ direction, sentAt }) => direction === 'incoming' && sentAt > sinceMs).toReversed();

/** Null before anything was read; 0 where the customer has written nothing. */
export const newestIncoming = (messages: readonly Message[]): number | null => {
  const times = messages.flatMap(({ direction, sentAt }) => (direction === 'incoming' ? [sentAt] : []));
  return messages.length === 0 ? null : Math.max(0, ...times);
};
