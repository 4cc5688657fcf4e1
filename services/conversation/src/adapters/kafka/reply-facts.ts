import { storableText } from '@tiktok-channel/platform/kernel';
import type { ReplyDelayed, ReplyFailed, ReplyOutcomeUnknown, ReplyQueued, SendReply } from '@tiktok-channel/schemas';
import { BLANK_REPLY, type ReplyFact, type ReplyTimes } from '../../domain/reply.ts';

interface ReplyRecord {
  readonly replyId: string;
  readonly channelId: string;
  readonly conversationId: string;
  readonly at: number;
  readonly attempts?: number;
  readonly messageId?: string | null;
}

/** What every status record says: which reply, and since when it has the status that `time` stands for. */
export const replyFact = (record: ReplyRecord, time: keyof ReplyTimes): ReplyFact => ({
  ...BLANK_REPLY,
  channelId: storableText(record.channelId),
  replyId: storableText(record.replyId),
  conversationId: storableText(record.conversationId),
  firstAt: record.at,
  [time]: record.at,
  messageId: optional(record.messageId),
  attempts: record.attempts ?? 0,
});

export const queuedReply = (record: ReplyQueued): ReplyFact => ({
  ...replyFact(record, 'queuedAt'),
  ...(record.command && contentOf(record.command)),
});

const contentOf = (command: SendReply): Partial<ReplyFact> => ({
  text: optional(command.text),
  attachments: command.attachments.length === 0 ? null : storableText(JSON.stringify(command.attachments)),
  action: command.action?.toLowerCase() ?? null,
  quotedMessageId: optional(command.quotedMessageId),
  retryOf: optional(command.retryOf),
});

export const delayedReply = (record: ReplyDelayed): ReplyFact => ({
  ...replyFact(record, 'delayedAt'),
  lastDelayedAt: record.at,
  delayReason: storableText(record.reason),
  delayedUntil: record.until,
});

export const unknownReply = (record: ReplyOutcomeUnknown): ReplyFact => ({
  ...replyFact(record, 'unknownAt'),
  settledAt: record.settled ? record.at : null,
});

export const failedReply = (record: ReplyFailed): ReplyFact => ({
  ...replyFact(record, 'failedAt'),
  failureCode: storableText(record.code),
  failureRetryable: record.retryable,
  failureMessage: storableText(record.message),
  failureAdvice: optional(record.advice),
  failureNextAllowedAt: record.nextAllowedAt,
  failureTiktokCode: record.tiktok?.code ?? null,
  failureTiktokRequestId: optional(record.tiktok?.requestId),
});

const optional = (text: string | null | undefined): string | null => (text == null ? null : storableText(text));
