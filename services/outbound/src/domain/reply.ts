import type { FailureCode } from '@tiktok-channel/platform/reply-rules';
import type { CommandOrigin, SendReply } from './send-reply.ts';
import type { SendResult, TikTokAnswer } from './send-result.ts';
import type { DelayReason } from './waiting.ts';

/** What the stream of one reply says. Times are epoch milliseconds. */
export type ReplyEvent = { readonly atMs: number } & (
  | {
      readonly type: 'ReplyQueued';
      readonly command: SendReply;
      readonly fingerprint: string;
      readonly origin: CommandOrigin;
    }
  | {
      readonly type: 'AttemptStarted';
      readonly attempt: number;
      readonly deadlineMs: number;
      /** TikTok's time of the newest message known in the conversation: what is ours is newer. */
      readonly newestKnownMs: number;
    }
  /** Nothing of the attempt is at TikTok: another may follow. */
  | { readonly type: 'AttemptFailed'; readonly attempt: number; readonly reason: DelayReason }
  | { readonly type: 'ReplyDelayed'; readonly reason: DelayReason; readonly untilMs: number }
  | { readonly type: 'ReplySent'; readonly tiktokMessageId: string }
  | { readonly type: 'ReplyFailed'; readonly code: FailureCode; readonly tiktok: TikTokAnswer | null }
  | { readonly type: 'ReplyOutcomeUnknown'; readonly settled: boolean }
  | { readonly type: 'ReplyDelivered' }
  | { readonly type: 'ReplyRead' }
);

export type ReplyCommand = { readonly atMs: number } & (
  | { readonly type: 'AcceptReply'; readonly command: SendReply; readonly origin: CommandOrigin }
  | { readonly type: 'StartAttempt'; readonly deadlineMs: number; readonly newestKnownMs: number }
  | { readonly type: 'RecordSendResult'; readonly attempt: number; readonly result: SendResult }
  /** Whoever made the attempt is gone. */
  | { readonly type: 'AbandonAttempt' }
  /** The message that turned out to be the reply, or null when looking for it has ended. */
  | { readonly type: 'SettleReply'; readonly tiktokMessageId: string | null }
  | { readonly type: 'DelayReply'; readonly reason: DelayReason; readonly untilMs: number }
  | { readonly type: 'RefuseReply'; readonly code: FailureCode; readonly tiktok: TikTokAnswer | null }
  | { readonly type: 'ExpireReply' }
  /** TikTok echoed the message, and the customer may have read it. */
  | { readonly type: 'RecordEcho'; readonly isRead: boolean }
);

export type ReplyRefusal =
  | 'reply_unknown'
  | 'attempt_open'
  | 'attempt_running'
  | 'attempt_closed'
  | 'not_uncertain'
  | 'verdict_reached';

/** What all states after acceptance know. */
export interface ReplyFacts {
  readonly command: SendReply;
  readonly fingerprint: string;
  readonly origin: CommandOrigin;
  /** Calls to TikTok that were started. */
  readonly attempts: number;
  readonly tokenRefusals: number;
  /** Why it was not sent so far. */
  readonly cause: DelayReason | null;
  /** The reason that the last `ReplyDelayed` told, since the last attempt. */
  readonly told: DelayReason | null;
}

export type ReplyState =
  | { readonly status: 'none' }
  | (ReplyFacts & { readonly status: 'queued' })
  | (ReplyFacts & { readonly status: 'attempting'; readonly deadlineMs: number; readonly newestKnownMs: number })
  | (ReplyFacts & { readonly status: 'uncertain'; readonly sinceMs: number; readonly newestKnownMs: number })
  | (ReplyFacts & { readonly status: 'sent' | 'delivered' | 'read'; readonly tiktokMessageId: string })
  | (ReplyFacts & { readonly status: 'failed' | 'unknown' });

export const initial: ReplyState = { status: 'none' };
