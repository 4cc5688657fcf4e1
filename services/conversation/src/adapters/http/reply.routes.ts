import { HttpProblem, jsonBody, notFound, onlyMethods, validate } from '@tiktok-channel/platform/http-server';
import { personIn } from '@tiktok-channel/platform/identity';
import { failureCatalogue } from '@tiktok-channel/platform/reply-rules';
import type { Express, RequestHandler, Response } from 'express';
import type { CancelReply, RetryReply } from '../../application/change-reply.ts';
import type { ConversationQueries } from '../../application/ports.ts';
import type { Presence } from '../../application/show-presence.ts';
import type { ReplyRefusal, SubmitReply } from '../../application/submit-reply.ts';
import type { ReplyView } from '../../application/views.ts';
import { idOf, REPLIES_PATH } from './paths.ts';
import { contentOf, neededKey, optionalKey, readBody, replyBody } from './reply.requests.ts';
import { replyJson } from './views.ts';

export interface ReplyRoutes {
  readonly people: RequestHandler;
  readonly submitReply: SubmitReply;
  readonly retryReply: RetryReply;
  readonly cancelReply: CancelReply;
  readonly presence: Presence;
  readonly queries: Pick<ConversationQueries, 'getReply'>;
}

const PATH = '/v1/conversations/:conversationId/replies';
const REPLY_PATH = `${REPLIES_PATH}/:replyId`;

export const mountReplies = (app: Express, routes: ReplyRoutes): void => {
  const { people, submitReply, queries } = routes;
  app.post(PATH, people, jsonBody, async (request, response) => {
    const submitted = await submitReply({
      ...personIn(response),
      conversationId: idOf(request.params.conversationId),
      idempotencyKey: validate(neededKey, request.headers)['idempotency-key'],
      content: contentOf(validate(replyBody, request.body)),
    });
    if (!submitted.ok) throw problemOf(submitted.error);
    sendAccepted(response, submitted.value);
  });
  app.all(PATH, onlyMethods('POST'));

  app.get(REPLY_PATH, people, async (request, response) => {
    const reply = await queries.getReply(personIn(response).accountId, idOf(request.params.replyId));
    if (reply === null) throw notFound('this reply');
    response.json(replyJson(reply));
  });
  app.all(REPLY_PATH, onlyMethods('GET'));
  mountChanges(app, routes);
  mountPresence(app, routes);
};

const mountChanges = (app: Express, { people, retryReply, cancelReply }: ReplyRoutes): void => {
  app.post(`${REPLY_PATH}/retry`, people, async (request, response) => {
    const retried = await retryReply({
      ...personIn(response),
      replyId: idOf(request.params.replyId),
      idempotencyKey: validate(optionalKey, request.headers)['idempotency-key'] ?? null,
    });
    if (!retried.ok) throw problemOf(retried.error);
    sendAccepted(response, retried.value);
  });
  app.all(`${REPLY_PATH}/retry`, onlyMethods('POST'));

  app.post(`${REPLY_PATH}/cancel`, people, async (request, response) => {
    const cancelled = await cancelReply({ ...personIn(response), replyId: idOf(request.params.replyId) });
    if (!cancelled.ok) throw problemOf(cancelled.error);
    sendAccepted(response, cancelled.value);
  });
  app.all(`${REPLY_PATH}/cancel`, onlyMethods('POST'));
};

const READ_PATH = '/v1/conversations/:conversationId/read';
const TYPING_PATH = '/v1/conversations/:conversationId/typing';

const mountPresence = (app: Express, { people, presence }: ReplyRoutes): void => {
  app.put(READ_PATH, people, jsonBody, async (request, response) => {
    const { readUpTo } = validate(readBody, request.body ?? {});
    const conversationId = idOf(request.params.conversationId);
    const read = await presence.read({ ...personIn(response), conversationId, readUpTo: readUpTo ?? null });
    if (!read.ok) throw notFound('this conversation');
    response.json({ conversationId, readUpTo: read.value.readUpTo });
  });
  app.all(READ_PATH, onlyMethods('PUT'));

  app.post(TYPING_PATH, people, async (request, response) => {
    const shown = await presence.typing({ ...personIn(response), conversationId: idOf(request.params.conversationId) });
    if (!shown.ok) throw notFound('this conversation');
    response.status(202).json({});
  });
  app.all(TYPING_PATH, onlyMethods('POST'));
};

const sendAccepted = (response: Response, reply: ReplyView): void => {
  response.status(202).location(`${REPLIES_PATH}/${reply.replyId}`).json(replyJson(reply));
};

type Refusal =
  | ReplyRefusal
  | { readonly kind: 'reply_unknown' }
  | { readonly kind: 'reply_not_failed' }
  | { readonly kind: 'reply_ended' };

const problemOf = (refusal: Refusal): HttpProblem => {
  switch (refusal.kind) {
    case 'conversation_unknown':
      return notFound('this conversation');
    case 'reply_unknown':
      return notFound('this reply');
    case 'idempotency_key_reused':
      return new HttpProblem(422, refusal.kind, 'this Idempotency-Key was used with another body');
    case 'reply_not_failed':
      return new HttpProblem(409, refusal.kind, 'only a reply that failed, or was cancelled, can be tried again');
    case 'reply_ended':
      return new HttpProblem(409, refusal.kind, 'this reply has its verdict already: there is nothing to take back');
    case 'media_unknown':
      return new HttpProblem(400, 'invalid_request', 'these fields are missing or wrong: mediaId', {
        fields: [{ field: 'mediaId', message: 'there is no such image' }],
      });
    case 'not_sendable': {
      const { sentence, advice } = failureCatalogue[refusal.code];
      const field = refusal.code === 'text_too_long' || refusal.code === 'empty_reply' ? 'text' : 'attachments';
      return new HttpProblem(422, refusal.code, `${sentence} ${advice}`, { fields: [{ field, message: sentence }] });
    }
  }
};
