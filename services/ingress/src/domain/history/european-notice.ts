import type { ListedConversation } from './listed-conversations.ts';
import type { ListedMessage } from './listed-message.ts';

/** A conversation was last updated so much before the notice at most: an integration that finds these messages has five minutes. */
const UPDATED_WITHIN_MS = 5 * 60_000;
/** A message is so far from the time of the notice at most: the same integration has five seconds. */
const SENT_WITHIN_MS = 5_000;

/**
 * Whether the message behind a notice may be in it. A conversation that went on since is looked into as well: its time
 * only grows, and a request may be late.
 */
export const mayHoldNoticed = ({ updatedAt }: ListedConversation, noticedAt: number): boolean =>
  updatedAt === null || updatedAt >= noticedAt - UPDATED_WITHIN_MS;

export type NoticeMatch =
  | { readonly kind: 'found'; readonly message: ListedMessage }
  | { readonly kind: 'none' }
  | { readonly kind: 'ambiguous' };

/**
 * The one message that a person sent at the time of the notice: at that very millisecond, or, when there is none, within
 * five seconds of it. Several make it ambiguous, and a wrong guess would be worse than none. Somebody who writes twice
 * in five seconds is found by the milliseconds (decision 0024).
 */
export const matchNotice = (noticedAt: number, messages: readonly ListedMessage[]): NoticeMatch => {
  const near = messages.filter(
    ({ direction, sentAt }) => direction === 'received' && Math.abs(sentAt - noticedAt) <= SENT_WITHIN_MS,
  );
  const exact = near.filter(({ sentAt }) => sentAt === noticedAt);
  const [message, ...others] = exact.length > 0 ? exact : near;
  if (message === undefined) return { kind: 'none' };
  return others.length > 0 ? { kind: 'ambiguous' } : { kind: 'found', message };
};
