import { randomUUID } from 'node:crypto';
import { cloudEventHeaders } from '@tiktok-channel/platform/kafka';
import type { Clock } from '@tiktok-channel/platform/kernel';
import { type Codec, topics } from '@tiktok-channel/schemas';
import type { RecordAct } from '../../application/ports.ts';
import { OperatorFailure } from '../../domain/failure.ts';
import { type Connection, kafkaAway, withAdmin } from './connection.ts';

/** Writes `OperatorActed`. An act of an operator is of no account, so its record has no key. */
export const createRecordAct =
  ({ connection, codec, clock }: { connection: Connection; codec: Codec; clock: Clock }): RecordAct =>
  async ({ actor, action, subject, reason }) => {
    const atMs = clock.now();
    const act = { accountId: null, actor, role: 'operator', action, subject, reason, at: atMs };
    const headers = cloudEventHeaders({
      id: randomUUID(),
      source: '/tiktok-channel/operator',
      type: codec.fullName('OperatorActed'),
      timeMs: atMs,
      subject: subject ?? undefined,
    });
    const producer = connection.kafka.createProducer();
    try {
      // A producer waits for its broker without bound; whoever waits for this command shall be told.
      await withAdmin(connection, (admin) => admin.logRanges(topics.audit.name));
      await producer.start();
      await producer.send([
        { topic: topics.audit.name, key: null, value: codec.encode('OperatorActed', act), headers },
      ]);
    } catch (error) {
      const { message, next } = error instanceof OperatorFailure ? error : kafkaAway(connection, error);
      throw new OperatorFailure(`nothing was done, since it could not be put on record: ${message}`, next);
    } finally {
      await producer.stop();
    }
  };
