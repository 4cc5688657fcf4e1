import type { Content, Reaction } from './model.ts';

type Kind = Content['type'];
type ContentOf<K extends Kind> = Extract<Content, { type: K }>;

/** One row per kind of message: how it looks in a webhook, how in a REST answer, and what may be quoted. */
interface KindRow<K extends Kind> {
  readonly webhook: (content: ContentOf<K>) => Record<string, unknown>;
  readonly rest: (content: ContentOf<K>) => Record<string, unknown>;
  /** Source: `referenced_message_info` admits TEXT, IMAGE and SHARE_POST. */
  readonly isQuotable: boolean;
}

const KINDS: { readonly [K in Kind]: KindRow<K> } = {
  text: {
    webhook: ({ text }) => ({ type: 'text', text: { body: text } }),
    rest: ({ text }) => ({ message_type: 'TEXT', text: { body: text } }),
    isQuotable: true,
  },
  image: {
    webhook: ({ mediaId }) => ({ type: 'image', image: { media_id: mediaId } }),
    rest: ({ mediaId }) => ({ message_type: 'IMAGE', image: { media_id: mediaId } }),
    isQuotable: true,
  },
  share_post: {
    webhook: ({ videoId }) => ({
      type: 'share_post',
      share_post: { embed_url: embedUrl(videoId), video_id: videoId },
    }),
    rest: ({ videoId }) => ({ message_type: 'SHARE_POST', share_post: { embed_url: embedUrl(videoId) } }),
    isQuotable: true,
  },
  video: {
    webhook: ({ mediaId }) => ({ type: 'video', video: { media_id: mediaId } }),
    rest: ({ mediaId }) => ({ message_type: 'VIDEO', video: { media_id: mediaId } }),
    isQuotable: false,
  },
  sticker: {
    webhook: ({ url }) => ({ type: 'sticker', ...(url === null ? {} : { sticker: { url } }) }),
    rest: ({ url }) => ({ message_type: 'STICKER', ...(url === null ? {} : { sticker: { url } }) }),
    isQuotable: false,
  },
  emoji: {
    webhook: ({ url }) => ({ type: 'emoji', emoji: { url } }),
    rest: ({ url }) => ({ message_type: 'EMOJI', emoji: { url } }),
    isQuotable: false,
  },
  template: {
    webhook: ({ card, title, buttons }) => ({ type: 'template', template: nestedCard(card, title, buttons) }),
    rest: ({ card, title, buttons }) => ({ message_type: 'TEMPLATE', template: flatCard(card, title, buttons) }),
    isQuotable: false,
  },
  other: {
    webhook: ({ name, block }) => ({ type: name, ...(block === undefined ? {} : { [name]: block }) }),
    // Its content cannot be retrieved there.
    rest: () => ({ message_type: 'OTHER' }),
    isQuotable: false,
  },
};

/** `{"type":"text","text":{"body":"…"}}`: the type, lower case, and the block that it names. */
export const webhookContent = (content: Content): Record<string, unknown> => rowOf(content).webhook(content);

/** `{"message_type":"TEXT","text":{"body":"…"}}`. */
export const restContent = (content: Content): Record<string, unknown> => rowOf(content).rest(content);

export const isQuotable = (content: Content): boolean => rowOf(content).isQuotable;

/** TypeScript cannot tie the row to the content's own type; the table above does. */
const rowOf = (content: Content): KindRow<Kind> => KINDS[content.type] as KindRow<Kind>;

export const embedUrl = (videoId: string): string => `https://www.tiktok.com/player/v1/${encodeURIComponent(videoId)}`;

type Card = ContentOf<'template'>;

/** Webhooks nest the card in `elements` and call a button's label `text`. */
const nestedCard = (card: Card['card'], title: Card['title'], buttons: Card['buttons']) => ({
  type: card,
  elements: [{ title, buttons: buttons.map((button) => ({ text: button.title, type: 'REPLY', id: button.id })) }],
});

/** REST has it flat, as it is sent. */
const flatCard = (card: Card['card'], title: Card['title'], buttons: Card['buttons']) => ({
  type: card.toUpperCase(),
  title,
  buttons: buttons.map((button) => ({ type: 'REPLY', title: button.title, id: button.id })),
});

/** Who reacted how, without what was done with it: the part that webhooks and REST have in common. */
export const reactionFields = ({ type, value, at }: Reaction, reactorId: string): Record<string, unknown> => ({
  type,
  ...(type === 'EMOJI' ? { emoji: value } : { ai_emoji_url: value }),
  unique_identifier: reactorId,
  timestamp: at,
});
