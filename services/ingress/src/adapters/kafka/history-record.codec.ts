import { cloudEventHeaders, type Decoded, decodeWith, type OutgoingRecord } from '@tiktok-channel/platform/kafka';
import { eventIds } from '@tiktok-channel/platform/kernel';
import { type Codec, type DecodedRecord, type RecordName, topics } from '@tiktok-channel/schemas';
import type { ImportProgress } from '../../domain/history/import-progress.ts';
import type { HistoryRequest } from '../../domain/records.ts';
import { SOURCE } from './event.codec.ts';

/** The records that the history process writes. */
export const HISTORY_RECORDS = [
  'MessageReceived',
  'MessageEchoed',
  'ReactionChanged',
  'ReferralReceived',
  'HistoryImportProgressed',
] as const satisfies readonly RecordName[];

/** A request as its consumer takes it. */
export const createDecodeRequest = (codec: Codec) => decodeWith(() => codec, requestIn);

const requestIn = (decoded: DecodedRecord): Decoded<HistoryRequest> =>
  decoded.name === 'ImportHistory'
    ? { kind: 'record', value: decoded.value }
    : { kind: 'skip', reason: 'no_history_request' };

export const progressRecord = (progress: ImportProgress, codec: Codec): OutgoingRecord => {
  const { channelId, at } = progress;
  const type = codec.fullName('HistoryImportProgressed');
  return {
    topic: topics.accountNotices.name,
    key: channelId,
    value: codec.encode('HistoryImportProgressed', progress),
    headers: cloudEventHeaders({
      id: eventIds.historyProgress(type, channelId, progress),
      source: SOURCE,
      type,
      timeMs: at,
      subject: channelId,
      partitionKey: channelId,
      correlationId: progress.requestId,
    }),
  };
};
