import { ok, type Result } from '@tiktok-channel/platform/kernel';
import type { ContentIn } from '../content-in.ts';
import type { WebhookEvent } from '../events.ts';
import { messageEchoed, messageReceived, reactionChanged } from '../events-of-records.ts';
import { type Fields, idIn, optionalObjectIn, textIn } from '../fields.ts';
import { readMessage } from '../message.ts';
import { invalid, type Misreading } from '../misreading.ts';
import type { Direction } from '../participants.ts';
import { readReactions } from '../reaction.ts';

/** Where a message was listed, and what the list says of its people. */
export interface Listing {
  readonly channelId: string;
  readonly conversationId: string;
  /** The person's id among the participants: for messages that do not name their sides. */
  readonly personId: string | null;
  /** Of the person, as of now; null when TikTok did not say. */
  readonly isFollower: boolean | null;
  readonly receivedAt: number;
}

export interface ListedMessage {
  readonly direction: Direction;
  readonly messageId: string;
  readonly sentAt: number;
  readonly event: WebhookEvent;
  /** Those that it has now. One that was taken away is listed nowhere. */
  readonly reactions: readonly WebhookEvent[];
}

/**
 * A message of `content/list`, as the webhook's readers read one: REST says `message_type` in capitals for `type`,
 * `sender` and `recipient` for `from` and `to`, and hangs reactions on the message (fact sheet, sections 2.3 and 5).
 */
export const readListedMessage = (listed: Fields, listing: Listing): Result<ListedMessage, Misreading> => {
  const direction = directionOf(listed, listing.channelId);
  if (direction === null) return invalid('from_user');
  const { sender, recipient, message_type: type, ...same } = listed;
  const content = {
    unique_identifier: listing.personId,
    ...same,
    conversation_id: listing.conversationId,
    type: textIn(type)?.toLowerCase(),
    from: sender,
    to: recipient,
    is_follower: listing.isFollower,
  };
  const read = readMessage(inputOf(listing, listed, content), direction);
  if (!read.ok) return read;
  const record = { ...read.value, origin: 'HISTORY' } as const;
  const { messageId, sentAt } = record;
  return ok({
    direction,
    messageId,
    sentAt,
    event: direction === 'received' ? messageReceived(record) : messageEchoed(record),
    reactions: reactionsOf(content, messageId, { listing, direction }),
  });
};

/** `raw` is what becomes the content as received. */
export const inputOf = ({ channelId, receivedAt }: Listing, raw: Fields, content: Fields): ContentIn => ({
  delivery: { logId: null, receivedAtMs: receivedAt },
  envelope: { channelId, content: JSON.stringify(raw), createdAt: null },
  content,
});

/** By the business's id; by the roles where an id is missing. */
const directionOf = (listed: Fields, channelId: string): Direction | null => {
  const from = optionalObjectIn(listed.from_user);
  const to = optionalObjectIn(listed.to_user);
  if (idIn(from.id) === channelId) return 'echoed';
  if (idIn(to.id) === channelId) return 'received';
  if (from.role === 'BUSINESS_ACCOUNT') return 'echoed';
  return from.role === 'PERSONAL_ACCOUNT' || to.role === 'BUSINESS_ACCOUNT' ? 'received' : null;
};

/** Each for itself: unlike those of a webhook, they are no news of their own that newer code could read later. */
const reactionsOf = (
  message: Fields & { readonly reactions?: unknown },
  messageId: string,
  { listing, direction }: { readonly listing: Listing; readonly direction: Direction },
): readonly WebhookEvent[] => {
  const elements = Array.isArray(message.reactions) ? message.reactions.map(optionalObjectIn) : [];
  return elements.flatMap((element) => {
    // Without it nobody knows whose it is: the sender of the message is one of two.
    if (idIn(element.unique_identifier) === null) return [];
    const reaction = [{ ...element, operation: 'ADD', original_msg_id: messageId }];
    const read = readReactions(inputOf(listing, element, { ...message, reaction }), direction);
    return read.ok ? read.value.map((record) => reactionChanged({ ...record, origin: 'HISTORY' })) : [];
  });
};
