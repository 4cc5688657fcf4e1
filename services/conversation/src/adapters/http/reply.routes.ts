import { HttpProblem, jsonBody, notFound, onlyMethods, validate } from '@tiktok-channel/platform/http-server';
import { personIn } from '@tiktok-channel/platform/identity';
import { storableText } from '@tiktok-channel/platform/kernel';
import type { Express, RequestHandler } from 'express';
import { z } from 'zod';
import type { ConversationQueries } from '../../application/ports.ts';
import type { ReplyRefusal, SubmitReply } from '../../application/submit-reply.ts';
import type { ReplyAttachment, ReplyContent } from '../../domain/reply-command.ts';
import { idOf, REPLIES_PATH } from './paths.ts';
import { replyJson } from './views.ts';

export interface ReplyRoutes {
  readonly people: RequestHandler;
  readonly submitReply: SubmitReply;
  readonly queries: Pick<ConversationQueries, 'getReply'>;
}

const PATH = '/v1/conversations/:conversationId/replies';

export const mountReplies = (app: Express, { people, submitReply, queries }: ReplyRoutes): void => {
  app.post(PATH, people, jsonBody, async (request, response) => {
    const { accountId, userId } = personIn(response);
    const submitted = await submitReply({
      accountId,
      userId,
      conversationId: idOf(request.params.conversationId),
      idempotencyKey: validate(headers, request.headers)['idempotency-key'],
      content: contentOf(validate(body, request.body)),
    });
    if (!submitted.ok) throw problemOf(submitted.error);
    response.status(202).location(`${REPLIES_PATH}/${submitted.value.replyId}`).json(replyJson(submitted.value));
  });
  app.all(PATH, onlyMethods('POST'));

  app.get(`${REPLIES_PATH}/:replyId`, people, async (request, response) => {
    const reply = await queries.getReply(personIn(response).accountId, idOf(request.params.replyId));
    if (reply === null) throw notFound('this reply');
    response.json(replyJson(reply));
  });
  app.all(`${REPLIES_PATH}/:replyId`, onlyMethods('GET'));
};

const headers = z.object({
  'idempotency-key': z.string().regex(/^[\x21-\x7e]{1,200}$/, 'needs 1 to 200 visible characters'),
});

/** Far above what TikTok takes (6000): a longer text is refused by outbound, with a reason. */
const LONGEST_TEXT = 100_000;
const MOST_ATTACHMENTS = 10;
/** The end of the year 9999: readers in other languages (Python's `datetime`) cannot read a record with a later time. */
const LATEST_TIME = 253_402_300_799_999;

const text = z.string().max(LONGEST_TEXT).transform(storableText);
const id = z.string().min(1).max(1_000).transform(storableText);

const attachment = z.union([
  z.strictObject({ kind: z.literal('image'), mediaId: id }),
  z.strictObject({ kind: z.literal('image'), url: z.url({ protocol: /^https$/ }) }),
  z.strictObject({ kind: z.literal('video'), url: z.url({ protocol: /^https$/ }) }),
  z.strictObject({ kind: z.literal('shared_post'), itemId: id }),
]);

const body = z
  .strictObject({
    text: text.nullish(),
    mediaId: id.nullish(),
    attachments: z.array(attachment).max(MOST_ATTACHMENTS).nullish(),
    quotedMessageId: id.nullish(),
    /** Epoch milliseconds. */
    expiresAt: z.int().positive().max(LATEST_TIME).nullish(),
  })
  .refine((reply) => Boolean(reply.text) || Boolean(reply.mediaId) || (reply.attachments ?? []).length > 0, {
    path: ['text'],
    message: 'a reply needs a text, a mediaId or an attachment',
  });

const contentOf = (reply: z.infer<typeof body>): ReplyContent => {
  const image: readonly ReplyAttachment[] = reply.mediaId == null ? [] : [{ kind: 'image', mediaId: reply.mediaId }];
  return {
    text: reply.text || null,
    attachments: [...image, ...(reply.attachments ?? [])],
    quotedMessageId: reply.quotedMessageId ?? null,
    expiresAt: reply.expiresAt ?? null,
  };
};

const problemOf = (refusal: ReplyRefusal): HttpProblem => {
  switch (refusal) {
    case 'conversation_unknown':
      return notFound('this conversation');
    case 'idempotency_key_reused':
      return new HttpProblem(422, refusal, 'this Idempotency-Key was used with another body');
    case 'media_unknown':
      return new HttpProblem(400, 'invalid_request', 'these fields are missing or wrong: mediaId', {
        fields: [{ field: 'mediaId', message: 'there is no such image' }],
      });
  }
};
