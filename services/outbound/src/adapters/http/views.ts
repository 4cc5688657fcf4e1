import { failureCatalogue } from '@tiktok-channel/platform/reply-rules';
import { z } from 'zod';
import type { ChannelPause } from '../../application/ports.ts';
import { type AttemptMade, REPLY_STANDINGS, type ReplyHistory } from '../../domain/reply-history.ts';

const time = z.number().int().describe('Epoch milliseconds.');

export const replyState = z.enum(REPLY_STANDINGS);

const failure = z.object({
  code: z.string().describe('See the failure codes of the contract.'),
  retryable: z.boolean(),
  message: z.string(),
  advice: z.string(),
  nextAllowedAt: time.nullable(),
  tiktok: z.object({ code: z.number().int(), requestId: z.string().nullable() }).nullable(),
});

export const replyView = z
  .object({
    replyId: z.string(),
    channelId: z.string(),
    conversationId: z.string(),
    state: replyState,
    failure: failure.nullable(),
    delayReason: z.string().nullable().describe('Why it waits, while it is delayed.'),
    delayedUntil: time.nullable(),
    queuedAt: time,
    expiresAt: time,
    retryOf: z.string().nullable(),
    attempts: z.number().int(),
  })
  .describe('Never what it says.');

const attemptView = z.object({
  attempt: z.number().int(),
  startedAt: time,
  durationMs: z.number().int().nullable().describe('Until its result was known; null while it is open.'),
  result: z
    .enum(['open', 'accepted', 'rejected', 'unsent', 'uncertain', 'found', 'absent', 'unknown'])
    .describe(
      '`uncertain`: it is looked for. `found`: TikTok echoed or listed it. `absent`: it never arrived. `unknown`: looking has ended.',
    ),
  tiktokCode: z.number().int().nullable(),
  requestId: z.string().nullable().describe("TikTok's id of the call, for its support."),
});

export const replyDetailView = replyView.extend({
  messageId: z.string().nullable().describe("TikTok's id of the message."),
  attempts: z.array(attemptView),
});

export const retriedView = z.object({ replyId: z.string().describe('Of the new reply.'), retryOf: z.string() });

export const channelPauseView = z.object({
  channelId: z.string(),
  isPaused: z.boolean(),
  pausedAt: time.nullable(),
  pausedBy: z.string().nullable().describe('User id of an operator.'),
});

export const repliesView = z.object({ items: z.array(replyView), nextCursor: z.string().nullable() });

export const replyItem = (history: ReplyHistory): z.infer<typeof replyView> => ({
  ...summaryOf(history),
  attempts: history.attempts.length,
});

export const replyDetail = (history: ReplyHistory): z.infer<typeof replyDetailView> => ({
  ...summaryOf(history),
  messageId: history.tiktokMessageId,
  attempts: history.attempts.map(attemptOf),
});

const summaryOf = ({ command, standing, failure: failed, delay, queuedMs, expiresMs }: ReplyHistory) => ({
  replyId: command.replyId,
  channelId: command.channelId,
  conversationId: command.conversationId,
  state: standing,
  failure: failed === null ? null : failureOf(failed),
  delayReason: delay?.reason ?? null,
  delayedUntil: delay?.untilMs ?? null,
  queuedAt: queuedMs,
  expiresAt: expiresMs,
  retryOf: command.retryOf,
});

const failureOf = ({ code, tiktok, nextAllowedMs }: NonNullable<ReplyHistory['failure']>) => {
  const { retryable, sentence, advice } = failureCatalogue[code];
  return {
    code,
    retryable,
    message: sentence,
    advice,
    nextAllowedAt: nextAllowedMs,
    tiktok: tiktok === null ? null : { code: tiktok.code, requestId: tiktok.requestId },
  };
};

const attemptOf = ({ attempt, startedMs, durationMs, outcome, tiktokCode, requestId }: AttemptMade) => ({
  attempt,
  startedAt: startedMs,
  durationMs,
  result: outcome,
  tiktokCode,
  requestId,
});

export const channelPauseOf = (channelId: string, pause: ChannelPause | null): z.infer<typeof channelPauseView> => ({
  channelId,
  isPaused: pause !== null,
  pausedAt: pause?.pausedMs ?? null,
  pausedBy: pause?.pausedBy ?? null,
});
