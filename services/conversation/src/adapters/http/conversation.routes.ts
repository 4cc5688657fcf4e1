import { notFound, onlyMethods, validate } from '@tiktok-channel/platform/http-server';
import { personIn } from '@tiktok-channel/platform/identity';
import type { ReplyWindow, ReplyWindowFacts } from '@tiktok-channel/platform/reply-rules';
import type { Express, RequestHandler, Response } from 'express';
import { z } from 'zod';
import type { ChangeLog, ConversationQueries } from '../../application/ports.ts';
import { formatPosition } from '../../domain/change-position.ts';
import { searchQueryOf } from '../../domain/words.ts';
import type { MediaUrls } from './media-urls.ts';
import { decodeCursor, encodeCursor, pagingQuery } from './paging.ts';
import { idOf } from './paths.ts';
import { conversationJson, messageJson, noticeJson } from './views.ts';

export interface ConversationRoutes {
  /** Lets people through and keeps who they are. */
  readonly people: RequestHandler;
  readonly queries: ConversationQueries;
  readonly changeLog: Pick<ChangeLog, 'head'>;
  /** The reply window as it is now. */
  readonly windowOf: (facts: ReplyWindowFacts) => ReplyWindow;
  readonly mediaUrls: MediaUrls;
}

/** A search for no word finds nothing. */
const NOTHING = { items: [], next: null } as const;

const channelQuery = { ...pagingQuery, channelId: z.string().min(1).max(1_000).optional() };
export const listQuery = z.object({ ...channelQuery, search: z.string().min(1).max(200).optional() });
export const noticesQuery = z.object(channelQuery);
export const messagesQuery = z.object({ ...pagingQuery, order: z.enum(['asc', 'desc']).default('asc') });

const storableText = z.string().transform(idOf);
const conversationCursor = z
  .tuple([z.int(), storableText, storableText])
  .transform(([listedAt, conversationId, channelId]) => ({ listedAt, conversationId, channelId }));
const noticeCursor = z.tuple([z.int(), storableText]).transform(([sentAt, channelId]) => ({ sentAt, channelId }));
const messageCursor = z.tuple([z.int(), storableText]).transform(([sentAt, id]) => ({ sentAt, id }));

export const mountConversations = (
  app: Express,
  { people, queries, changeLog, windowOf, mediaUrls }: ConversationRoutes,
): void => {
  const accountIn = (response: Response): string => personIn(response).accountId;
  const shownTo = (response: Response) => ({
    windowOf,
    mediaUrl: (mediaId: string) => mediaUrls.of(accountIn(response), mediaId),
  });
  /** Taken before the answer is read: what is not in the answer comes after it. */
  const eventCursor = async (): Promise<string> => formatPosition((await changeLog.head()).position);

  app.get('/v1/conversations', people, async (request, response) => {
    const { limit, cursor, channelId, search } = validate(listQuery, request.query);
    const after = decodeCursor(conversationCursor, cursor);
    const liveFrom = await eventCursor();
    const query = search === undefined ? null : searchQueryOf(search);
    const isVain = search !== undefined && query === null;
    const { items, next } = isVain
      ? NOTHING
      : await queries.listConversations({
          ...personIn(response),
          channelId: channelId === undefined ? null : idOf(channelId),
          search: query,
          after,
          limit,
        });
    response.json({
      items: items.map((item) => conversationJson(item, shownTo(response))),
      nextCursor: encodeCursor(next && [next.listedAt, next.conversationId, next.channelId]),
      eventCursor: liveFrom,
    });
  });
  app.all('/v1/conversations', onlyMethods('GET'));

  app.get('/v1/conversations/:conversationId', people, async (request, response) => {
    const conversation = await queries.getConversation(personIn(response), idOf(request.params.conversationId));
    if (conversation === null) throw notFound('this conversation');
    response.json(conversationJson(conversation, shownTo(response)));
  });
  app.all('/v1/conversations/:conversationId', onlyMethods('GET'));

  app.get('/v1/conversations/:conversationId/messages', people, async (request, response) => {
    const { limit, cursor, order } = validate(messagesQuery, request.query);
    const after = decodeCursor(messageCursor, cursor);
    const conversation = await queries.findConversation(accountIn(response), idOf(request.params.conversationId));
    if (conversation === null) throw notFound('this conversation');
    const liveFrom = await eventCursor();
    const { items, next } = await queries.listMessages({ conversation, after, order, limit });
    response.json({
      items: items.map((item) => messageJson(item, shownTo(response).mediaUrl)),
      nextCursor: encodeCursor(next && [next.sentAt, next.id]),
      eventCursor: liveFrom,
    });
  });
  app.all('/v1/conversations/:conversationId/messages', onlyMethods('GET'));

  app.get('/v1/notices', people, async (request, response) => {
    const { limit, cursor, channelId } = validate(noticesQuery, request.query);
    const liveFrom = await eventCursor();
    const { items, next } = await queries.listEuropeanNotices({
      accountId: accountIn(response),
      channelId: channelId === undefined ? null : idOf(channelId),
      after: decodeCursor(noticeCursor, cursor),
      limit,
    });
    response.json({
      items: items.map(noticeJson),
      nextCursor: encodeCursor(next && [next.sentAt, next.channelId]),
      eventCursor: liveFrom,
    });
  });
  app.all('/v1/notices', onlyMethods('GET'));
};
