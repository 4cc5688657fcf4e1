import { assertNever } from '@tiktok-channel/platform/kernel';
import { type MessageFact, mergeMessages } from './message.ts';
import { mergeReplies, type ReplyFact } from './reply.ts';

/** The person has seen what was sent up to `readUpTo`, in TikTok's time. */
export interface ReadMark {
  readonly channelId: string;
  readonly conversationId: string;
  readonly readUpTo: number;
}

export type ChannelStatus = 'unknown' | 'connected' | 'expiring' | 'needs_reauthorization' | 'disconnected';

/** The whole state of a channel at a version; of two, the one with the higher version counts. */
export interface ChannelFact {
  readonly channelId: string;
  readonly version: number;
  readonly accountId: string;
  readonly status: ChannelStatus;
  /** What is older is shown to nobody; null when all is visible. */
  readonly visibleFrom: number | null;
}

export type Fact =
  | { readonly type: 'message'; readonly fact: MessageFact }
  | { readonly type: 'reply'; readonly fact: ReplyFact }
  | { readonly type: 'readMark'; readonly fact: ReadMark }
  | { readonly type: 'channel'; readonly fact: ChannelFact };

/** What a set of records says: one row per message, reply, conversation read and channel. */
export interface Facts {
  readonly messages: readonly MessageFact[];
  readonly replies: readonly ReplyFact[];
  readonly readMarks: readonly ReadMark[];
  readonly channels: readonly ChannelFact[];
}

/**
 * The fold of the projection: facts in any order, any number of times, give the same rows. The database merges a batch's
 * rows into its own by the same rules, so a history may be cut into batches anywhere.
 */
export const foldFacts = (facts: Iterable<Fact>): Facts => {
  const messages = new Map<string, MessageFact>();
  const replies = new Map<string, ReplyFact>();
  const readMarks = new Map<string, ReadMark>();
  const channels = new Map<string, ChannelFact>();
  for (const { type, fact } of facts) {
    switch (type) {
      case 'message':
        put(messages, keyOf(fact.channelId, fact.conversationId, fact.messageId), fact, mergeMessages);
        break;
      case 'reply':
        put(replies, keyOf(fact.channelId, fact.replyId), fact, mergeReplies);
        break;
      case 'readMark':
        put(readMarks, keyOf(fact.channelId, fact.conversationId), fact, laterMark);
        break;
      case 'channel':
        put(channels, fact.channelId, fact, newerChannel);
        break;
      default:
        return assertNever(type);
    }
  }
  return {
    messages: [...messages.values()],
    replies: [...replies.values()],
    readMarks: [...readMarks.values()],
    channels: [...channels.values()],
  };
};

/** U+0000 is in no id: `storableText` has replaced it. */
const keyOf = (...parts: readonly string[]): string => parts.join('\0');

const put = <T>(rows: Map<string, T>, key: string, fact: T, merge: (a: T, b: T) => T): void => {
  const known = rows.get(key);
  rows.set(key, known === undefined ? fact : merge(known, fact));
};

const laterMark = (a: ReadMark, b: ReadMark): ReadMark => (a.readUpTo >= b.readUpTo ? a : b);

const newerChannel = (a: ChannelFact, b: ChannelFact): ChannelFact => (a.version >= b.version ? a : b);
