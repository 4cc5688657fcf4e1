import type { ReplyFailed, ReplyQueued, SendReply } from '@tiktok-channel/schemas';
import { storable } from '../../domain/canonical.ts';
import type { ReplyFact } from '../../domain/reply.ts';

interface ReplyRecord {
  readonly replyId: string;
  readonly channelId: string;
  readonly conversationId: string;
  readonly at: number;
  readonly attempts?: number;
  readonly messageId?: string | null;
}

type ReplyTime = 'queuedAt' | 'delayedAt' | 'unknownAt' | 'failedAt' | 'sentAt' | 'deliveredAt' | 'readAt';

/** What every status record says: which reply, and since when it has the status that `time` stands for. */
export const replyFact = (record: ReplyRecord, time: ReplyTime): ReplyFact => ({
  ...NOTHING_KNOWN,
  channelId: storable(record.channelId),
  replyId: storable(record.replyId),
  conversationId: storable(record.conversationId),
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
  attachments: command.attachments.length === 0 ? null : storable(JSON.stringify(command.attachments)),
  action: command.action?.toLowerCase() ?? null,
  quotedMessageId: optional(command.quotedMessageId),
  retryOf: optional(command.retryOf),
});

export const failedReply = (record: ReplyFailed): ReplyFact => ({
  ...replyFact(record, 'failedAt'),
  failureCode: storable(record.code),
  failureRetryable: record.retryable,
  failureMessage: storable(record.message),
  failureAdvice: optional(record.advice),
  failureNextAllowedAt: record.nextAllowedAt,
  failureTiktokCode: record.tiktok?.code ?? null,
  failureTiktokRequestId: optional(record.tiktok?.requestId),
});

const optional = (text: string | null | undefined): string | null => (text == null ? null : storable(text));

const NOTHING_KNOWN = {
  queuedAt: null,
  delayedAt: null,
  unknownAt: null,
  failedAt: null,
  sentAt: null,
  deliveredAt: null,
  readAt: null,
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
} as const;
