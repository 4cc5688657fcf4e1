import type { ReplyHistory, ReplyStanding } from '../domain/reply-history.ts';

export interface ReplyPage {
  readonly standing: ReplyStanding | null;
  readonly channelId: string | null;
  readonly limit: number;
  /** Only those that were accepted before the one at that place. */
  readonly before: bigint | null;
}

/** What is kept of replies, for people who run this. */
export interface ReplyRegister {
  /** Those that were accepted last come first; `next` is where the page after this begins. */
  list(page: ReplyPage): Promise<{ readonly histories: readonly ReplyHistory[]; readonly next: bigint | null }>;
  /** Ids are the senders' own, so several channels may have the same. */
  find(replyId: string): Promise<readonly ReplyHistory[]>;
}

export interface ChannelPause {
  readonly pausedMs: number;
  readonly pausedBy: string;
}

export interface ChannelPauses {
  of(channelId: string): Promise<ChannelPause | null>;
  /** One that is paused stays paused as it was. */
  pause(channelId: string, pausedBy: string): Promise<void>;
  /** What waited for it is due. */
  resume(channelId: string): Promise<void>;
}

/** What waits, in all replicas together; ages in milliseconds, 0 where there is nothing. */
export interface Backlog {
  /** Replies without an attempt under way and without a verdict. */
  readonly waiting: number;
  /** When the first of them was accepted. */
  readonly oldestWaitingAtMs: number | null;
  /** Replies of which nobody knows yet whether they arrived. */
  readonly uncertain: number;
  /** When the oldest of their attempts was made. */
  readonly oldestUncertainAtMs: number | null;
  /** Since when the lane that is due longest waits for a worker. */
  readonly oldestDueLaneAtMs: number | null;
  /** Messages of the past day that came by the API and are no reply's. */
  readonly unmatchedEchoes: number;
  readonly pausedChannels: number;
}
