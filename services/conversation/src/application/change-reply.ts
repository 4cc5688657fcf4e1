import { type Clock, ok, type Result, refuse } from '@tiktok-channel/platform/kernel';
import type { ConversationQueries, ReplyRequests, SettledReply } from './ports.ts';
import type { ReplyRefusal, SubmitReply } from './submit-reply.ts';
import type { ReplyView } from './views.ts';

export interface ReplyOfPerson {
  readonly accountId: string;
  readonly userId: string;
  readonly replyId: string;
}

/** Sends what a failed reply held once more, as a reply of its own that names it. */
export type RetryReply = (
  reply: ReplyOfPerson & {
    /** Without one, a reply is retried once: its retry can be retried in turn. */
    readonly idempotencyKey: string | null;
  },
) => Promise<Result<ReplyView, ReplyRefusal | { readonly kind: 'reply_unknown' | 'reply_not_failed' }>>;

export const createRetryReply =
  ({
    queries,
    submitReply,
  }: {
    readonly queries: Pick<ConversationQueries, 'findReply'>;
    readonly submitReply: SubmitReply;
  }): RetryReply =>
  async ({ accountId, userId, replyId, idempotencyKey }) => {
    const reply = await queries.findReply(accountId, replyId);
    if (reply === null || reply.content === null) return refuse({ kind: 'reply_unknown' });
    if (!isRetryable(reply)) return refuse({ kind: 'reply_not_failed' });
    return submitReply({
      accountId,
      userId,
      conversationId: reply.view.conversationId,
      idempotencyKey: idempotencyKey ?? `retry:${replyId}`,
      content: { ...reply.content, expiresAt: null },
      retryOf: replyId,
    });
  };

/** An outcome that stays unknown may have reached the customer: a person may decide to send again, no program does. */
const isRetryable = ({ view, isSettled }: SettledReply): boolean =>
  view.status === 'failed' || view.status === 'cancelled' || (view.status === 'unknown' && isSettled);

/** Asks outbound to take a reply back. Whether it still could be is what its status says later. */
export type CancelReply = (
  reply: ReplyOfPerson,
) => Promise<Result<ReplyView, { readonly kind: 'reply_unknown' | 'reply_ended' }>>;

export const createCancelReply =
  ({
    queries,
    requests,
    clock,
  }: {
    readonly queries: Pick<ConversationQueries, 'findReply'>;
    readonly requests: Pick<ReplyRequests, 'leaveCancel'>;
    readonly clock: Clock;
  }): CancelReply =>
  async ({ accountId, userId, replyId }) => {
    const reply = await queries.findReply(accountId, replyId);
    if (reply === null) return refuse({ kind: 'reply_unknown' });
    if (hasEnded(reply)) return refuse({ kind: 'reply_ended' });
    const { conversationId } = reply.view;
    await requests.leaveCancel({
      replyId,
      channelId: reply.channelId,
      conversationId,
      requestedBy: userId,
      requestedAt: clock.now(),
    });
    return ok(reply.view);
  };

const hasEnded = ({ view, isSettled }: SettledReply): boolean =>
  view.status === 'unknown' ? isSettled : view.status !== 'queued' && view.status !== 'delayed';
