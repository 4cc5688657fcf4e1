import type { Change } from '../domain/change.ts';
import type { ChangeLogHead, ChangePosition } from '../domain/change-position.ts';
import type { Facts } from '../domain/facts.ts';
import type { WantedMedia } from '../domain/media.ts';
import type { ReplyCommand } from '../domain/reply-command.ts';
import type {
  ConversationCursor,
  ConversationView,
  EuropeanNoticeView,
  MediaState,
  MessageCursor,
  MessageOrder,
  MessageView,
  Page,
  ReplyView,
} from './views.ts';

/** Where a batch of one partition stands; the position moves from `expected` to `next`, or nothing happens. */
export interface BatchPosition {
  readonly topic: string;
  readonly partition: number;
  readonly expected: bigint;
  readonly next: bigint;
}

/**
 * - `conflict`: another transaction was in the way; nothing was stored, the same can be done again at once.
 * - `unavailable`: the database is away.
 * - `data`: a value cannot be stored; no repetition helps.
 */
export type ProjectionFailure = 'conflict' | 'unavailable' | 'data';

export interface ProjectionStore {
  /** Stores all of it, and what follows from the facts, in one transaction. `superseded`: another owner moved the position. */
  apply(batch: {
    readonly facts: Facts;
    /** What the messages show and is not stored yet becomes work of the media flow. */
    readonly media: readonly WantedMedia[];
    readonly position: BatchPosition;
    readonly atMs: number;
  }): Promise<'done' | 'superseded' | ProjectionFailure>;
}

/** A change as the log has it. `accountId` is who is to be told: null while nobody may see it. */
export interface LoggedChange extends Change {
  readonly position: ChangePosition;
}

export interface ChangePage {
  readonly head: ChangeLogHead;
  readonly changes: readonly LoggedChange[];
  /** From here the next page goes on: the last change, or the head when there is no more. */
  readonly end: ChangePosition;
}

export interface ChangeLog {
  head(): Promise<ChangeLogHead>;
  readAfter(position: Pick<ChangePosition, 'xid' | 'seq'>, limit: number): Promise<ChangePage>;
  /** Deletes the oldest; answers how many rows. */
  prune(limits: { readonly olderThanMs: number; readonly maxRows: number }): Promise<number>;
}

/** A conversation that may be shown to an account. */
export interface VisibleConversation {
  readonly channelId: string;
  readonly conversationId: string;
  /** What is older is shown to nobody. */
  readonly visibleFrom: number;
}

/** Every query carries the account: a channel shows nothing until an account has connected it, and then to that account alone. */
export interface ConversationQueries {
  listConversations(query: {
    readonly accountId: string;
    readonly channelId: string | null;
    readonly after: ConversationCursor | null;
    readonly limit: number;
  }): Promise<Page<ConversationView, ConversationCursor>>;
  getConversation(accountId: string, conversationId: string): Promise<ConversationView | null>;
  findConversation(accountId: string, conversationId: string): Promise<VisibleConversation | null>;
  listMessages(query: {
    readonly conversation: VisibleConversation;
    readonly after: MessageCursor | null;
    readonly order: MessageOrder;
    readonly limit: number;
  }): Promise<Page<MessageView, MessageCursor>>;
  getReply(accountId: string, replyId: string): Promise<ReplyView | null>;
  /** The newest first. */
  listEuropeanNotices(query: {
    readonly accountId: string;
    readonly channelId: string | null;
    readonly after: EuropeanNoticeView | null;
    readonly limit: number;
  }): Promise<Page<EuropeanNoticeView, EuropeanNoticeView>>;
}

export interface ReplyRequests {
  /**
   * Keeps the key and leaves the command for publishing, in one transaction; a key that is there is left as it is.
   * Answers the fingerprint that is kept.
   */
  keep(request: {
    readonly accountId: string;
    readonly idempotencyKey: string;
    readonly fingerprint: string;
    readonly command: ReplyCommand;
  }): Promise<{ readonly fingerprint: string }>;
}

export interface StoredMedia {
  readonly mediaId: string;
  readonly contentType: string;
  readonly sizeBytes: number;
}

export type MediaContent =
  | { readonly state: 'stored'; readonly contentType: string; readonly bytes: Buffer }
  | { readonly state: Exclude<MediaState, 'stored'> };

/** Media by our id. */
export interface MediaLibrary {
  addUpload(
    upload: StoredMedia & { readonly accountId: string; readonly bytes: Buffer; readonly atMs: number },
  ): Promise<void>;
  /** True for uploads of the account and for media in conversations that it may see. */
  belongsTo(accountId: string, mediaId: string): Promise<boolean>;
  /** Null when there is none. Whether the caller may have it is not asked here. */
  read(mediaId: string): Promise<MediaContent | null>;
}

export interface ClaimedMedia extends WantedMedia {
  /** Tries before this one. */
  readonly attempts: number;
  /** What makes the claim this one's; a later claim has another. */
  readonly leasedUntil: number;
}

/** Media that are still to be fetched. What a lapsed claim reports is ignored. */
export interface MediaQueue {
  /** Due media of connected channels, for this caller alone until the lease ends. */
  claim(claim: {
    readonly atMs: number;
    readonly leaseMs: number;
    readonly limit: number;
  }): Promise<readonly ClaimedMedia[]>;
  store(
    media: ClaimedMedia,
    content: { readonly contentType: string; readonly bytes: Buffer; readonly atMs: number },
  ): Promise<void>;
  fail(media: ClaimedMedia, failure: { readonly reason: string; readonly atMs: number }): Promise<void>;
  retry(media: ClaimedMedia, next: { readonly attempts: number; readonly atMs: number }): Promise<void>;
}

/** Content type by content; null when it is none that has a signature. */
export type DetectType = (bytes: Buffer) => Promise<string | null>;

export interface AccessTokens {
  /** `none`: the channel has no token at present. `unavailable`: auth does not answer. */
  of(
    channelId: string,
  ): Promise<
    | { readonly kind: 'token'; readonly accessToken: string }
    | { readonly kind: 'none' }
    | { readonly kind: 'unavailable' }
  >;
  /** Forgets what is remembered of the channel. */
  drop(channelId: string): void;
}

export interface TikTokMedia {
  download(media: WantedMedia, accessToken: string): Promise<MediaDownload>;
}

export type MediaDownload =
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | { readonly kind: 'tokenRejected' }
  /** TikTok will not give it, or it is larger than what is kept. */
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'unavailable'; readonly reason: string };
