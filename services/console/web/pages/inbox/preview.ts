import type { Content, Message } from '../../api/types.ts';
import { words } from '../../words.ts';

/** A message in one line. */
export const previewOf = (content: Content): string => {
  const { preview } = words.inbox;
  if (content.kind === 'text') return content.text ?? preview.empty;
  if (content.kind === 'template') return content.template?.cards[0]?.title ?? preview.template;
  // A page that is open for long may be older than a kind.
  return preview[content.kind] ?? preview.unsupported;
};

/** In a list, where it has to be seen who wrote it. */
export const linePreviewOf = ({ direction, content }: Message): string =>
  direction === 'incoming' ? previewOf(content) : words.inbox.you(previewOf(content));
