import type { OutgoingContent } from '../../outbox/outbox.ts';
import type { Config } from '../../session/config.ts';
import type { Picture } from './pictures.ts';

export type PictureProblem = 'too_large' | 'wrong_type';

interface CompositionInput {
  readonly text: string;
  readonly pictures: readonly Picture[];
  readonly limits: Config['limits'];
  /** Messages that TikTok still takes for sure; null is any number. */
  readonly remaining: number | null;
}

/** As TikTok counts: code points, spaces and emoji included. */
export const charactersIn = (text: string): number => [...text].length;

/** What is written and chosen, as the messages that it goes as, and what stands against it. */
export const composition = ({ text, pictures, limits, remaining }: CompositionInput) => {
  const trimmed = text.trim();
  const problems = new Map(pictures.flatMap(({ key, file }) => problemOf(key, file, limits)));
  const messages: readonly OutgoingContent[] = [
    ...pictures.map(({ file }) => ({ kind: 'image' as const, file })),
    ...(trimmed === '' ? [] : [{ kind: 'text' as const, text: trimmed }]),
  ];
  const excess = Math.max(0, charactersIn(trimmed) - limits.textCharacters);
  const isTooMany = remaining !== null && messages.length > remaining;
  const canSend = messages.length > 0 && problems.size === 0 && excess === 0 && !isTooMany;
  return { messages, problems, excess, isTooMany, canSend };
};

const problemOf = (
  key: string,
  { type, size }: File,
  { imageTypes, imageBytes }: Config['limits'],
): readonly (readonly [string, PictureProblem])[] => {
  if (!imageTypes.includes(type)) return [[key, 'wrong_type']];
  return size > imageBytes ? [[key, 'too_large']] : [];
};
