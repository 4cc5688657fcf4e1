import { z } from 'zod';
import {
  type ListedReply,
  REPLY_STATES,
  type ReplyName,
  type ReplyOperations,
} from '../../application/reply-operations.ts';
import { createAsk, queryOf } from './ask.ts';
import type { OperatorApi } from './operator-api.client.ts';

/** As many as the endpoint gives at once. */
const PAGE = 100;

const count = z.number().int();
const text = z.string();

const summary = z.object({
  replyId: text,
  channelId: text,
  conversationId: text,
  state: z.enum(REPLY_STATES),
  failure: z.object({ code: text, message: text, advice: text, nextAllowedAt: count.nullable() }).nullable(),
  delayReason: text.nullable(),
  delayedUntil: count.nullable(),
  queuedAt: count,
  expiresAt: count,
  retryOf: text.nullable(),
});

const listed = summary.extend({ attempts: count });
const page = z.object({ items: z.array(listed), nextCursor: text.nullable() });

const shown = summary.extend({
  messageId: text.nullable(),
  attempts: z.array(
    z.object({
      attempt: count,
      startedAt: count,
      durationMs: count.nullable(),
      result: text,
      tiktokCode: count.nullable(),
      requestId: text.nullable(),
    }),
  ),
});

const pause = z.object({ channelId: text, isPaused: z.boolean() });
const retried = z.object({ replyId: text });

/** As outbound serves them. */
export const createReplyOperations = (api: Pick<OperatorApi, 'call'>): ReplyOperations => {
  const ask = createAsk(api);
  const get = <Schema extends z.ZodType>(schema: Schema, path: string) =>
    ask(schema, { service: 'outbound', method: 'GET', path });
  const act = <Schema extends z.ZodType>(schema: Schema, path: string, reason: string) =>
    ask(schema, { service: 'outbound', method: 'POST', path, body: { reason } });

  return {
    async list({ state, channelId, limit }) {
      const replies: ListedReply[] = [];
      let cursor: string | null = null;
      do {
        const query: string = queryOf({
          state,
          channelId,
          limit: String(Math.min(PAGE, limit - replies.length)),
          cursor,
        });
        const next: z.infer<typeof page> = await get(page, `/replies?${query}`);
        replies.push(...next.items);
        cursor = next.nextCursor;
      } while (cursor !== null && replies.length < limit);
      return { replies, hasMore: cursor !== null };
    },
    show: (name) => get(shown, pathOf(name)),
    retry: async (name, reason) => (await act(retried, pathOf(name, '/retry'), reason)).replyId,
    cancel: (name, reason) => act(shown, pathOf(name, '/cancel'), reason),
    pause: (channelId, reason) => act(pause, `/channels/${encodeURIComponent(channelId)}/pause`, reason),
    resume: (channelId, reason) => act(pause, `/channels/${encodeURIComponent(channelId)}/resume`, reason),
  };
};

const pathOf = ({ replyId, channelId }: ReplyName, then = ''): string =>
  `/replies/${encodeURIComponent(replyId)}${then}?${queryOf({ channelId })}`;
