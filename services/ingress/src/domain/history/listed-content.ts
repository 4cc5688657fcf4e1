import type { WebhookEvent } from '../events.ts';
import { referralReceived } from '../events-of-records.ts';
import { type Fields, flagIn, idIn, objectIn, optionalObjectIn, textIn } from '../fields.ts';
import { readReferral } from '../referral.ts';
import type { ListedConversation } from './listed-conversations.ts';
import { inputOf, type ListedMessage, type Listing, readListedMessage } from './listed-message.ts';

/** What `content/list` shows of a conversation: its newest messages, at most 20. */
export interface ListedContent {
  /** In TikTok's order, as the conversation is read. */
  readonly messages: readonly ListedMessage[];
  readonly referrals: readonly WebhookEvent[];
  /** Messages that this version cannot read. */
  readonly unread: number;
}

/** Null when it is no such list. */
export const readListedContent = (
  data: unknown,
  { conversation, ...where }: { readonly conversation: ListedConversation } & Pick<Listing, 'channelId' | 'receivedAt'>,
): ListedContent | null => {
  const content = objectIn(data);
  if (content === null || !Array.isArray(content.messages)) return null;
  const person = personIn(content);
  const listing: Listing = {
    ...where,
    conversationId: conversation.conversationId,
    personId: idIn(person.id),
    isFollower: flagIn(person.is_follower),
  };
  const elements = content.messages.map(optionalObjectIn);
  const messages = elements.flatMap((element) => {
    const read = readListedMessage(element, listing);
    return read.ok ? [read.value] : [];
  });
  const username = usernameIn(elements, where.channelId);
  return {
    messages: messages.sort((one, other) => one.sentAt - other.sentAt),
    referrals: conversation.ads.flatMap((ad) => readAd(ad, username, listing)),
    unread: elements.length - messages.length,
  };
};

export const eventsOf = ({ messages, referrals }: Pick<ListedContent, 'messages' | 'referrals'>): WebhookEvent[] => [
  ...referrals,
  ...messages.flatMap(({ event, reactions }) => [event, ...reactions]),
];

const personIn = ({ participants }: Fields): Fields => {
  const all = Array.isArray(participants) ? participants.map(optionalObjectIn) : [];
  return all.find(({ role }) => role === 'PERSONAL_ACCOUNT') ?? optionalObjectIn(undefined);
};

/** Participants have a name for people to read; the handle stands with the messages. */
const usernameIn = (messages: readonly Fields[], channelId: string): string | null => {
  for (const { from_user: from, sender, recipient } of messages) {
    const username = textIn(idIn(optionalObjectIn(from).id) === channelId ? recipient : sender);
    if (username !== null) return username;
  }
  return null;
};

/**
 * An ad has a time of its own, in seconds, which is all that is known of when the person entered. A link has none and is
 * left out (decision 0023): a date that was made up would give one referral two ids.
 */
const readAd = (ad: Fields, username: string | null, listing: Listing): readonly WebhookEvent[] => {
  const content = {
    conversation_id: listing.conversationId,
    timestamp: ad.timestamp,
    from: username,
    from_user: { id: listing.personId },
    is_follower: listing.isFollower,
    referral: { source: 'ad', ad },
  };
  const read = readReferral(inputOf(listing, ad, content));
  return read.ok ? [referralReceived({ ...read.value, origin: 'HISTORY' })] : [];
};
