import type { Change } from '../domain/change.ts';
import type { ChangeLogHead, ChangePosition } from '../domain/change-position.ts';
import type { Facts } from '../domain/facts.ts';
import type { MediaFailure, MediaState, WantedMedia } from '../domain/media.ts';
import type { CancelCommand, ReplyCommand, ReplyContent } from '../domain/reply-command.ts';
import type {
  ConversationCursor,
  ConversationView,
  EuropeanNoticeView,
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

/** Reads the change log for what has to follow from it. */
export interface ChangeFollower {
  /** Takes the next page; answers whether there is more. */
  next(atMs: number): Promise<boolean>;
}

export interface ClaimedParticipant {
  readonly channelId: string;
  readonly conversationId: string;
  readonly attempts: number;
  readonly leasedUntil: number;
}

/** What TikTok shows of the customer of a conversation; null is what it does not show. */
export interface Participant {
  readonly displayName: string | null;
  readonly isFollower: boolean | null;
  /** `name` is what stays of the address when it is signed anew. */
  readonly avatar: { readonly url: string; readonly name: string } | null;
  /** What it listed is the whole conversation. */
  readonly isWhole: boolean;
}

export type FoundParticipant =
  | { readonly kind: 'participant'; readonly participant: Participant }
  | { readonly kind: 'tokenRejected' }
  | { readonly kind: 'refused' }
  | { readonly kind: 'unavailable' };

export interface TikTokParticipants {
  find(
    conversation: Pick<ClaimedParticipant, 'channelId' | 'conversationId'>,
    accessToken: string,
  ): Promise<FoundParticipant>;
}

/** Customers that are to be looked up. What a lapsed claim reports is ignored. */
export interface ParticipantQueue {
  /** Due ones of connected channels, for this caller alone until the lease ends. */
  claim(claim: {
    readonly atMs: number;
    readonly leaseMs: number;
    readonly limit: number;
  }): Promise<readonly ClaimedParticipant[]>;
  /** Null: TikTok does not say. Either way nobody asks again until something happens in the conversation. */
  store(
    claimed: ClaimedParticipant,
    found: { readonly participant: Participant | null; readonly atMs: number },
  ): Promise<void>;
  retry(claimed: ClaimedParticipant, next: { readonly attempts: number; readonly atMs: number }): Promise<void>;
}

/** How far each person of an account has read. It only moves forward. */
export interface AgentReadMarks {
  /** Answers whether it moved. */
  move(mark: {
    readonly accountId: string;
    readonly userId: string;
    readonly channelId: string;
    readonly conversationId: string;
    readonly readUpTo: number;
    readonly atMs: number;
  }): Promise<boolean>;
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
  /**
   * After a restore the database counts its transactions anew: what is in the log then is as if it had just been written, and
   * whoever follows it reads it again.
   */
  adoptEpoch(): Promise<void>;
  /** Deletes the oldest that everybody has read; answers how many rows. */
  prune(limits: { readonly olderThanMs: number; readonly maxRows: number }): Promise<number>;
}

/** A conversation that may be shown to an account. */
export interface VisibleConversation {
  readonly channelId: string;
  readonly conversationId: string;
  /** What is older is shown to nobody. */
  readonly visibleFrom: number;
  /** When its newest message was sent. */
  readonly lastSentAt: number;
}

/** Every query carries the account: a channel shows nothing until an account has connected it, and then to that account alone. */
export interface ConversationQueries {
  listConversations(query: {
    readonly accountId: string;
    /** Whose unread messages are counted. */
    readonly userId: string;
    readonly channelId: string | null;
    /** As the database takes it; the newest match of each conversation gives its place. Null lists all. */
    readonly search: string | null;
    readonly after: ConversationCursor | null;
    readonly limit: number;
  }): Promise<Page<ConversationView, ConversationCursor>>;
  getConversation(
    person: { readonly accountId: string; readonly userId: string },
    conversationId: string,
  ): Promise<ConversationView | null>;
  findConversation(accountId: string, conversationId: string): Promise<VisibleConversation | null>;
  listMessages(query: {
    readonly conversation: VisibleConversation;
    readonly after: MessageCursor | null;
    readonly order: MessageOrder;
    readonly limit: number;
  }): Promise<Page<MessageView, MessageCursor>>;
  getReply(accountId: string, replyId: string): Promise<ReplyView | null>;
  findReply(accountId: string, replyId: string): Promise<SettledReply | null>;
  /** When the customer's newest message was sent. */
  newestIncoming(conversation: VisibleConversation): Promise<number | null>;
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
  /** Nothing is kept of it: an action that comes twice under one id is one to outbound. */
  leaveAction(command: ReplyCommand): Promise<void>;
  leaveCancel(command: CancelCommand): Promise<void>;
}

/** A reply with what only its own account needs to know of it. */
export interface SettledReply {
  readonly view: ReplyView;
  readonly channelId: string;
  /** Nothing more is tried to find out what became of it. */
  readonly isSettled: boolean;
  /** What it held; null when that is not known (any more), or is nothing that can be sent. */
  readonly content: Omit<ReplyContent, 'expiresAt'> | null;
}

export interface StoredMedia {
  readonly mediaId: string;
  readonly contentType: string;
  readonly sizeBytes: number;
}

export type FoundMedia =
  | { readonly state: 'stored'; readonly contentType: string; readonly sizeBytes: number }
  | { readonly state: Exclude<MediaState, 'stored'> };

/** The first and the last byte. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Media by our id. */
export interface MediaLibrary {
  addUpload(
    upload: StoredMedia & { readonly accountId: string; readonly bytes: Buffer; readonly atMs: number },
  ): Promise<void>;
  /** True for uploads of the account and for media in conversations that it may see. */
  belongsTo(accountId: string, mediaId: string): Promise<boolean>;
  /** Null when there is none. Whether the caller may have it is not asked here. */
  find(mediaId: string): Promise<FoundMedia | null>;
  /** Of what is stored; what lies beyond its end is left out. */
  readBytes(mediaId: string, range: ByteRange): Promise<Buffer>;
}

/** What to fetch: what a message holds, by TikTok's id, or a customer's picture, from a temporary address. */
export type MediaSource =
  | ({ readonly kind: 'message' } & Pick<WantedMedia, 'messageId' | 'tiktokMediaId' | 'mediaType'>)
  | { readonly kind: 'avatar'; readonly url: string };

export interface ClaimedMedia extends Pick<WantedMedia, 'mediaId' | 'channelId' | 'conversationId'> {
  readonly source: MediaSource;
  /** Tries before this one. */
  readonly attempts: number;
  /** Since when it is wanted. */
  readonly wantedAt: number;
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
  fail(media: ClaimedMedia, failure: { readonly reason: MediaFailure; readonly atMs: number }): Promise<void>;
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
  /** TikTok refused this token: auth is told with the next question, and renews it if it is still current. */
  refused(channelId: string, accessToken: string): void;
}

export interface TikTokMedia {
  download(
    media: Pick<ClaimedMedia, 'channelId' | 'conversationId' | 'source'>,
    accessToken: string,
  ): Promise<MediaDownload>;
}

export type MediaDownload =
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | { readonly kind: 'tokenRejected' }
  /** TikTok will not give it, or it is larger than what is kept. */
  | { readonly kind: 'refused'; readonly reason: MediaFailure }
  | { readonly kind: 'unavailable'; readonly reason: string };
