import { ok, type Result, refuse } from '@tiktok-channel/platform/kernel';
import { type ContentIn, provenanceOf } from './content-in.ts';
import { type Fields, filledTextIn, flagIn, idIn, optionalObjectIn, timeIn } from './fields.ts';
import { invalid, type Misreading } from './misreading.ts';
import { type Direction, participantsIn } from './participants.ts';
import type { Participant, Reaction } from './records.ts';

/** At least one. */
export type Reactions = readonly [Reaction, ...Reaction[]];

/**
 * Each record keeps the content whole. TikTok sends one reaction or a few; a body made of nothing else would grow by
 * its own square, so beyond this it is kept once, as unrecognised.
 */
const LARGEST_SUM_BYTES = 8 * 1_024 * 1_024;

/** The elements of `reaction`, all or none: what cannot be read keeps the delivery whole. */
export const readReactions = (input: ContentIn, direction: Direction): Result<Reactions, Misreading> => {
  const { content, envelope } = input;
  const conversationId = idIn(content.conversation_id);
  if (conversationId === null) return invalid('conversation_id');
  const elements: readonly unknown[] = Array.isArray(content.reaction) ? content.reaction : [];
  if (elements.length * envelope.content.length > LARGEST_SUM_BYTES) return invalid('reaction');
  const shared = {
    channelId: envelope.channelId,
    conversationId,
    isFollower: flagIn(content.is_follower),
    origin: 'WEBHOOK',
    ...provenanceOf(input),
  } as const;
  const sides = participantsIn(input, direction);

  const reactions: Reaction[] = [];
  for (const [index, element] of elements.entries()) {
    const read = readElement(optionalObjectIn(element), sides);
    if (!read.ok) return invalid(`reaction[${index}].${read.error}`);
    reactions.push({ ...shared, ...read.value });
  }
  const [first, ...others] = reactions;
  return first === undefined ? invalid('reaction') : ok([first, ...others]);
};

type OfElement = Pick<Reaction, 'messageId' | 'operation' | 'emoji' | 'emojiUrl' | 'person' | 'occurredAt'>;

const readElement = (element: Fields, sides: Sides): Result<OfElement, string> => {
  const messageId = idIn(element.original_msg_id);
  if (messageId === null) return refuse('original_msg_id');
  const occurredAt = timeIn(element.timestamp);
  if (occurredAt === null) return refuse('timestamp');
  return ok({
    messageId,
    operation: operationIn(element.operation),
    emoji: filledTextIn(element.emoji),
    emojiUrl: filledTextIn(element.ai_emoji_url),
    person: reactorIn(idIn(element.unique_identifier), sides),
    occurredAt,
  });
};

const operationIn = (value: unknown): Reaction['operation'] => {
  if (value === 'ADD') return 'ADDED';
  return value === 'REMOVE' ? 'REMOVED' : 'UNKNOWN';
};

type Sides = ReturnType<typeof participantsIn>;

/** The element's own identifier: the business id where the business reacted, else the person's. The sides lend it a name. */
const reactorIn = (id: string | null, { sender, recipient }: Sides): Participant => {
  if (id === null || id === sender.userId) return sender;
  return id === recipient.userId ? recipient : { userId: id, username: null };
};
