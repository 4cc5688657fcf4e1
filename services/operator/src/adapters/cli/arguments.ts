import { topics } from '@tiktok-channel/schemas';
import { InvalidArgumentError } from 'commander';

/** Parsers of options; what they refuse is wrong usage. */

export const wholeNumber = (text: string): number => {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It is a whole number of at least 1.');
  return Number(text);
};

const ISO_TIME = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2}))?$/;

/** Epoch milliseconds of `2026-01-31` (UTC) or `2026-01-31T12:00:00Z`. */
export const isoTime = (text: string): number => {
  // biome-ignore lint/style/noRestrictedGlobals: reads a time that was given, reads no clock
  const timeMs = ISO_TIME.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(timeMs)) throw new InvalidArgumentError('It is a time such as 2026-01-31 or 2026-01-31T12:00:00Z.');
  return timeMs;
};

export const start = (text: string): 'beginning' | 'end' | number =>
  text === 'beginning' || text === 'end' ? text : isoTime(text);

const kebab = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** Full names of topics by their short ones: `messages`, `account-notices`, `outbound-dead-letters`. */
export const SHORT_NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries(topics).map(([name, topic]) => [kebab(name), topic.name]),
);

/** A topic of the contract by its short or full name; any other full name is taken as it is. */
export const topicName = (text: string): string => {
  const full = SHORT_NAMES.get(text) ?? (text.includes('.') ? text : undefined);
  if (full === undefined) {
    throw new InvalidArgumentError(`It is one of ${[...SHORT_NAMES.keys()].join(', ')}, or the full name of a topic.`);
  }
  return full;
};
