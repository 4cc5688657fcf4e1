import { HttpClientError } from '@tiktok-channel/platform/http-client';
import { type TikTokAnswer, type TikTokApi, tiktokCodes } from '@tiktok-channel/platform/tiktok';
import type { TikTokListing, TikTokLists } from '../../application/history/ports.ts';

/** The most that TikTok answers at once. */
const CONVERSATIONS_PER_PAGE = '100';

/** The conversation list and the content list (fact sheet, section 5). */
export const createTikTokLists = (api: Pick<TikTokApi, 'get'>): TikTokLists => {
  const list = async (path: string, query: Readonly<Record<string, string>>, accessToken: string) => {
    try {
      return listingOf(await api.get(path, { query, accessToken }));
    } catch (error) {
      return failureOf(error);
    }
  };
  return {
    conversations: ({ channelId, type, cursor }, accessToken) =>
      list(
        'business/message/conversation/list/',
        { business_id: channelId, conversation_type: type, limit: CONVERSATIONS_PER_PAGE, cursor },
        accessToken,
      ),
    content: ({ channelId, conversationId }, accessToken) =>
      list('business/message/content/list/', { business_id: channelId, conversation_id: conversationId }, accessToken),
  };
};

/** By TikTok's code (fact sheet, section 8.1). */
const LISTINGS: ReadonlyMap<number, TikTokListing> = new Map<number, TikTokListing>([
  [tiktokCodes.noPermission, { kind: 'refused', reason: 'missing_scope' }],
  [tiktokCodes.invalidParameter, { kind: 'refused', reason: 'rejected_by_tiktok' }],
  [tiktokCodes.notFound, { kind: 'refused', reason: 'not_found' }],
  [tiktokCodes.tooManyRequests, { kind: 'tooManyRequests' }],
  [tiktokCodes.tokenExpired, { kind: 'tokenRefused' }],
  [tiktokCodes.tokenRejected, { kind: 'tokenRefused' }],
  [tiktokCodes.serverError, { kind: 'unavailable', reason: 'tiktok_unavailable' }],
  [tiktokCodes.systemError, { kind: 'unavailable', reason: 'tiktok_unavailable' }],
]);

const SERVER_FAULT_FROM = 500;

const listingOf = ({ code, data, httpStatus }: TikTokAnswer): TikTokListing => {
  if (code === tiktokCodes.ok) return { kind: 'listed', data };
  const known = LISTINGS.get(code);
  if (known !== undefined) return known;
  if (httpStatus >= SERVER_FAULT_FROM) return { kind: 'unavailable', reason: 'tiktok_unavailable' };
  return { kind: 'unexplained', code };
};

/** An answer that is no envelope comes from something between TikTok and us. */
const failureOf = (error: unknown): TikTokListing => {
  if (!(error instanceof HttpClientError)) throw error;
  return error.retryable
    ? { kind: 'unavailable', reason: 'tiktok_unavailable' }
    : { kind: 'refused', reason: 'unreadable_answer' };
};
