/** What outbound's operator endpoints answer (schemas/openapi/outbound.json). Times are epoch milliseconds. */

export const REPLY_STATES = [
  'queued',
  'delayed',
  'attempting',
  'settling',
  'sent',
  'failed',
  'unknown',
  'cancelled',
] as const;

export type ReplyState = (typeof REPLY_STATES)[number];

interface ReplySummary {
  readonly replyId: string;
  readonly channelId: string;
  readonly conversationId: string;
  readonly state: ReplyState;
  readonly failure: {
    readonly code: string;
    readonly message: string;
    readonly advice: string;
    readonly nextAllowedAt: number | null;
  } | null;
  readonly delayReason: string | null;
  readonly delayedUntil: number | null;
  readonly queuedAt: number;
  readonly expiresAt: number;
  readonly retryOf: string | null;
}

export interface ListedReply extends ReplySummary {
  readonly attempts: number;
}

export interface ShownReply extends ReplySummary {
  readonly messageId: string | null;
  readonly attempts: readonly {
    readonly attempt: number;
    readonly startedAt: number;
    readonly durationMs: number | null;
    readonly result: string;
    readonly tiktokCode: number | null;
    readonly requestId: string | null;
  }[];
}

export interface ChannelPause {
  readonly channelId: string;
  readonly isPaused: boolean;
}

/** The channel is needed only where replies of several have the same id. */
export interface ReplyName {
  readonly replyId: string;
  readonly channelId: string | undefined;
}

/** Who acts is whose token it is; each act says why. */
export interface ReplyOperations {
  /** Those that were accepted last first, up to `limit` of them. */
  list(query: {
    readonly state: ReplyState | undefined;
    readonly channelId: string | undefined;
    readonly limit: number;
  }): Promise<{ readonly replies: readonly ListedReply[]; readonly hasMore: boolean }>;
  show(name: ReplyName): Promise<ShownReply>;
  /** Answers the id of the new reply. */
  retry(name: ReplyName, reason: string): Promise<string>;
  cancel(name: ReplyName, reason: string): Promise<ShownReply>;
  pause(channelId: string, reason: string): Promise<ChannelPause>;
  resume(channelId: string, reason: string): Promise<ChannelPause>;
}
