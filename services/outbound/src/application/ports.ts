import type { Result } from '@tiktok-channel/platform/kernel';
import type { ChannelAccess } from '../domain/channel.ts';
import type { ReplyCommand, ReplyEvent, ReplyRefusal, ReplyState } from '../domain/reply.ts';
import type { CommandOrigin, SendReply } from '../domain/send-reply.ts';
import type { SendResult, TikTokAnswer } from '../domain/send-result.ts';

/** A command that was asked for, and where it came from. */
export interface IncomingCommand {
  readonly command: SendReply;
  readonly origin: CommandOrigin;
}

/** A reply about to be accepted: its stream and its first events. */
export interface NewReply {
  readonly streamId: string;
  readonly fingerprint: string;
  readonly command: SendReply;
  readonly events: readonly ReplyEvent[];
}

export interface ReplyIntake {
  /**
   * Starts the streams that do not exist yet, in one transaction with their place in their lanes and what is published
   * about them; answers those. Replies of one lane get their places in the order given.
   */
  start(replies: readonly NewReply[], atMs: number): Promise<ReadonlySet<NewReply>>;
  /** By stream id. */
  fingerprintsOf(streamIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

export interface Replies {
  /**
   * Decides on the stream as it is now and stores the events with what is published about them; somebody else's append in
   * between makes it decide again. Throws `DependencyUnavailable`.
   */
  handle(streamId: string, command: ReplyCommand): Promise<Result<readonly ReplyEvent[], ReplyRefusal>>;
}

/** The queue of one conversation's replies. */
export interface Lane {
  readonly channelId: string;
  readonly conversationId: string;
}

/** A lane that nobody else works on until `leasedUntilMs`. */
export interface ClaimedLane extends Lane {
  readonly claimId: string;
  readonly leasedUntilMs: number;
  /** Tries of its head that failed in a row. */
  readonly tries: number;
  /** How often it had been woken when it was claimed. */
  readonly wakes: bigint;
}

interface LaneHead {
  readonly streamId: string;
  readonly state: ReplyState;
}

export interface Lanes {
  /** Lanes that are due and that nobody holds, those that wait longest first. */
  claim(claim: { readonly limit: number; readonly leaseMs: number }): Promise<readonly ClaimedLane[]>;
  /** `dueAtMs` null: nothing is left to do, unless it was woken meanwhile. Of no effect when the lease was lost. */
  release(lane: ClaimedLane, next: { readonly dueAtMs: number | null; readonly tries: number }): Promise<void>;
  /** The reply without a verdict that was accepted first. */
  headOf(lane: Lane): Promise<LaneHead | null>;
}

/** What the topics say about a conversation. */
export type ConversationFact =
  | { readonly kind: 'known'; readonly newestMessageAtMs: number; readonly hasEchoes: boolean }
  | { readonly kind: 'of_other_channel' }
  | { readonly kind: 'unknown' };

export interface Facts {
  conversation(lane: Lane): Promise<ConversationFact>;
  /** Keeps what TikTok's own list said of a conversation that no topic has named yet. */
  learnConversation(lane: Lane, newestMessageAtMs: number): Promise<void>;
  /** The oldest message of that content that can be ours, is newer than that, and is no other reply's; its id. */
  findEcho(lane: Lane, wanted: { readonly fingerprint: string; readonly newerThanMs: number }): Promise<string | null>;
}

export interface Channels {
  /** Throws `DependencyUnavailable` `auth_unavailable`. */
  access(channelId: string): Promise<ChannelAccess>;
  /** TikTok refused this token: auth is told with the next question, and renews it if it is still current. */
  refused(channelId: string, accessToken: string): void;
}

export type StoredImage =
  | { readonly kind: 'image'; readonly bytes: Buffer; readonly mediaType: string }
  | { readonly kind: 'unknown' | 'pending' | 'too_large' };

export interface Images {
  /** Throws `DependencyUnavailable` `conversation_unavailable`. */
  fetch(mediaId: string): Promise<StoredImage>;
}

/** A message in TikTok's terms. */
export type TikTokMessage =
  | { readonly kind: 'text'; readonly text: string; readonly quotedMessageId: string | null }
  | { readonly kind: 'image'; readonly tiktokMediaId: string }
  | { readonly kind: 'sharedPost'; readonly itemId: string };

/** The answer to a call that is harmless twice; throws `DependencyUnavailable` `tiktok_unavailable` when there is none. */
export type CallResult<T> =
  | { readonly kind: 'answered'; readonly value: T }
  | { readonly kind: 'rejected'; readonly answer: TikTokAnswer };

export interface Caller {
  readonly channelId: string;
  readonly accessToken: string;
}

export interface TikTok {
  /** Judges the deadline immediately before the request is written; the socket is destroyed at it. Never throws. */
  send(caller: Caller, conversationId: string, message: TikTokMessage, deadlineMs: number): Promise<SendResult>;
  /** The time of the newest message in the content list; 0 when it is empty. */
  newestMessageAt(caller: Caller, conversationId: string): Promise<CallResult<number>>;
  canSendImages(
    caller: Caller,
    conversation: { readonly conversationId: string; readonly hasReplied: boolean },
  ): Promise<CallResult<boolean>>;
  /** Answers TikTok's media id. */
  uploadImage(
    caller: Caller,
    image: { readonly bytes: Buffer; readonly mediaType: string },
  ): Promise<CallResult<string>>;
}

/** This service's share of the calls that TikTok takes per second. */
export interface RequestRate {
  /** Resolves when the next call may be made. */
  take(): Promise<void>;
}

/** One conversation, as one record of a topic shows it. */
export interface ConversationSighting extends Lane {
  readonly newestMessageAtMs: number;
  readonly readUpToMs: number | null;
}

/** Something that the business side wrote, from whatever surface. */
export interface EchoSighting extends Lane {
  readonly messageId: string;
  readonly source: string;
  /** Null for content that no reply can have. */
  readonly fingerprint: string | null;
  readonly sentAtMs: number;
}

export interface Sighting {
  readonly conversation: ConversationSighting;
  readonly echo: EchoSighting | null;
}

/** `superseded`: another owner moved the position; nothing was stored. Throws `DependencyUnavailable`. */
export type RecordFacts = (
  sightings: readonly Sighting[],
  move: {
    readonly group: string;
    readonly topic: string;
    readonly partition: number;
    readonly expected: bigint;
    readonly next: bigint;
  },
) => Promise<'recorded' | 'superseded'>;
