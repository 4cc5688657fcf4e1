/**
 * Fields whose text is an id, an enum, a code or the name of a thing: all that is printed without being asked for. What is not
 * named here is a person's words or name, or raw content, and is printed by its length alone (promise 7). A spec looks at
 * every text field of every record, so that a new one is sorted in on purpose.
 */
export const SHOWN_FIELDS: ReadonlySet<string> = new Set([
  ...['accountId', 'actor', 'adId', 'advertiserId', 'autoMessageId', 'buttonId', 'channelId', 'commentId'],
  ...['conversationId', 'itemId', 'logId', 'materialId', 'mediaId', 'messageId', 'quotedMessageId', 'replyId'],
  ...['requestId', 'requestedBy', 'resumeAfter', 'retryOf', 'subject', 'userId', 'videoId', 'reference'],
  ...['action', 'auditStatus', 'autoMessageType', 'automaticMessageType', 'code', 'detail', 'direction', 'event'],
  ...['grantedScopes', 'kind', 'missingScopes', 'operation', 'origin', 'prefilledMessageAudit', 'reason', 'role'],
  ...['rule', 'source', 'state', 'status', 'statusReason', 'tiktokSource', 'tiktokType', 'type'],
  // Of the failure catalogue: our own sentences.
  ...['message', 'advice'],
]);

/** Words all the same, where they stand: the record, or the field around them, and the field. */
export const HIDDEN_PLACES: ReadonlySet<string> = new Set(['OperatorActed.reason', 'tiktok.message']);

const isHidden = (around: string, field: string): boolean =>
  !SHOWN_FIELDS.has(field) || HIDDEN_PLACES.has(`${around}.${field}`);

/** Where a text stands: the record or the field around it, and its field. */
export interface Place {
  readonly around: string;
  readonly field: string;
}

/** How the text and the bytes of a record are told. */
export interface Telling {
  readonly text: (place: Place, text: string) => string;
  readonly bytes: (bytes: Uint8Array) => string;
}

/** A length in place of what only `--words` shows. */
export const hidingWords: Telling = {
  text: ({ around, field }, text) => (isHidden(around, field) ? `‹${counted(codePoints(text), 'character')}›` : text),
  bytes: ({ length }) => `‹${counted(length, 'byte')}›`,
};

/** Everything whole; bytes as the text that they are, or else in Base64. */
export const showingWords: Telling = { text: (_place, text) => text, bytes: (bytes) => textOf(bytes) };

/** The same value, its text and bytes as they are told. `name`: of the record. */
export const told = (name: string, value: unknown, telling: Telling): unknown =>
  retell({ around: name, field: '' }, value, telling);

const retell = (place: Place, value: unknown, telling: Telling): unknown => {
  if (typeof value === 'string') return telling.text(place, value);
  if (value instanceof Uint8Array) return telling.bytes(value);
  if (Array.isArray(value)) return value.map((item) => retell(place, item, telling));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([field, inner]) => [field, retell(inside(place, field), inner, telling)]),
  );
};

/** The place of a field of the value at `place`. */
export const inside = ({ around, field: outer }: Place, field: string): Place => ({
  around: outer === '' ? around : outer,
  field,
});

export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** Characters as people count them, roughly. */
const codePoints = (text: string): number => Array.from(text).length;

const textOf = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // No text: every byte has to be told all the same.
    return `base64:${Buffer.from(bytes).toString('base64')}`;
  }
};
