import type { ContentIn } from './content-in.ts';
import { idIn, optionalObjectIn, textIn } from './fields.ts';
import type { Participant } from './records.ts';

/** `received` from a person, or an echo of what the business did. */
export type Direction = 'received' | 'echoed';

/**
 * Not every delivery names its sides. The business is the channel; the person of an incoming message is its
 * `unique_identifier`, which on an echo is not known to be anybody's.
 */
export const participantsIn = (
  { content, envelope }: ContentIn,
  direction: Direction,
): { readonly sender: Participant; readonly recipient: Participant } => {
  const from = idIn(optionalObjectIn(content.from_user).id);
  const to = idIn(optionalObjectIn(content.to_user).id);
  const [senderId, recipientId] =
    direction === 'received'
      ? [from ?? idIn(content.unique_identifier), to ?? envelope.channelId]
      : [from ?? envelope.channelId, to];
  return {
    sender: { userId: senderId, username: textIn(content.from) },
    recipient: { userId: recipientId, username: textIn(content.to) },
  };
};

/** The side that is not the business, whichever way round the sides are given. */
export const personIn = ({ content, envelope }: ContentIn): Participant => {
  const from = idIn(optionalObjectIn(content.from_user).id);
  return from === envelope.channelId
    ? { userId: idIn(optionalObjectIn(content.to_user).id), username: textIn(content.to) }
    : { userId: from ?? idIn(content.unique_identifier), username: textIn(content.from) };
};
