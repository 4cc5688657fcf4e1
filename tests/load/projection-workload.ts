import type { MessageReceived } from '@tiktok-channel/schemas';
import { textContent } from '../support/records.ts';

export interface Workload {
  readonly what: string;
  readonly messages: number;
  readonly conversations: number;
}

const RAW = Buffer.from(JSON.stringify({ from: 'mia.shopper', to: 'acme.store', padding: 'x'.repeat(420) }));
const WORDS = 'is this in stock in blue and size forty two I would take two of them if you ship this week'.split(' ');

/** Texts as a webhook brings them, in order of time, each from a customer drawn by a fixed sequence. */
export const messagesOf = ({ messages, conversations }: Workload): readonly MessageReceived[] => {
  const draw = sequence();
  return Array.from({ length: messages }, (_, index) => message(index, Math.floor(draw() * conversations)));
};

/** The same, some at a time: a million of them at once would fill the memory that is to be measured. */
export function* messagesInParts(
  { messages, conversations }: Workload,
  size: number,
): Generator<readonly MessageReceived[]> {
  const draw = sequence();
  for (let first = 0; first < messages; first += size) {
    const count = Math.min(size, messages - first);
    yield Array.from({ length: count }, (_, index) => message(first + index, Math.floor(draw() * conversations)));
  }
}

const message = (index: number, customer: number): MessageReceived => {
  const sentAt = 1_767_225_600_000 + index * 40;
  return {
    channelId: '_000kQ3xYp1nqfd9dm2yq5Ym',
    conversationId: `CONV+a/${customer.toString(36).padStart(32, '0')}==`,
    messageId: `MSG-${index.toString(36).padStart(32, '0')}`,
    sentAt,
    sender: { userId: `u-${customer.toString(36).padStart(16, '0')}`, username: `customer.${customer}` },
    recipient: { userId: '_000kQ3xYp1nqfd9dm2yq5Ym', username: 'acme.store' },
    content: textContent(wordsOf(index)),
    quotedMessageId: null,
    source: 'APP',
    automaticMessageType: null,
    buttonTap: null,
    isFollower: false,
    origin: 'WEBHOOK',
    logId: `20260101000000${index.toString(16).padStart(18, '0')}`,
    receivedAt: sentAt + 700,
    rawContent: RAW,
  };
};

const wordsOf = (index: number): string => WORDS.slice(index % 5, 8 + (index % 11)).join(' ');

/** Numbers between 0 and 1, the same in every run (a linear congruential generator, Numerical Recipes' constants). */
const sequence = (): (() => number) => {
  let state = 42;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};
