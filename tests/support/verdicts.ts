import { randomUUID } from 'node:crypto';
import { createKafka, HEADERS, type IncomingRecord } from '@tiktok-channel/platform/kafka';
import { createRecordingLogger } from '@tiktok-channel/platform/testing';
import { createCodec, topics } from '@tiktok-channel/schemas';
import type { RunningSystem } from './system.ts';

export interface VerdictReader {
  /** Names of the verdicts of a reply; a record that was published twice counts once. */
  verdictsOn(replyId: string): readonly string[];
  stop(): Promise<void>;
}

interface Status {
  readonly replyId: string;
  readonly settled?: boolean;
  readonly corrects?: string | null;
}

const VERDICTS = new Set(['ReplySent', 'ReplyFailed', 'ReplyCancelled', 'ReplyOutcomeUnknown']);

/** Reads what a running system says of its replies, as any other team's service would. */
export const readVerdicts = async ({ addresses, topicPrefix }: RunningSystem): Promise<VerdictReader> => {
  const kafka = createKafka({
    settings: { brokers: addresses.kafka.split(','), topicPrefix, clientId: 'verdicts' },
    logger: createRecordingLogger(),
  });
  const codec = await createCodec({ registry: { url: addresses.schemaRegistry }, writes: [] });
  const found = new Map<string, Map<string, string>>();
  const note = async (record: IncomingRecord): Promise<void> => {
    const { name, value } = (await codec.decode(record.value)) as never as { name: string; value: Status };
    const isVerdict = VERDICTS.has(name) && (name !== 'ReplyOutcomeUnknown' || value.settled === true);
    if (!isVerdict || value.corrects) return;
    const verdicts = found.get(value.replyId) ?? new Map<string, string>();
    found.set(value.replyId, verdicts.set(record.headers[HEADERS.id] ?? randomUUID(), name));
  };
  const consumer = kafka.createConsumer<IncomingRecord>({
    group: `verdicts-${randomUUID()}`,
    topics: [topics.statuses.name],
    decode: (record) => ({ kind: 'record', value: record }),
    apply: async ({ records }) => {
      for (const { value } of records) await note(value);

      return { kind: 'done' };
    },
    deadLetters: { producer: { send: () => Promise.reject(new Error('a reader writes none')) }, topic: 'none' },
    onFatal: (error) => {
      throw error;
    },
  });
  await consumer.start();

  return {
    verdictsOn: (replyId) => [...(found.get(replyId)?.values() ?? [])],
    stop: () => consumer.stop(),
  };
};
