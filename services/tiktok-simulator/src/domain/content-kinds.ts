import type { Content } from './model.ts';

type Kind = Content['type'];
type ContentOf<K extends Kind> = Extract<Content, { type: K }>;

/** One row per kind of message: how it looks in a webhook, how in a REST answer, and what may be quoted. */
interface KindRow<K extends Kind> {
  readonly webhookBlock: (content: ContentOf<K>) => unknown;
  readonly restBlock: (content: ContentOf<K>) => unknown;
  /** Source: `referenced_message_info` admits TEXT, IMAGE and SHARE_POST. */
  readonly isQuotable: boolean;
}

const KINDS: { readonly [K in Kind]: KindRow<K> } = {
  text: {
    webhookBlock: ({ text }) => ({ body: text }),
    restBlock: ({ text }) => ({ body: text }),
    isQuotable: true,
  },
  image: {
    webhookBlock: ({ mediaId }) => ({ media_id: mediaId }),
    restBlock: ({ mediaId }) => ({ media_id: mediaId }),
    isQuotable: true,
  },
  share_post: {
    webhookBlock: ({ videoId }) => ({ embed_url: embedUrl(videoId), video_id: videoId }),
    restBlock: ({ videoId }) => ({ embed_url: embedUrl(videoId) }),
    isQuotable: true,
  },
};

/** `{"type":"text","text":{"body":"…"}}`: the type, lower case, and the block that it names. */
export const webhookContent = (content: Content): Record<string, unknown> => ({
  type: content.type,
  [content.type]: rowOf(content).webhookBlock(content),
});

/** `{"message_type":"TEXT","text":{"body":"…"}}`. */
export const restContent = (content: Content): Record<string, unknown> => ({
  message_type: content.type.toUpperCase(),
  [content.type]: rowOf(content).restBlock(content),
});

export const isQuotable = (content: Content): boolean => rowOf(content).isQuotable;

/** TypeScript cannot tie the row to the content's own type; the table above does. */
const rowOf = (content: Content): KindRow<Kind> => KINDS[content.type] as KindRow<Kind>;

export const embedUrl = (videoId: string): string => `https://www.tiktok.com/player/v1/${encodeURIComponent(videoId)}`;
