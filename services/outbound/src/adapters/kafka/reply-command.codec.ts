import { type Decoded, decodeWith, HEADERS, type IncomingRecord } from '@tiktok-channel/platform/kafka';
import { storableText } from '@tiktok-channel/platform/kernel';
import type { Codec, DecodedRecord } from '@tiktok-channel/schemas';
import { z } from 'zod';
import type { IncomingCommand } from '../../application/ports.ts';
import type { CancelReply, CommandOrigin, SendReply } from '../../domain/send-reply.ts';

/**
 * A command that nobody could be answered about, having no reply id, is a dead letter; so is one newer than this code. One that
 * came as JSON, in place of Avro, is answered that it is invalid if its reply id can be read.
 */
export const createReplyCommandDecoder = (codec: Pick<Codec, 'decode'>) => {
  const decode = decodeWith(() => codec, commandOf);
  return async (record: IncomingRecord): Promise<Decoded<IncomingCommand>> => {
    const decoded = await decode(record);
    const isUnreadable = decoded.kind === 'deadLetter' && decoded.reason === 'undecodable';
    const malformed = isUnreadable ? malformedCommand(record) : null;
    if (malformed === null) return decoded;
    return { kind: 'record', value: { kind: 'reply', command: malformed, origin: cleaned(originOf(record)) } };
  };
};

const commandOf = (decoded: DecodedRecord, record: IncomingRecord): Decoded<IncomingCommand> => {
  if (decoded.name !== 'SendReply' && decoded.name !== 'CancelReply') {
    return { kind: 'deadLetter', reason: 'unknown_record_type' };
  }
  if (decoded.value.replyId.trim() === '') return { kind: 'deadLetter', reason: 'reply_id_missing' };
  if (decoded.name === 'CancelReply') {
    return { kind: 'record', value: { kind: 'cancel', command: cleaned<CancelReply>(decoded.value) } };
  }
  const command = cleaned<SendReply>(decoded.value);
  return { kind: 'record', value: { kind: 'reply', command, origin: cleaned(originOf(record)) } };
};

const readableIds = z.object({
  replyId: z.string().regex(/\S/),
  channelId: z.string().catch(''),
  conversationId: z.string().nullable().catch(null),
});

/** Without content, so that it is refused as what it is: nothing in it is trusted but its ids. */
const malformedCommand = ({ key, value, timestampMs: requestedAt }: IncomingRecord): SendReply | null => {
  const parsed = readableIds.safeParse(jsonOrNull(value));
  if (!parsed.success) return null;
  const ids = { ...parsed.data, conversationId: parsed.data.conversationId ?? key ?? '' };
  const nothing = { text: null, attachments: [], quotedMessageId: null, retryOf: null, requestedBy: null };
  return { ...cleaned(ids), ...nothing, action: 'UNSUPPORTED', requestedAt, expiresAt: null };
};

const jsonOrNull = (value: Buffer | null): unknown => {
  try {
    return JSON.parse(value?.toString('utf8') ?? '');
  } catch {
    // It is no JSON either.
    return null;
  }
};

const originOf = ({ headers }: IncomingRecord): CommandOrigin => ({
  eventId: headers[HEADERS.id] ?? null,
  correlationId: headers[HEADERS.correlationId] ?? headers[HEADERS.id] ?? null,
  traceparent: headers[HEADERS.traceParent] ?? null,
});

/** U+0000 and lone surrogates, which neither JSON in PostgreSQL nor UTF-8 can hold, become U+FFFD. */
const cleaned = <T>(value: T): T => cleanedField(value) as T;

const cleanedField = (value: unknown): unknown => {
  if (typeof value === 'string') return storableText(value);
  if (Array.isArray(value)) return value.map(cleanedField);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, cleanedField(field)]));
};
