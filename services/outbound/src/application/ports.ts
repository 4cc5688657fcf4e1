import type { Result } from '@tiktok-channel/platform/kernel';
import type { ReplyWindowFacts, SendableCard } from '@tiktok-channel/platform/reply-rules';
import type { ChannelAccess } from '../domain/channel.ts';
import type { ReplyCommand, ReplyEvent, ReplyRefusal, ReplyState } from '../domain/reply.ts';
import type { CancelReply, CommandOrigin, SendReply } from '../domain/send-reply.ts';
import type { SendResult, TikTokAnswer } from '../domain/send-result.ts';
import type { DelayReason } from '../domain/waiting.ts';

/** A reply that was asked for, and where that came from. */
export interface IncomingReply {
  readonly kind: 'reply';
  readonly command: SendReply;
  readonly origin: CommandOrigin;
}

export interface IncomingCancel {
  readonly kind: 'cancel';
  readonly command: CancelReply;
}

export type IncomingCommand = IncomingReply | IncomingCancel;

/** A reply about to be accepted: its stream and its first events. */
export interface NewReply {
  readonly streamId: string;
  readonly command: SendReply;
  readonly origin: CommandOrigin;
  readonly events: readonly ReplyEvent[];
}

export interface ReplyIntake {
  /**
   * Starts the streams that do not exist yet, in one transaction with their place in their lanes and what is published
   * about them; answers those. Replies of one lane get their places in the order given.
   */
  start(replies: readonly NewReply[], atMs: number): Promise<ReadonlySet<NewReply>>;
  /** Whether one of them was taken back before it was asked for. */
  hasCancels(replies: readonly Pick<NewReply, 'streamId'>[]): Promise<boolean>;
}

export interface Replies {
  /**
   * Decides on the stream as it is now and stores the events with what is published about them; somebody else's append in
   * between makes it decide again. Throws `DependencyUnavailable`.
   */
  handle(streamId: string, command: ReplyCommand): Promise<Result<readonly ReplyEvent[], ReplyRefusal>>;
}

export interface WaitingReplies {
  /** Queued replies that wait for their turn since then or longer, and of which nobody was told yet. */
  waitingSince(atMs: number, limit: number): Promise<readonly string[]>;
  /** They were told of, or need not be. */
  forget(streamIds: readonly string[]): Promise<void>;
  /** Queued replies, wherever in their lanes, that are no longer worth sending then. */
  expiredAt(atMs: number, limit: number): Promise<readonly string[]>;
}

/** A queue of replies: a conversation's, or one of its own for an action. */
export interface Lane {
  readonly channelId: string;
  readonly laneId: string;
}

/** A lane that nobody else works on until `leasedUntilMs`. */
export interface ClaimedLane extends Lane {
  readonly claimId: string;
  readonly leasedUntilMs: number;
  /** Tries of its head that failed in a row. */
  readonly tries: number;
  /** How often it had been woken when it was claimed. */
  readonly wakes: bigint;
  /** How often it had been told not to wait any longer. */
  readonly recalls: bigint;
}

export interface LaneHead {
  readonly streamId: string;
  readonly state: ReplyState;
  /** An operator has paused its channel. */
  readonly isPaused: boolean;
}

export interface Lanes {
  /** Lanes that are due: one of each channel in turn, and within a channel those that wait longest. */
  claim(claim: { readonly limit: number; readonly leaseMs: number }): Promise<readonly ClaimedLane[]>;
  /** Null: nothing is left to do, unless it was woken meanwhile. Of no effect when the lease was lost. */
  release(lane: ClaimedLane, next: { readonly dueAtMs: number; readonly tries: number } | null): Promise<void>;
  /** Times further ahead than any can be come from a clock that has gone back: those lanes are due. */
  mend(longestLeaseMs: number): Promise<void>;
  /** No lane of that channel is claimed before that time. */
  slowDown(channelId: string, untilMs: number): Promise<void>;
  /** What the heads of that channel's lanes wait for may be over: they are due. */
  recall(channelId: string): Promise<void>;
  /** The reply without a verdict that was accepted first. */
  headOf(lane: Lane): Promise<LaneHead | null>;
}

export interface ConversationKey {
  readonly channelId: string;
  readonly conversationId: string;
}

export interface KnownConversation {
  readonly kind: 'known';
  readonly newestMessageAtMs: number;
  readonly hasEchoes: boolean;
  /** When TikTok's own list of it was read last. */
  readonly listedAtMs: number | null;
  readonly imageCapability: { readonly canSend: boolean; readonly askedAtMs: number } | null;
  readonly window: ReplyWindowFacts;
}

/** What the topics, and TikTok's lists where they were read, say about a conversation. */
export type ConversationFact = KnownConversation | { readonly kind: 'of_other_channel' } | { readonly kind: 'unknown' };

export interface Facts {
  conversation(key: ConversationKey): Promise<ConversationFact>;
  /** Null: no such message is known. One of another conversation cannot be quoted. */
  isQuotable(key: ConversationKey, messageId: string): Promise<boolean | null>;
  /** Keeps what TikTok's own list said. */
  learn(key: ConversationKey, content: ListedContent): Promise<void>;
  learnImageCapability(key: ConversationKey, canSendImages: boolean): Promise<void>;
  /** TikTok refused by its rules: closed until the customer writes after what was known when it was asked, in its time. */
  learnClosed(key: ConversationKey, newestKnownMs: number): Promise<void>;
  /** The message that is this reply's and no other's; its id. */
  findEcho(streamId: string): Promise<string | null>;
}

/** Whether what is stored of the message topic has caught up with the topic. */
export interface Freshness {
  /** Waits for a while until everything that is in the topic now has been stored; whether it has. */
  reached(): Promise<boolean>;
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

export type LinkedImage =
  | { readonly kind: 'image'; readonly bytes: Buffer; readonly mediaType: string }
  /** `away`: it may be there later. */
  | { readonly kind: 'refused' | 'unavailable' | 'not_an_image' | 'too_large' | 'away' };

export interface LinkedImages {
  /** Never throws: what goes wrong is said. */
  fetch(url: string): Promise<LinkedImage>;
}

/** A message in TikTok's terms. */
export type TikTokMessage =
  | { readonly kind: 'text'; readonly text: string; readonly quotedMessageId: string | null }
  | { readonly kind: 'image'; readonly tiktokMediaId: string }
  | { readonly kind: 'sharedPost'; readonly itemId: string }
  | { readonly kind: 'template'; readonly card: SendableCard }
  | { readonly kind: 'action'; readonly action: 'TYPING' | 'MARK_READ' };

/** The answer to a call that is harmless twice; throws `DependencyUnavailable` `tiktok_unavailable` when there is none. */
export type CallResult<T> =
  | { readonly kind: 'answered'; readonly value: T }
  | { readonly kind: 'rejected'; readonly answer: TikTokAnswer }
  /** It was not made, since TikTok is not to be called before that time. */
  | Postponement;

export interface Postponement {
  readonly kind: 'postponed';
  readonly reason: DelayReason;
  readonly untilMs: number;
}

export interface Caller {
  readonly channelId: string;
  readonly accessToken: string;
}

/** TikTok's content list of one conversation. */
export interface ListedContent {
  readonly sightings: readonly Sighting[];
  /** 0 when the list is empty. */
  readonly newestMessageAtMs: number;
  readonly oldestMessageAtMs: number | null;
  /** It is shorter than it may be, so it begins with the conversation. */
  readonly isWhole: boolean;
  readonly isFollower: boolean | null;
}

export interface TikTok {
  /** Judges the deadline immediately before the request is written; the socket is destroyed at it. Never throws. */
  send(
    caller: Caller,
    conversationId: string,
    message: TikTokMessage,
    deadline: { readonly atMs: number; readonly onWriting: () => void },
  ): Promise<SendResult>;
  listContent(caller: Caller, conversationId: string): Promise<CallResult<ListedContent>>;
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

/** Leave to make one call. */
export interface Turn {
  /** Epoch milliseconds: not before this time. */
  readonly atMs: number;
  /** Resolves shortly before it: time enough to store what is going to be tried. */
  nears(): Promise<void>;
  /** Resolves when the call may be made, which then is to be made at once. Never rejects. */
  begins(): Promise<void>;
  /** The request is being written: what is late now makes others wait. */
  begun(): void;
}

/** What keeps this service within its share of TikTok's calls, and away from a TikTok that fails. */
export interface CallGate {
  /** A turn, to be waited for, or until when there is none. Throws `DependencyUnavailable`. */
  enter(): Promise<{ readonly kind: 'open'; readonly turn: Turn } | Postponement>;
}

/** One conversation, as one record of a topic shows it. */
export interface ConversationSighting extends ConversationKey {
  readonly newestMessageAtMs: number;
  readonly readUpToMs: number | null;
  /** Null: the record does not say. */
  readonly isFollower: boolean | null;
}

export interface MessageSighting extends ConversationKey {
  readonly messageId: string;
  readonly sentAtMs: number;
  readonly isQuotable: boolean;
}

/** Something that the business side wrote, from whatever surface. */
export interface EchoSighting extends MessageSighting {
  readonly source: string;
  /** Null for content that no reply can have. */
  readonly fingerprint: string | null;
  readonly isAutomatic: boolean;
  /** The trace that brought it; null for what a list told. */
  readonly traceparent: string | null;
}

export interface Sighting {
  readonly conversation: ConversationSighting;
  readonly received: MessageSighting | null;
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
