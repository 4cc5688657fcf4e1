import { naturalId } from '@tiktok-channel/platform/kernel';
import type { MessageFact } from './message.ts';

/** Bytes that TikTok holds for a message and that are wanted here. */
export interface WantedMedia {
  /** Ours, derived: the same message's media has one id in every build of the projection. */
  readonly mediaId: string;
  readonly channelId: string;
  readonly conversationId: string;
  readonly messageId: string;
  readonly tiktokMediaId: string;
  readonly mediaType: TikTokMediaType;
}

/** TikTok's `media_type` of a download. */
export type TikTokMediaType = 'IMAGE' | 'VIDEO';

/** The picture of a customer. `name` is what stays of its address when that is signed anew. */
export interface Avatar {
  readonly channelId: string;
  readonly conversationId: string;
  readonly url: string;
  readonly name: string;
}

export const avatarMediaId = ({ channelId, conversationId, name }: Avatar): string =>
  naturalId(['avatar', channelId, conversationId, name]);

export const wantedMedia = (messages: readonly MessageFact[]): readonly WantedMedia[] =>
  messages.flatMap(({ channelId, conversationId, messageId, kind, tiktokMediaId }) =>
    tiktokMediaId === null
      ? []
      : [
          {
            mediaId: naturalId(['media', channelId, conversationId, messageId, tiktokMediaId]),
            channelId,
            conversationId,
            messageId,
            tiktokMediaId,
            mediaType: kind === 'video' ? 'VIDEO' : 'IMAGE',
          },
        ],
  );

/** What is kept and shown, by content. Nothing that a browser would run, such as SVG or HTML. */
export const MEDIA_TYPES: readonly string[] = [
  'image/jpeg',
  'image/png',
  'image/apng',
  'image/gif',
  'image/webp',
  'video/mp4',
];

/**
 * - `pending`: it is still to be fetched, or to be tried again;
 * - `stored`: its bytes are here;
 * - `expired`: TikTok has it no more, and it cannot be asked for again;
 * - `failed`: TikTok does not give it, or it is nothing that is kept.
 */
export type MediaState = 'pending' | 'stored' | 'expired' | 'failed';

/** Why there are no bytes and never will be: the state that follows, and what a person is told. */
export const MEDIA_FAILURES = {
  gone: { state: 'expired', sentence: 'TikTok does not have this any more.' },
  not_given_in_time: {
    state: 'expired',
    sentence: 'TikTok did not give this within a day, and does not keep it for longer.',
  },
  missing_scope: {
    state: 'failed',
    sentence: 'The channel is not allowed to read this. Its administrator can connect it again with that permission.',
  },
  rejected_by_tiktok: { state: 'failed', sentence: 'TikTok refused to give this.' },
  too_large: { state: 'failed', sentence: 'This is larger than what is kept. It can be seen in the TikTok app.' },
  unsupported_type: {
    state: 'failed',
    sentence: 'This is no picture or video that can be shown. It can be seen in the TikTok app.',
  },
} as const satisfies Readonly<Record<string, { readonly state: MediaState; readonly sentence: string }>>;

export type MediaFailure = keyof typeof MEDIA_FAILURES;

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 300_000;

/** Wait before try `attempt` + 1, counted from 1: doubling from a second to five minutes, `random` (0 to 1) of the upper half. */
export const waitBeforeRetry = (attempt: number, random: number): number => {
  const full = Math.min(FIRST_WAIT_MS * 2 ** (attempt - 1), LONGEST_WAIT_MS);
  return Math.round((full / 2) * (1 + random));
};
