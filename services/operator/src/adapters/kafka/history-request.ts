import { cloudEventHeaders } from '@tiktok-channel/platform/kafka';
import { type Clock, eventIds } from '@tiktok-channel/platform/kernel';
import { type Codec, topics } from '@tiktok-channel/schemas';
import type { RequestHistory } from '../../application/ports.ts';
import { OperatorFailure } from '../../domain/failure.ts';
import { type Connection, kafkaAway } from './connection.ts';
import { sendRecord } from './send-record.ts';

/** Writes `ImportHistory`. */
export const createRequestHistory =
  ({ connection, codec, clock }: { connection: Connection; codec: Codec; clock: Clock }): RequestHistory =>
  async ({ requestId, channelId, conversationId, actor }) => {
    const atMs = clock.now();
    const type = codec.fullName('ImportHistory');
    const value = codec.encode('ImportHistory', {
      requestId,
      channelId,
      conversationId,
      noticedAt: null,
      reason: 'requested',
      requestedBy: actor,
      requestedAt: atMs,
    });
    const headers = cloudEventHeaders({
      id: eventIds.historyRequest(type, channelId, requestId),
      source: '/tiktok-channel/operator',
      type,
      timeMs: atMs,
      subject: channelId,
      partitionKey: channelId,
    });
    try {
      await sendRecord(connection, { topic: topics.historyRequests.name, key: channelId, value, headers });
    } catch (error) {
      throw error instanceof OperatorFailure ? error : kafkaAway(connection, error);
    }
  };
