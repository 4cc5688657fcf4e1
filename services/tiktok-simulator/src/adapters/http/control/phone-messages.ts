import { embedUrl } from '../../../domain/content-kinds.ts';
import type { Content, Message, Reaction } from '../../../domain/model.ts';

/** What the customer's phone shows, oldest first; what waits among the message requests is not in it. */
export const phoneOf = (messages: readonly Message[]) => messages.filter(({ isHeld }) => !isHeld).map(shown);

/** What a message does not have is left out. */
const shown = (message: Message): Record<string, unknown> => {
  const { messageId, from, source, at, content, quotedMessageId, automatic, tap, reactions, readAt } = message;
  return {
    messageId,
    from,
    ...contentFields(content),
    source,
    at,
    ...(quotedMessageId === null ? {} : { quotedMessageId }),
    ...(automatic === null ? {} : { automatic }),
    ...(tap === null ? {} : { tap }),
    ...(reactions.length === 0 ? {} : { reactions: reactions.map(shownReaction) }),
    ...(readAt === null ? {} : { readAt }),
  };
};

/** `type` is TikTok's word, for a type of tomorrow too. */
const contentFields = (content: Content): Record<string, unknown> => {
  switch (content.type) {
    case 'share_post':
      return { ...content, embedUrl: embedUrl(content.videoId) };
    case 'other':
      return { type: content.name, ...(content.block === undefined ? {} : { block: content.block }) };
    default:
      return { ...content };
  }
};

const shownReaction = ({ by, type, value, at }: Reaction) => ({
  by,
  type,
  ...(type === 'EMOJI' ? { emoji: value } : { aiEmojiUrl: value }),
  at,
});
