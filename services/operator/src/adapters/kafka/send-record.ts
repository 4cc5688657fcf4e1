import type { OutgoingRecord } from '@tiktok-channel/platform/kafka';
import { type Connection, withAdmin } from './connection.ts';

/** Sends one record, and rejects when the broker does not answer: a producer alone would wait for it without bound. */
export const sendRecord = async (connection: Connection, record: OutgoingRecord): Promise<void> => {
  const producer = connection.kafka.createProducer();
  try {
    await withAdmin(connection, (admin) => admin.logRanges(record.topic));
    await producer.start();
    await producer.send([record]);
  } finally {
    await producer.stop();
  }
};
