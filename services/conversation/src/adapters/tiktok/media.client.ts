import { type HttpClient, HttpClientError } from '@tiktok-channel/platform/http-client';
import { type TikTokAnswer, type TikTokApi, tiktokCodes } from '@tiktok-channel/platform/tiktok';
import { z } from 'zod';
import type { MediaDownload, TikTokMedia } from '../../application/ports.ts';
import type { WantedMedia } from '../../domain/media.ts';

const PATH = 'business/message/media/download/';

/** Codes after which no repetition helps (fact sheet, section 8.1), as reasons. */
const REFUSALS: ReadonlyMap<number, string> = new Map([
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
    try {
      const answer = await api.post(PATH, { body: bodyOf(media), accessToken });
      if (answer.code !== tiktokCodes.ok) return refusalOf(answer);
      const parsed = offer.safeParse(answer.data);
      if (!parsed.success) return { kind: 'unavailable', reason: 'unreadable_answer' };
      return await takeBytes(client, { url: parsed.data.download_url, accessToken, maxBytes });
    } catch (error) {
      return failureOf(error);
    }
  },
});

const bodyOf = (media: WantedMedia) => ({
  business_id: media.channelId,
  conversation_id: media.conversationId,
  message_id: media.messageId,
  media_id: media.tiktokMediaId,
  media_type: media.mediaType,
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
  return status === 200 ? { kind: 'bytes', bytes: body } : { kind: 'unavailable', reason: 'download_refused' };
};

const failureOf = (error: unknown): MediaDownload => {
  if (!(error instanceof HttpClientError)) throw error;
  return error.code === 'too_large'
    ? { kind: 'refused', reason: 'too_large' }
    : { kind: 'unavailable', reason: 'tiktok_unavailable' };
};
