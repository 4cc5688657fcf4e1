import { HEADERS, type IncomingRecord, type Kafka } from '@tiktok-channel/platform/kafka';
import type { Clock } from '@tiktok-channel/platform/kernel';
import { type Codec, CodecError, type DecodedRecord, topics } from '@tiktok-channel/schemas';
import type { ImportProgress } from '../../domain/history/import-progress.ts';
import type { HistoryRequest } from '../../domain/records.ts';
import { readToEnd } from './read-to-end.ts';

/** What the topics know of imports: all requests that are kept, and how far each of them is. */
export interface ImportLog {
  readonly requests: readonly HistoryRequest[];
  readonly progress: readonly ImportProgress[];
}

const DAY_MS = 86_400_000;
/** Reports are kept for ever; those on requests that are gone are of no use. */
const READ_BACK_MS = (topics.historyRequests.retentionDays + 1) * DAY_MS;

/**
 * There is no database: what is left to do follows from two topics. `clock` is the machine's, whose time records carry.
 * Rejects while broker or registry do not answer.
 */
export const readImportLog = async ({
  kafka,
  codec,
  clock,
  signal,
}: {
  readonly kafka: Kafka;
  readonly codec: Codec;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}): Promise<ImportLog> => {
  const requests: HistoryRequest[] = [];
  const progress: ImportProgress[] = [];
  const reportType = codec.fullName('HistoryImportProgressed');

  const takeRequests = async (records: readonly IncomingRecord[]): Promise<void> => {
    for (const { value } of records) {
      const decoded = await decodedOrNull(codec, value);
      if (decoded?.name === 'ImportHistory') requests.push(decoded.value);
    }
  };
  const takeProgress = async (records: readonly IncomingRecord[]): Promise<void> => {
    for (const { headers, value } of records) {
      if (headers[HEADERS.type] !== reportType) continue;
      const decoded = await decodedOrNull(codec, value);
      if (decoded?.name === 'HistoryImportProgressed') progress.push(decoded.value);
    }
  };
  const sinceMs = clock.now() - READ_BACK_MS;
  await Promise.all([
    readToEnd(kafka, { topic: topics.historyRequests.name, sinceMs: null, take: takeRequests, signal }),
    readToEnd(kafka, { topic: topics.accountNotices.name, sinceMs, take: takeProgress, signal }),
  ]);
  return { requests, progress };
};

/** Null for bytes that are no record: the consumer makes them dead letters. */
const decodedOrNull = async (codec: Codec, value: Buffer | null): Promise<DecodedRecord | null> => {
  try {
    return await codec.decode(value);
  } catch (error) {
    if (error instanceof CodecError && error.code === 'undecodable') return null;
    throw error;
  }
};
