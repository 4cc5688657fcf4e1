import { type HttpClient, HttpClientError } from '@tiktok-channel/platform/http-client';
import { type TikTokAnswer, type TikTokApi, tiktokCodes } from '@tiktok-channel/platform/tiktok';
import { z } from 'zod';
import type { MediaDownload, MediaSource, TikTokMedia } from '../../application/ports.ts';
import type { MediaFailure } from '../../domain/media.ts';

const PATH = 'business/message/media/download/';

/** Codes after which no repetition helps (fact sheet, section 8.1), as reasons. */
const REFUSALS: ReadonlyMap<number, MediaFailure> = new Map([
  [tiktokCodes.noPermission, 'missing_scope'],
  [tiktokCodes.invalidParameter, 'rejected_by_tiktok'],
  [tiktokCodes.notFound, 'gone'],
]);

const offer = z.object({ download_url: z.url({ protocol: /^https?$/ }) });

/** Asks for an address, then takes the bytes from there: with `x-user`, which holds the access token (fact sheet, section 6.2). */
export const createTikTokMedia = ({
  api,
  client,
  maxBytes,
}: {
  readonly api: Pick<TikTokApi, 'post'>;
  readonly client: Pick<HttpClient, 'call'>;
  readonly maxBytes: number;
}): TikTokMedia => ({
  download: async (media, accessToken) => {
    const { source } = media;
    try {
      if (source.kind === 'avatar') return await takeAvatar(client, { url: source.url, maxBytes });
      const answer = await api.post(PATH, { body: bodyOf(media, source), accessToken });
      if (answer.code !== tiktokCodes.ok) return refusalOf(answer);
      const parsed = offer.safeParse(answer.data);
      if (!parsed.success) return { kind: 'unavailable', reason: 'unreadable_answer' };
      return await takeBytes(client, { url: parsed.data.download_url, accessToken, maxBytes });
    } catch (error) {
      return failureOf(error);
    }
  },
});

const bodyOf = (
  { channelId, conversationId }: Parameters<TikTokMedia['download']>[0],
  { messageId, tiktokMediaId, mediaType }: Extract<MediaSource, { kind: 'message' }>,
) => ({
  business_id: channelId,
  conversation_id: conversationId,
  message_id: messageId,
  media_id: tiktokMediaId,
  media_type: mediaType,
});

const refusalOf = ({ code }: TikTokAnswer): MediaDownload => {
  if (code === tiktokCodes.tokenRejected || code === tiktokCodes.tokenExpired) return { kind: 'tokenRejected' };
  const reason = REFUSALS.get(code);
  return reason === undefined ? { kind: 'unavailable', reason: 'tiktok_error' } : { kind: 'refused', reason };
};

const takeBytes = async (
  client: Pick<HttpClient, 'call'>,
  { url, accessToken, maxBytes }: { readonly url: string; readonly accessToken: string; readonly maxBytes: number },
): Promise<MediaDownload> => {
  const { status, body } = await client.call({ method: 'GET', url, headers: { 'x-user': accessToken }, maxBytes });
  return status === 200 ? bytesOf(body) : { kind: 'unavailable', reason: 'download_refused' };
};

/** No medium is empty: whatever went wrong there may go right the next time. */
const bytesOf = (bytes: Buffer): MediaDownload =>
  bytes.length === 0 ? { kind: 'unavailable', reason: 'empty_answer' } : { kind: 'bytes', bytes };

/** Without a token: the address alone opens it, until it expires. */
const takeAvatar = async (
  client: Pick<HttpClient, 'call'>,
  { url, maxBytes }: { readonly url: string; readonly maxBytes: number },
): Promise<MediaDownload> => {
  const { status, body } = await client.call({ method: 'GET', url, maxBytes });
  if (status === 200) return bytesOf(body);
  return status >= 400 && status < 500
    ? { kind: 'refused', reason: 'gone' }
    : { kind: 'unavailable', reason: 'download_refused' };
};

const failureOf = (error: unknown): MediaDownload => {
  if (!(error instanceof HttpClientError)) throw error;
  return error.code === 'too_large'
    ? { kind: 'refused', reason: 'too_large' }
    : { kind: 'unavailable', reason: 'tiktok_unavailable' };
};
