import { randomUUID } from 'node:crypto';
import type { Clock } from '@tiktok-channel/platform/kernel';
import { auditRecord } from '@tiktok-channel/platform/operator-api';
import { type Codec, topics } from '@tiktok-channel/schemas';
import type { RecordAct } from '../../application/ports.ts';
import { OperatorFailure } from '../../domain/failure.ts';
import { type Connection, kafkaAway } from './connection.ts';
import { sendRecord } from './send-record.ts';

/** Writes `OperatorActed`. An act of an operator is of no account, so its record has no key. */
export const createRecordAct =
  ({ connection, codec, clock }: { connection: Connection; codec: Codec; clock: Clock }): RecordAct =>
  async (act) => {
    const { record } = auditRecord(
      { codec, topic: topics.audit.name, source: '/tiktok-channel/operator' },
      { ...act, accountId: null, role: 'operator', story: `act-${randomUUID()}`, step: 1, atMs: clock.now() },
    );
    try {
      await sendRecord(connection, record);
    } catch (error) {
      const { message, next } = error instanceof OperatorFailure ? error : kafkaAway(connection, error);
      throw new OperatorFailure(`nothing was done, since it could not be put on record: ${message}`, next);
    }
  };
