import { compareText, lesser, type Scalar } from './canonical.ts';

export type Direction = 'incoming' | 'outgoing';
export type ContentKind = 'text' | 'image' | 'shared_post' | 'unsupported';

export interface MessageKey {
  readonly channelId: string;
  readonly conversationId: string;
  readonly messageId: string;
}

/** What records say about one message. `null` is absent: TikTok did not say, or it was blanked. */
export interface MessageFact extends MessageKey {
  /** TikTok's time. A conversation is ordered by it, then by message id. */
  readonly sentAt: number;
  readonly direction: Direction;
  readonly customerId: string | null;
  readonly customerUsername: string | null;
  readonly isFollower: boolean | null;
  readonly kind: ContentKind | null;
  readonly tiktokType: string | null;
  readonly body: string | null;
  /** TikTok's, of an image. */
  readonly tiktokMediaId: string | null;
  readonly videoId: string | null;
  readonly embedUrl: string | null;
  readonly quotedMessageId: string | null;
  readonly source: string | null;
  readonly automaticType: string | null;
  readonly tapMessageId: string | null;
  readonly tapButtonId: string | null;
  readonly logId: string | null;
  /** The earliest arrival of any of its records. */
  readonly receivedAt: number;
  /** Bit n is set when the value of `MERGED_FIELDS[n]` is present and comes from a history import. */
  readonly fromHistory: number;
}

/** The fields in which duplicates may differ. Stored rows hold bits by this order: append, never reorder. */
export const MERGED_FIELDS = [
  'sentAt',
  'direction',
  'customerId',
  'customerUsername',
  'isFollower',
  'kind',
  'tiktokType',
  'body',
  'tiktokMediaId',
  'videoId',
  'embedUrl',
  'quotedMessageId',
  'source',
  'automaticType',
  'tapMessageId',
  'tapButtonId',
  'logId',
] as const satisfies readonly (keyof MessageFact)[];

/** `fromHistory` of a record that was imported: every field that it has. */
export const historyBits = (fact: Omit<MessageFact, 'fromHistory'>): number =>
  MERGED_FIELDS.reduce((bits, field, index) => (fact[field] === null ? bits : bits | (1 << index)), 0);

/**
 * Two records of one message, field by field: present over absent, a webhook's value over an import's, else the lesser.
 * Commutative, associative and idempotent, so arrival order and repetitions leave no trace.
 */
export const mergeMessages = (a: MessageFact, b: MessageFact): MessageFact => {
  const merged: Record<string, Scalar | null> = {};
  let fromHistory = 0;
  for (const [index, field] of MERGED_FIELDS.entries()) {
    const { value, historic } = winner(fieldOf(a, index, field), fieldOf(b, index, field));
    merged[field] = value;
    if (historic) fromHistory |= 1 << index;
  }
  return { ...a, ...merged, receivedAt: Math.min(a.receivedAt, b.receivedAt), fromHistory };
};

interface Field {
  readonly value: Scalar | null;
  readonly historic: boolean;
}

const fieldOf = (fact: MessageFact, index: number, field: (typeof MERGED_FIELDS)[number]): Field => ({
  value: fact[field],
  historic: (fact.fromHistory & (1 << index)) !== 0,
});

const winner = (a: Field, b: Field): Field => {
  if (a.value === null) return b;
  if (b.value === null) return a;
  if (a.historic !== b.historic) return a.historic ? b : a;
  return { value: lesser(a.value, b.value), historic: a.historic };
};

/** TikTok's order of a conversation: time, then message id. */
export const compareMessages = (a: MessageFact, b: MessageFact): number =>
  a.sentAt - b.sentAt || compareText(a.messageId, b.messageId);
