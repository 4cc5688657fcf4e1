import { type Decoded, HEADERS, type IncomingRecord } from '@tiktok-channel/platform/kafka';
import { storableText } from '@tiktok-channel/platform/kernel';
import { type Codec, CodecError, type DecodedRecord } from '@tiktok-channel/schemas';
import type { IncomingCommand } from '../../application/ports.ts';
import type { SendReply } from '../../domain/send-reply.ts';

const ASK_AGAIN_AFTER_MS = 1_000;

/** `undecodable`: the bytes are at fault; `registry_unavailable`: wait. */
export const decodeWith = async <T>(
  codec: Pick<Codec, 'decode'>,
  record: IncomingRecord,
  read: (decoded: DecodedRecord) => Decoded<T>,
): Promise<Decoded<T>> => {
  try {
    return read(await codec.decode(record.value));
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    return error.code === 'undecodable'
      ? { kind: 'deadLetter', reason: 'undecodable' }
      : { kind: 'retry', reason: 'registry_unavailable', afterMs: ASK_AGAIN_AFTER_MS };
  }
};

/** A command that nobody could be answered about, having no reply id, is a dead letter; so is one newer than this code. */
export const createReplyCommandDecoder = (codec: Pick<Codec, 'decode'>) => (record: IncomingRecord) =>
  decodeWith<IncomingCommand>(codec, record, (decoded) => {
    if (decoded.name !== 'SendReply') return { kind: 'deadLetter', reason: 'unknown_record_type' };
    const command = cleaned(decoded.value) as SendReply;
    if (command.replyId.trim() === '') return { kind: 'deadLetter', reason: 'reply_id_missing' };
    return { kind: 'record', value: { command, origin: cleaned(originOf(record)) as IncomingCommand['origin'] } };
  });

const originOf = ({ headers }: IncomingRecord): IncomingCommand['origin'] => ({
  eventId: headers[HEADERS.id] ?? null,
  correlationId: headers[HEADERS.correlationId] ?? headers[HEADERS.id] ?? null,
  traceparent: headers[HEADERS.traceParent] ?? null,
});

/** U+0000 and lone surrogates, which neither JSON in PostgreSQL nor UTF-8 can hold, become U+FFFD. */
const cleaned = (value: unknown): unknown => {
  if (typeof value === 'string') return storableText(value);
  if (Array.isArray(value)) return value.map(cleaned);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, cleaned(field)]));
};
