import { HttpProblem, jsonBody, notFound, onlyMethods, validate } from '@tiktok-channel/platform/http-server';
import { personIn } from '@tiktok-channel/platform/identity';
import { operatorBody } from '@tiktok-channel/platform/operator-api';
import type { Express, Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import type { OperateReplies, ReplyName, Responsible } from '../../application/operate-replies.ts';
import { channelPauseOf, replyDetail, replyItem, replyState } from './views.ts';

export interface RepliesRoutes {
  /** Lets operators through. */
  readonly operator: RequestHandler;
  readonly operate: OperateReplies;
}

const REPLIES = '/operator/v1/replies';
const ONE_REPLY = '/operator/v1/replies/:replyId';
const RETRY = '/operator/v1/replies/:replyId/retry';
const CANCEL = '/operator/v1/replies/:replyId/cancel';
const CHANNEL = '/operator/v1/channels/:channelId';
const PAUSE = '/operator/v1/channels/:channelId/pause';
const RESUME = '/operator/v1/channels/:channelId/resume';

/** What operators see of replies and do about them. */
export const mountReplies = (app: Express, { operator, operate }: RepliesRoutes): void => {
  app.get(REPLIES, operator, listHandler(operate));
  app.all(REPLIES, onlyMethods('GET'));

  app.get(ONE_REPLY, operator, async (request, response) => {
    response.json(replyDetail(resultOf(await operate.show(nameIn(request)))));
  });
  app.all(ONE_REPLY, onlyMethods('GET'));

  app.post(RETRY, operator, jsonBody, async (request, response) => {
    const name = nameIn(request);
    const replyId = resultOf(await operate.retry(name, responsibleIn(request, response)));
    response.status(202).json({ replyId, retryOf: name.replyId });
  });
  app.all(RETRY, onlyMethods('POST'));

  app.post(CANCEL, operator, jsonBody, async (request, response) => {
    response.json(replyDetail(resultOf(await operate.cancel(nameIn(request), responsibleIn(request, response)))));
  });
  app.all(CANCEL, onlyMethods('POST'));

  mountChannels(app, { operator, operate });
};

const mountChannels = (app: Express, { operator, operate }: RepliesRoutes): void => {
  const showPause = async (request: Request, response: Response): Promise<void> => {
    const channelId = storable(request.params.channelId, 'this channel');
    response.json(channelPauseOf(channelId, await operate.pauseOf(channelId)));
  };
  app.get(CHANNEL, operator, showPause);
  app.all(CHANNEL, onlyMethods('GET'));

  app.post(PAUSE, operator, jsonBody, async (request, response) => {
    await operate.pause(storable(request.params.channelId, 'this channel'), responsibleIn(request, response));
    await showPause(request, response);
  });
  app.all(PAUSE, onlyMethods('POST'));

  app.post(RESUME, operator, jsonBody, async (request, response) => {
    await operate.resume(storable(request.params.channelId, 'this channel'), responsibleIn(request, response));
    await showPause(request, response);
  });
  app.all(RESUME, onlyMethods('POST'));
};

const DEFAULT_LIMIT = 50;
const MOST_LISTED = 100;

const id = z.string().min(1).max(512).refine(isStorable, 'holds a character that no id has');

export const listQuery = z.object({
  state: replyState.optional(),
  channelId: id.optional(),
  limit: z.coerce.number().int().min(1).max(MOST_LISTED).default(DEFAULT_LIMIT),
  cursor: z
    .string()
    .regex(/^\d{1,18}$/, 'is no cursor of this list')
    .optional(),
});

/** Where several channels have replies of the same id. */
export const nameQuery = z.object({ channelId: id.optional() });

const listHandler =
  (operate: OperateReplies): RequestHandler =>
  async (request, response) => {
    const { state = null, channelId = null, limit, cursor } = validate(listQuery, request.query);
    const before = cursor === undefined ? null : BigInt(cursor);
    const { histories, next } = await operate.list({ standing: state, channelId, limit, before });
    response.json({ items: histories.map(replyItem), nextCursor: next === null ? null : String(next) });
  };

const nameIn = (request: Request): ReplyName => ({
  replyId: storable(request.params.replyId, 'this reply'),
  channelId: validate(nameQuery, request.query).channelId ?? null,
});

const responsibleIn = (request: Request, response: Response): Responsible => ({
  actor: personIn(response).userId,
  reason: validate(operatorBody, request.body).reason,
});

/** PostgreSQL's text holds no U+0000. */
function isStorable(text: string): boolean {
  return !text.includes('\0');
}

const storable = (text: string | string[] | undefined, what: string): string => {
  if (typeof text !== 'string' || !isStorable(text)) throw notFound(what);
  return text;
};

const REFUSALS = {
  reply_ambiguous: 'replies of several channels have this id: say which with channelId',
  no_verdict: 'it has no verdict yet',
  was_sent: 'it was sent',
  attempt_open: 'an attempt is open: whether it arrived is not known yet',
  verdict_reached: 'it has its verdict',
} as const;

type Refused = { readonly ok: false; readonly error: string };

const resultOf = <T>(result: { readonly ok: true; readonly value: T } | Refused): T => {
  if (result.ok) return result.value;
  if (result.error === 'reply_unknown') throw notFound('this reply');
  const detail = REFUSALS[result.error as keyof typeof REFUSALS] ?? 'it is in no state for that';
  throw new HttpProblem(409, result.error, detail);
};
