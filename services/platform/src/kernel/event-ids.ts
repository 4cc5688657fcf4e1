import { naturalId } from './natural-id.ts';

/**
 * The table of natural ids (`ce_id`): which parts make two records the same fact, per source. A redelivery and a
 * history import of one message have one id. `type` is the full record name.
 */
export const eventIds = {
  message: (type: string, channelId: string, messageId: string) => naturalId([type, channelId, messageId]),
  reaction: (type: string, channelId: string, reaction: ReactionKey) =>
    naturalId([
      type,
      channelId,
      reaction.messageId,
      reaction.personId ?? '',
      reaction.emoji ?? withoutQuery(reaction.emojiUrl ?? ''),
      reaction.operation,
      secondOf(reaction.atMs),
    ]),
  referral: (type: string, channelId: string, { conversationId, reference, atMs }: ReferralKey) =>
    naturalId([type, channelId, conversationId, reference ?? '', secondOf(atMs)]),
  readMark: (type: string, channelId: string, conversationId: string, readUpToMs: number) =>
    naturalId([type, channelId, conversationId, String(readUpToMs)]),
  /** `content` as parsed, long numbers as their digits. */
  notice: (type: string, channelId: string, content: unknown) => naturalId([type, channelId, canonicalJson(content)]),
  /** Its content is the reason alone, so that the time takes part (decision 0022). */
  authorizationRemoved: (type: string, channelId: string, content: unknown, atMs: number | null) =>
    naturalId([type, channelId, canonicalJson(content), atMs === null ? '' : secondOf(atMs)]),
  unrecognized: (type: string, channelId: string | null, rawBody: Uint8Array) =>
    naturalId([type, channelId ?? '', Buffer.from(rawBody).toString('latin1')]),
  /** For what comes from an outbox. */
  streamEvent: (type: string, channelId: string, streamId: string, version: number) =>
    naturalId([type, channelId, streamId, String(version)]),
  snapshot: (type: string, channelId: string, conversationId: string, revision: number) =>
    naturalId([type, channelId, conversationId, String(revision)]),
  /** The kind of command is its type: a reply is sent once and cancelled once. */
  command: (type: string, channelId: string, replyId: string) => naturalId([type, channelId, replyId]),
  historyRequest: (type: string, channelId: string, requestId: string) => naturalId([type, channelId, requestId]),
  historyProgress: (type: string, channelId: string, { requestId, state, resumeAfter }: HistoryProgressKey) =>
    naturalId([type, channelId, requestId, state, resumeAfter ?? '']),
} as const;

interface ReactionKey {
  /** The message that was reacted to. */
  readonly messageId: string;
  readonly personId: string | null;
  readonly emoji: string | null;
  /** Of an emoji made by AI. Its query is when the address expires, which differs between a webhook and a history. */
  readonly emojiUrl: string | null;
  /** A reaction that a history shows was ADDED. */
  readonly operation: string;
  readonly atMs: number;
}

interface ReferralKey {
  readonly conversationId: string;
  /** The ad's id, or the link's reference. */
  readonly reference: string | null;
  /** When the ad was clicked, which both sources tell; of a link when the person entered, which only a webhook does. */
  readonly atMs: number;
}

interface HistoryProgressKey {
  readonly requestId: string;
  readonly state: string;
  readonly resumeAfter: string | null;
}

/** One source has milliseconds, another seconds. */
const secondOf = (atMs: number): string => String(Math.floor(atMs / 1_000));

const withoutQuery = (url: string): string => {
  const query = url.indexOf('?');
  return query < 0 ? url : url.slice(0, query);
};

type Piece = { readonly text: string } | { readonly value: unknown };

/**
 * JSON with sorted keys and well-formed strings, as they are once stored. With a stack of its own, since content may be
 * nested deeper than calls can be.
 */
const canonicalJson = (content: unknown): string => {
  const pieces: Piece[] = [{ value: content }];
  let json = '';
  for (let piece = pieces.pop(); piece !== undefined; piece = pieces.pop()) {
    if ('text' in piece) json += piece.text;
    else if (typeof piece.value !== 'object' || piece.value === null) json += scalar(piece.value);
    else for (const inner of piecesOf(piece.value).reverse()) pieces.push(inner);
  }
  return json;
};

const piecesOf = (value: object): Piece[] => {
  const isList = Array.isArray(value);
  const members = isList ? value.map((item) => member('', item)) : Object.entries(value).sort(byKey).map(named);
  const separated = members.flatMap((pieces, index) => (index === 0 ? pieces : [{ text: ',' }, ...pieces]));
  return [{ text: isList ? '[' : '{' }, ...separated, { text: isList ? ']' : '}' }];
};

const member = (label: string, value: unknown): Piece[] => [{ text: label }, { value }];

const named = ([key, value]: [string, unknown]): Piece[] => member(`${scalar(key)}:`, value);

const byKey = ([one]: [string, unknown], [other]: [string, unknown]): number => (one < other ? -1 : 1);

const scalar = (value: unknown): string =>
  typeof value === 'string' ? JSON.stringify(value.toWellFormed()) : String(value);
