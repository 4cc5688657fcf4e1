import { compareText } from './canonical.ts';
import { mergeByOrigin, type OfOrigin } from './origin-merge.ts';

export type Direction = 'incoming' | 'outgoing';
export type ContentKind = 'text' | 'image' | 'video' | 'shared_post' | 'sticker' | 'emoji' | 'template' | 'unsupported';

export interface MessageKey {
  readonly channelId: string;
  readonly conversationId: string;
  readonly messageId: string;
}

/** What records say about one message. `null` is absent: TikTok did not say, or it was blanked. */
export interface MessageFact extends MessageKey, OfOrigin {
  /** TikTok's time. A conversation is ordered by it, then by message id. */
  readonly sentAt: number;
  readonly direction: Direction;
  readonly customerId: string | null;
  readonly customerUsername: string | null;
  readonly isFollower: boolean | null;
  readonly kind: ContentKind | null;
  readonly tiktokType: string | null;
  readonly body: string | null;
  /** TikTok's, of an image or a video. */
  readonly tiktokMediaId: string | null;
  readonly videoId: string | null;
  readonly embedUrl: string | null;
  readonly quotedMessageId: string | null;
  readonly source: string | null;
  readonly automaticType: string | null;
  readonly tapMessageId: string | null;
  readonly tapButtonId: string | null;
  readonly logId: string | null;
  /** Of a sticker or an emoji. */
  readonly pictureUrl: string | null;
  /** JSON of a template's type and cards. */
  readonly template: string | null;
  /** The earliest arrival of any of its records. */
  readonly receivedAt: number;
}

/** The fields in which duplicates may differ. Stored rows hold bits by this order: append, never reorder. */
export const MERGED_FIELDS = [
  'sentAt',
  'direction',
  'customerId',
  'customerUsername',
  'isFollower',
  'kind',
  'tiktokType',
  'body',
  'tiktokMediaId',
  'videoId',
  'embedUrl',
  'quotedMessageId',
  'source',
  'automaticType',
  'tapMessageId',
  'tapButtonId',
  'logId',
  'pictureUrl',
  'template',
] as const satisfies readonly (keyof MessageFact)[];

const { merge, historyBits } = mergeByOrigin<MessageFact>(MERGED_FIELDS);

export { historyBits };

export const mergeMessages = (a: MessageFact, b: MessageFact): MessageFact => ({
  ...merge(a, b),
  receivedAt: Math.min(a.receivedAt, b.receivedAt),
});

/** TikTok's order of a conversation: time, then message id. */
export const compareMessages = (a: MessageFact, b: MessageFact): number =>
  a.sentAt - b.sentAt || compareText(a.messageId, b.messageId);
