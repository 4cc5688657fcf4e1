import { type HttpAnswer, type HttpClient, HttpClientError } from '@tiktok-channel/platform/http-client';
import { DependencyUnavailable } from '@tiktok-channel/platform/kernel';
import { CONTENT_LIMITS } from '@tiktok-channel/platform/reply-rules';
import type { Images, StoredImage } from '../../application/ports.ts';

/** Images that were uploaded for replies, by conversation's internal endpoint, which told their types by content. */
export const createImages = ({
  client,
  baseUrl,
  serviceToken,
}: {
  readonly client: Pick<HttpClient, 'call'>;
  /** Conversation's internal address. */
  readonly baseUrl: string;
  readonly serviceToken: (audience: string) => Promise<string>;
}): Images => ({
  fetch: async (mediaId) => {
    try {
      const answer = await client.call({
        method: 'GET',
        url: `${baseUrl}/internal/v1/media/${encodeURIComponent(mediaId)}`,
        headers: { authorization: `Bearer ${await serviceToken('conversation')}` },
        maxBytes: CONTENT_LIMITS.imageBytes,
      });
      return imageOf(answer);
    } catch (error) {
      if (!(error instanceof HttpClientError)) throw error;
      if (error.code === 'too_large') return { kind: 'too_large' };
      throw new DependencyUnavailable('conversation', error);
    }
  },
});

const imageOf = ({ status, headers, body }: HttpAnswer): StoredImage => {
  if (status === 200) return { kind: 'image', bytes: body, mediaType: mediaTypeOf(headers['content-type']) };
  if (status === 404) return { kind: 'unknown' };
  if (status === 409) return { kind: 'pending' };
  throw new DependencyUnavailable('conversation');
};

const mediaTypeOf = (header: string | string[] | undefined): string =>
  String(header ?? '')
    .split(';')[0]
    ?.trim()
    .toLowerCase() ?? '';
