import { dateAt } from '@tiktok-channel/platform/clock';
import type { Reading, ReadRecord } from '../../application/ports.ts';
import { counted, hidingWords, inside, type Place, showingWords, type Telling, told } from '../../domain/words.ts';
import { harmless, type Terminal } from './terminal.ts';

/** One line for a person: time (UTC), place, type, key, and what it says. */
export const recordLine = (
  record: ReadRecord,
  { style, words }: Pick<Terminal, 'style'> & { words: boolean },
): string => {
  const { timestampMs, partition, offset, key, headers, reading } = record;
  const parts = [
    style('dim', timeOf(timestampMs)),
    style('dim', `${partition}@${offset}`),
    titleOf(reading, style),
    style('yellow', key === null ? '-' : harmless(key)),
    ...deadLetterParts(headers).map((part) => style('red', part)),
    ...sayings(reading, key, words),
  ];
  return parts.join('  ');
};

/** The same for a machine: one JSON object, everything in it. */
export const recordJson = (record: ReadRecord, words: boolean): string => {
  const { partition, offset, timestampMs, key, headers, reading } = record;
  const place = { partition, offset: String(offset), time: dateAt(timestampMs).toISOString(), key, headers };
  return JSON.stringify({ ...place, ...contentOf(reading, words) });
};

const contentOf = (reading: Reading, words: boolean): object => {
  switch (reading.kind) {
    case 'record':
      return { type: reading.name, value: told(reading.name, reading.value, tellingOf(words)) };
    case 'unknownType':
      return { type: reading.fullName, value: null, unreadable: 'its type is newer than this version' };
    case 'undecodable':
      return { type: null, value: null, unreadable: reading.reason, sizeBytes: reading.sizeBytes };
    default:
      return { type: null, value: null };
  }
};

const tellingOf = (words: boolean): Telling => (words ? showingWords : hidingWords);

const timeOf = (timestampMs: number): string => dateAt(timestampMs).toISOString().replace('T', ' ').replace('Z', '');

const titleOf = (reading: Reading, style: Terminal['style']): string => {
  switch (reading.kind) {
    case 'record':
      return style('cyan', reading.name);
    case 'unknownType':
      return style('magenta', harmless(reading.fullName));
    case 'undecodable':
      return style('red', 'undecodable');
    default:
      return style('dim', 'tombstone');
  }
};

const sayings = (reading: Reading, key: string | null, words: boolean): readonly string[] => {
  switch (reading.kind) {
    case 'record':
      return fieldsOf({ around: reading.name, field: '' }, reading.value, tellingOf(words)).filter(
        (field) => key === null || !field.endsWith(`=${harmless(key)}`),
      );
    case 'unknownType':
      return ['(a type newer than this version)'];
    case 'undecodable':
      return [`${reading.reason} (${counted(reading.sizeBytes, 'byte')})`];
    default:
      return [];
  }
};

/** Of no interest to somebody who watches; `--json` has them. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  ...['rawContent', 'rawBody', 'receivedAt', 'logId', 'tiktokType'],
  ...['recipient', 'isFollower', 'profileImageUrl', 'avatarUrl'],
]);

/** Fields that hold times, by their place in the schemas: `…At`, `at`, and the read marks. */
const TIME = /(?:^at|At|From|Until|until|UpTo)$/;

interface Field {
  readonly path: string;
  readonly place: Place;
  readonly value: unknown;
}

/** `path=value` of everything that says something. */
const fieldsOf = (top: Place, value: object, telling: Telling): readonly string[] => {
  const fields: string[] = [];
  const visit = ({ path, place, value }: Field): void => {
    if (value === null || value === undefined) return;
    if (isSaying(value)) fields.push(`${path}=${sayingOf(path, place, value, telling)}`);
    else for (const inner of insideOf({ path, place, value })) visit(inner);
  };
  visit({ path: '', place: top, value });
  return fields;
};

/** What is told as one: anything but records and lists of records. An empty list says nothing. */
const isSaying = (value: unknown): boolean => {
  if (Array.isArray(value)) return value.length > 0 && value.every((item) => typeof item !== 'object');
  return typeof value !== 'object' || value instanceof Uint8Array;
};

const insideOf = ({ path, place, value }: Field): readonly Field[] => {
  if (Array.isArray(value)) return value.map((item, index) => ({ path: `${path}[${index}]`, place, value: item }));
  const before = path === '' ? '' : `${path}.`;
  return Object.entries(Object(value))
    .filter(([name]) => !LEFT_OUT.has(name))
    .map(([name, inner]) => ({ path: `${before}${name}`, place: inside(place, name), value: inner }));
};

const sayingOf = (path: string, place: Place, value: unknown, telling: Telling): string => {
  if (typeof value === 'string') return harmless(telling.text(place, value));
  if (value instanceof Uint8Array) return harmless(telling.bytes(value));
  if (Array.isArray(value)) return value.map((item) => sayingOf(path, place, item, telling)).join(',');
  return typeof value === 'number' && TIME.test(path) ? timeText(value) : String(value);
};

/** The widest times that JavaScript knows. */
const LARGEST_TIME_MS = 8.64e15;

const timeText = (timeMs: number): string =>
  Math.abs(timeMs) > LARGEST_TIME_MS ? String(timeMs) : dateAt(timeMs).toISOString();

/** `dlq_reason=…` and its siblings of a dead letter. */
const deadLetterParts = (headers: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(headers)
    .filter(([name]) => name.startsWith('dlq_'))
    .map(([name, value]) => `${harmless(name)}=${harmless(value)}`);
