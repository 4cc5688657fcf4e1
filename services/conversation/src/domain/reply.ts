import { compareText, lesser, type Scalar } from './canonical.ts';

/** From least to most: the status of a reply is the greatest that a fact supports, so the order of facts is no matter. */
export const REPLY_STATUSES = [
  'queued',
  'delayed',
  'unknown',
  'failed',
  'cancelled',
  'sent',
  'delivered',
  'read',
] as const;

export type ReplyStatus = (typeof REPLY_STATUSES)[number];

/** What records say about one reply. Times (`…At`) are the earliest that any record gives; `null` means no such fact. */
export interface ReplyFact {
  readonly channelId: string;
  readonly replyId: string;
  readonly conversationId: string;
  /** The earliest time of any of its facts: its place in the conversation until TikTok gives it one. */
  readonly firstAt: number;
  readonly queuedAt: number | null;
  readonly delayedAt: number | null;
  readonly unknownAt: number | null;
  /** Since when nothing more is tried to find out what became of it. */
  readonly settledAt: number | null;
  readonly failedAt: number | null;
  readonly cancelledAt: number | null;
  readonly sentAt: number | null;
  readonly deliveredAt: number | null;
  readonly readAt: number | null;
  /** The newest delay: when it was decided, why, and until when. */
  readonly lastDelayedAt: number | null;
  readonly delayReason: string | null;
  readonly delayedUntil: number | null;
  /** TikTok's id of the message that it became. */
  readonly messageId: string | null;
  readonly text: string | null;
  /** JSON of the command's attachments; null when it has none. */
  readonly attachments: string | null;
  /** The reply is an action (typing, mark read), which no conversation shows. */
  readonly action: string | null;
  readonly quotedMessageId: string | null;
  readonly retryOf: string | null;
  readonly failureCode: string | null;
  readonly failureRetryable: boolean | null;
  readonly failureMessage: string | null;
  readonly failureAdvice: string | null;
  readonly failureNextAllowedAt: number | null;
  readonly failureTiktokCode: number | null;
  readonly failureTiktokRequestId: string | null;
  /** Calls to TikTok that were started: the most that any record counts. */
  readonly attempts: number;
}

/** What is said of a reply of which nothing but ids and a time is known. */
export const BLANK_REPLY: Omit<ReplyFact, 'channelId' | 'replyId' | 'conversationId' | 'firstAt'> = {
  queuedAt: null,
  delayedAt: null,
  unknownAt: null,
  settledAt: null,
  failedAt: null,
  cancelledAt: null,
  sentAt: null,
  deliveredAt: null,
  readAt: null,
  lastDelayedAt: null,
  delayReason: null,
  delayedUntil: null,
  messageId: null,
  text: null,
  attachments: null,
  action: null,
  quotedMessageId: null,
  retryOf: null,
  failureCode: null,
  failureRetryable: null,
  failureMessage: null,
  failureAdvice: null,
  failureNextAllowedAt: null,
  failureTiktokCode: null,
  failureTiktokRequestId: null,
  attempts: 0,
};

/** Fields of which the lesser present value counts. Of the newest delay they go together, and `attempts` is a maximum. */
export const LEAST_FIELDS = [
  'conversationId',
  'firstAt',
  'queuedAt',
  'delayedAt',
  'unknownAt',
  'settledAt',
  'failedAt',
  'cancelledAt',
  'sentAt',
  'deliveredAt',
  'readAt',
  'messageId',
  'text',
  'attachments',
  'action',
  'quotedMessageId',
  'retryOf',
  'failureCode',
  'failureRetryable',
  'failureMessage',
  'failureAdvice',
  'failureNextAllowedAt',
  'failureTiktokCode',
  'failureTiktokRequestId',
] as const satisfies readonly (keyof ReplyFact)[];

/** Commutative, associative and idempotent, like `mergeMessages`. */
export const mergeReplies = (a: ReplyFact, b: ReplyFact): ReplyFact => {
  const merged: Record<string, Scalar | null> = {};
  for (const field of LEAST_FIELDS) merged[field] = least(a[field], b[field]);
  return { ...a, ...merged, ...newestDelay(a, b), attempts: Math.max(a.attempts, b.attempts) };
};

type Delay = Pick<ReplyFact, 'lastDelayedAt' | 'delayReason' | 'delayedUntil'>;

const newestDelay = (a: ReplyFact, b: ReplyFact): Delay => {
  const { lastDelayedAt, delayReason, delayedUntil } = compareDelays(a, b) >= 0 ? a : b;
  return { lastDelayedAt, delayReason, delayedUntil };
};

/** By time; of two at once by what they say, so that the choice does not hang on their order. */
const compareDelays = (a: Delay, b: Delay): number =>
  (a.lastDelayedAt ?? -1) - (b.lastDelayedAt ?? -1) ||
  compareText(a.delayReason ?? '', b.delayReason ?? '') ||
  (a.delayedUntil ?? -1) - (b.delayedUntil ?? -1);

const least = (a: Scalar | null, b: Scalar | null): Scalar | null => {
  if (a === null) return b;
  return b === null ? a : lesser(a, b);
};

export type ReplyTimes = Pick<
  ReplyFact,
  'queuedAt' | 'delayedAt' | 'unknownAt' | 'failedAt' | 'cancelledAt' | 'sentAt' | 'deliveredAt' | 'readAt'
>;

/** TikTok's message of a reply, as the echo shows it. */
export interface EchoedMessage {
  readonly sentAt: number;
  /** Up to when the person has read the conversation, in TikTok's times; null when never. */
  readonly readUpTo: number | null;
}

/** `echo` is the message that TikTok shows for the reply, if it has arrived: then it is delivered whatever else is known. */
export const replyStatus = (times: ReplyTimes, echo: EchoedMessage | null): ReplyStatus => {
  const echoed = echo === null ? null : messageStatus(echo);
  if (times.readAt !== null || echoed === 'read') return 'read';
  if (times.deliveredAt !== null || echoed === 'delivered') return 'delivered';
  if (times.sentAt !== null) return 'sent';
  if (times.cancelledAt !== null) return 'cancelled';
  if (times.failedAt !== null) return 'failed';
  if (times.unknownAt !== null) return 'unknown';
  return times.delayedAt === null ? 'queued' : 'delayed';
};

/** Of what the business sent and TikTok shows, from whatever surface: the read mark covers what was sent up to it. */
export const messageStatus = ({ sentAt, readUpTo }: EchoedMessage): 'delivered' | 'read' =>
  readUpTo !== null && sentAt <= readUpTo ? 'read' : 'delivered';
