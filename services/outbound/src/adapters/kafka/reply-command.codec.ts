import { type Decoded, decodeWith, HEADERS, type IncomingRecord } from '@tiktok-channel/platform/kafka';
import { storableText } from '@tiktok-channel/platform/kernel';
import type { Codec, DecodedRecord } from '@tiktok-channel/schemas';
import { z } from 'zod';
import type { IncomingCommand } from '../../application/ports.ts';
import type { CancelReply, CommandOrigin, SendReply } from '../../domain/send-reply.ts';
import { leadingStrings } from './leading-strings.ts';

/**
 * A command that nobody could be answered about, having no reply id, is a dead letter; so is one newer than this code. One that
 * came as JSON, in place of Avro, or whose bytes fit only at their beginning, is answered that it is invalid if its reply id can be read.
 */
export const createReplyCommandDecoder = (codec: Pick<Codec, 'decode' | 'fullName'>) => {
  const decode = decodeWith(() => codec, commandOf);
  return async (record: IncomingRecord): Promise<Decoded<IncomingCommand>> => {
    const decoded = await decode(record);
    const isUnreadable = decoded.kind === 'deadLetter' && decoded.reason === 'undecodable';
    const ids = isUnreadable ? (idsInJson(record) ?? idsInAvro(record, codec.fullName('SendReply'))) : null;
    if (ids === null) return decoded;
    const command = malformedCommand(record, ids);
    return { kind: 'record', value: { kind: 'reply', command, origin: cleaned(originOf(record)) } };
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

type ReadableIds = z.infer<typeof readableIds>;

const idsInJson = ({ value }: IncomingRecord): ReadableIds | null =>
  readableIds.safeParse(jsonOrNull(value)).data ?? null;

/** The ids stand first. A command that says of itself to be another takes none back, and asks for none. */
const idsInAvro = ({ value, headers }: IncomingRecord, sendReply: string): ReadableIds | null => {
  if (value === null || headers[HEADERS.type] !== sendReply) return null;
  const [replyId, channelId, conversationId] = leadingStrings(value, 3) ?? [];
  return readableIds.safeParse({ replyId, channelId, conversationId }).data ?? null;
};

/** Without content, so that it is refused as what it is: nothing in it is trusted but its ids. */
const malformedCommand = ({ key, timestampMs: requestedAt }: IncomingRecord, ids: ReadableIds): SendReply => {
  const nothing = { text: null, attachments: [], quotedMessageId: null, retryOf: null, requestedBy: null };
  const command = { ...cleaned(ids), ...nothing, action: 'UNSUPPORTED', requestedAt, expiresAt: null } as const;
  return { ...command, conversationId: command.conversationId ?? storableText(key ?? '') };
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
