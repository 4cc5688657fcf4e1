import type { ReplyWindowFacts } from '@tiktok-channel/platform/reply-rules';
import type { ContentKind, Direction } from './message.ts';

/** A conversation as others are told. */
export interface Snapshot {
  readonly channelId: string;
  readonly conversationId: string;
  readonly customer: {
    readonly userId: string | null;
    readonly username: string | null;
    readonly displayName: string | null;
    readonly isFollower: boolean | null;
  };
  readonly lastMessage: {
    readonly messageId: string;
    readonly direction: Direction;
    readonly sentAt: number;
    readonly kind: ContentKind | null;
    readonly text: string | null;
  };
  readonly incomingCount: number;
  readonly outgoingCount: number;
  readonly readUpTo: number | null;
  readonly windowFacts: ReplyWindowFacts;
}
