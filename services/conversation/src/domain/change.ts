import type { Facts } from './facts.ts';

/**
 * What a change concerns, so that whoever shows it asks for it again:
 *
 * - `message`: one message, with its reactions, its media and its status;
 * - `reply`: one reply and its status;
 * - `conversation`: what belongs to no single message, such as the customer's read mark, name or referral;
 * - `read`: how far one person of the account has read;
 * - `notice`: a notice about a channel;
 * - `channel`: the channel itself, and with it what may be seen.
 */
export type ChangeKind = 'message' | 'reply' | 'conversation' | 'read' | 'notice' | 'channel';

export interface Change {
  readonly kind: ChangeKind;
  readonly channelId: string;
  readonly conversationId: string | null;
  /** A message's or a reply's id; of a notice its time. */
  readonly subjectId: string | null;
  /** The account to be told; null for the one that has the channel when the change is read. */
  readonly accountId: string | null;
  /** The one person to be told; null for everybody of the account. */
  readonly userId: string | null;
}

export const change = (
  what: Pick<Change, 'kind' | 'channelId'> & Partial<Omit<Change, 'kind' | 'channelId'>>,
): Change => ({ conversationId: null, subjectId: null, accountId: null, userId: null, ...what });

/** What a batch of facts changes beside its messages, each thing once. */
export const changesBesideMessages = (facts: Facts): readonly Change[] => {
  const changes: Change[] = [
    ...facts.channel.map(({ channelId, accountId }) => change({ kind: 'channel', channelId, accountId })),
    ...facts.reaction.map(messageChange),
    ...facts.referral.map(conversationChange),
    ...facts.readMark.map(conversationChange),
    ...facts.reply.map(({ channelId, conversationId, replyId }) =>
      change({ kind: 'reply', channelId, conversationId, subjectId: replyId }),
    ),
    ...facts.europeanNotice.map(({ channelId, sentAt }) =>
      change({ kind: 'notice', channelId, subjectId: String(sentAt) }),
    ),
  ];
  return [...new Map(changes.map((each) => [keyOf(each), each])).values()];
};

interface OfConversation {
  readonly channelId: string;
  readonly conversationId: string;
}

const messageChange = ({ channelId, conversationId, messageId }: OfConversation & { readonly messageId: string }) =>
  change({ kind: 'message', channelId, conversationId, subjectId: messageId });

const conversationChange = ({ channelId, conversationId }: OfConversation) =>
  change({ kind: 'conversation', channelId, conversationId });

const keyOf = ({ kind, channelId, conversationId, subjectId }: Change): string =>
  `${kind}\0${channelId}\0${conversationId}\0${subjectId}`;
