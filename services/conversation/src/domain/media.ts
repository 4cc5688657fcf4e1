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
export const MEDIA_TYPES: readonly string[] = ['image/jpeg', 'image/png', 'image/gif', 'image/webp', 'video/mp4'];

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 300_000;

/** Wait before try `attempt` + 1, counted from 1: doubling from a second to five minutes, `random` (0 to 1) of the upper half. */
export const waitBeforeRetry = (attempt: number, random: number): number => {
  const full = Math.min(FIRST_WAIT_MS * 2 ** (attempt - 1), LONGEST_WAIT_MS);
  return Math.round((full / 2) * (1 + random));
};
