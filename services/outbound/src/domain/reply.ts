import type { FailureCode } from '@tiktok-channel/platform/reply-rules';
import type { CancelReply, CommandOrigin, SendReply } from './send-reply.ts';
import type { SendResult, TikTokAnswer } from './send-result.ts';
import type { Attempt } from './settling.ts';
import type { DelayReason } from './waiting.ts';

/** Why an attempt brought nothing to TikTok. `absent`: its list, read twice, does not have the message. */
export type AttemptFailure = DelayReason | 'absent';

/** What the stream of one reply says. Times are epoch milliseconds. */
export type ReplyEvent = { readonly atMs: number } & (
  | {
      readonly type: 'ReplyQueued';
      readonly command: SendReply;
      readonly fingerprint: string;
      readonly origin: CommandOrigin;
    }
  /** It was taken back before it was asked for. */
  | { readonly type: 'CancelRequested'; readonly conversationId: string; readonly requestedBy: string | null }
  | {
      readonly type: 'AttemptStarted';
      readonly attempt: number;
      readonly deadlineMs: number;
      /** TikTok's time of the newest message known in the conversation: what is ours is newer. */
      readonly newestKnownMs: number;
    }
  /** Nothing of the attempt is at TikTok: another may follow. */
  | {
      readonly type: 'AttemptFailed';
      readonly attempt: number;
      readonly reason: AttemptFailure;
      readonly tiktok: TikTokAnswer | null;
    }
  /** TikTok's list, read late enough and far enough back, did not have it for the first time. */
  | { readonly type: 'AbsenceSeen' }
  | { readonly type: 'ReplyDelayed'; readonly reason: DelayReason; readonly untilMs: number | null }
  | {
      readonly type: 'ReplySent';
      /** Null for an action. */
      readonly tiktokMessageId: string | null;
      readonly requestId: string | null;
      /** It had been settled as unknown. */
      readonly corrects: boolean;
    }
  | {
      readonly type: 'ReplyFailed';
      readonly code: FailureCode;
      readonly tiktok: TikTokAnswer | null;
      readonly nextAllowedMs: number | null;
    }
  /** `tiktok`: what it answered, if that proved nothing. */
  | { readonly type: 'ReplyOutcomeUnknown'; readonly settled: boolean; readonly tiktok?: TikTokAnswer }
  | { readonly type: 'ReplyCancelled'; readonly requestedBy: string | null }
  | { readonly type: 'ReplyDelivered' }
  | { readonly type: 'ReplyRead' }
);

export type ReplyCommand = { readonly atMs: number } & (
  | { readonly type: 'AcceptReply'; readonly command: SendReply; readonly origin: CommandOrigin }
  | { readonly type: 'CancelReply'; readonly command: CancelReply }
  | { readonly type: 'StartAttempt'; readonly deadlineMs: number; readonly newestKnownMs: number }
  | {
      readonly type: 'RecordSendResult';
      readonly attempt: number;
      readonly result: SendResult;
      /** Whether the facts leave no doubt that the reply window was open: a refusal by TikTok's rules then means volume. */
      readonly isWindowOpen: boolean;
    }
  /** Whoever made the attempt is gone. */
  | { readonly type: 'AbandonAttempt' }
  /** The message that turned out to be the reply. */
  | { readonly type: 'RecordMatch'; readonly tiktokMessageId: string }
  /** TikTok's list, from before the attempt until now, does not have it. */
  | { readonly type: 'RecordAbsence' }
  /** Looking for it has ended. */
  | { readonly type: 'SettleUnknown' }
  | { readonly type: 'DelayReply'; readonly reason: DelayReason; readonly untilMs: number | null }
  | {
      readonly type: 'RefuseReply';
      readonly code: FailureCode;
      readonly tiktok: TikTokAnswer | null;
      readonly nextAllowedMs: number | null;
    }
  | { readonly type: 'ExpireReply' }
  /** TikTok echoed the message, and the customer may have read it. */
  | { readonly type: 'RecordEcho'; readonly isRead: boolean }
);

export type ReplyRefusal =
  | 'reply_unknown'
  | 'reply_id_reused'
  | 'conversation_differs'
  | 'attempt_open'
  | 'attempt_running'
  | 'attempt_closed'
  | 'not_uncertain'
  | 'still_settling'
  | 'verdict_reached';

/** What all states after acceptance know. */
export interface ReplyFacts {
  readonly command: SendReply;
  readonly fingerprint: string;
  readonly origin: CommandOrigin;
  readonly queuedMs: number;
  /** Calls to TikTok that were started. */
  readonly attempts: number;
  readonly tokenRefusals: number;
  /** Refusals by TikTok's rules although the window was open. */
  readonly blocks: number;
  /** Why it was not sent so far. */
  readonly cause: AttemptFailure | null;
  /** The reason that the last `ReplyDelayed` told, since the last attempt. */
  readonly told: DelayReason | null;
  /** What made the verdict wait that the objective for it leaves out: what TikTok lets through, or looking for the message. */
  readonly excuse: 'rate' | 'settling' | null;
}

export type AcceptedReply =
  | (ReplyFacts & { readonly status: 'queued' })
  | (ReplyFacts & { readonly status: 'attempting'; readonly current: Attempt })
  | (ReplyFacts & {
      readonly status: 'uncertain';
      readonly current: Attempt;
      readonly sinceMs: number;
      readonly absentMs: number | null;
    })
  | (ReplyFacts & { readonly status: 'unknown'; readonly current: Attempt })
  | (ReplyFacts & { readonly status: 'sent' | 'delivered' | 'read'; readonly tiktokMessageId: string | null })
  | (ReplyFacts & { readonly status: 'failed' | 'cancelled' });

/** Nobody asked for it yet; but somebody may have taken it back. */
export interface NoReply {
  readonly status: 'none';
  readonly cancelled: { readonly conversationId: string; readonly requestedBy: string | null } | null;
}

export type ReplyState = NoReply | AcceptedReply;

export const initial: ReplyState = { status: 'none', cancelled: null };
