import type { Kafka as KafkaJs, KafkaMessage } from 'kafkajs';
import { incomingRecord } from './incoming-record.ts';
import type { IncomingRecord, TopicPartition } from './records.ts';
import type { TopicPrefix } from './topic-prefix.ts';

/** Reads pieces of a log without a group: at once, from any place, and leaving nothing behind. */
export interface LogFetcher {
  /** In the order of the log. What was handed over is not kept: at most one answer of the broker is held. */
  read(partition: TopicPartition, range: { readonly from: bigint; readonly to: bigint }): AsyncIterable<IncomingRecord>;
  close(): Promise<void>;
}

/** What kafkajs has inside and does not offer: the consumer of a group is its one way to read (decision 0070). */
interface Cluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  addTargetTopic(topic: string): Promise<void>;
  refreshMetadata(): Promise<void>;
  findLeaderForPartitions(topic: string, partitions: readonly number[]): Readonly<Record<string, readonly number[]>>;
  findBroker(node: { readonly nodeId: string }): Promise<Broker>;
}

interface Broker {
  fetch(request: object): Promise<{ readonly responses: readonly FetchedTopic[] }>;
}

interface FetchedTopic {
  readonly partitions: readonly {
    readonly messages: readonly (KafkaMessage & { readonly isControlRecord?: boolean })[];
  }[];
}

const CREATE_CLUSTER = 'private:Kafka:createCluster';
const METADATA_MAX_AGE_MS = 300_000;
/** Nothing of a transaction that is open. Those that were aborted would have to be sorted out: no topic that is read here has any. */
const READ_COMMITTED = 1;
const NOT_A_REPLICA = -1;
const FETCH_BYTES = 1_024 * 1_024;
const MAX_WAIT_MS = 300;

export const createLogFetcher = (kafkaJs: KafkaJs, prefix: TopicPrefix): LogFetcher => {
  let opened: Promise<Cluster> | null = null;

  const open = async (): Promise<Cluster> => {
    const cluster = createCluster(kafkaJs);
    await cluster.connect();
    return cluster;
  };
  const current = (): Promise<Cluster> => {
    opened ??= open().catch((error: unknown) => {
      opened = null;
      throw error;
    });
    return opened;
  };

  const fetchOnce = async (place: TopicPartition, from: bigint): Promise<readonly KafkaMessage[]> => {
    const cluster = await current();
    const topic = prefix.add(place.topic);
    await cluster.addTargetTopic(topic);
    const leaders = cluster.findLeaderForPartitions(topic, [place.partition]);
    const [nodeId] = Object.keys(leaders);
    if (nodeId === undefined) return [];
    const broker = await cluster.findBroker({ nodeId });
    const { responses } = await broker.fetch(fetchRequest(topic, place.partition, from));
    return responses.flatMap(({ partitions }) => partitions.flatMap(({ messages }) => messages));
  };

  /** A leader that has moved is looked up anew, once. */
  const fetchFrom = async (place: TopicPartition, from: bigint): Promise<readonly KafkaMessage[]> => {
    try {
      return await fetchOnce(place, from);
    } catch {
      const cluster = await current();
      await cluster.refreshMetadata();
      return fetchOnce(place, from);
    }
  };

  return {
    async *read(place, { from, to }) {
      let next = from;
      while (next < to) {
        const messages = await fetchFrom(place, next);
        const last = messages.at(-1);
        if (last === undefined) return;
        for (const message of messages.filter(isWithin(next, to))) yield incomingRecord(place, message);
        next = BigInt(last.offset) + 1n;
      }
    },
    async close() {
      const cluster = await opened?.catch(() => null);
      opened = null;
      await cluster?.disconnect();
    },
  };
};

const fetchRequest = (topic: string, partition: number, from: bigint): object => ({
  replicaId: NOT_A_REPLICA,
  isolationLevel: READ_COMMITTED,
  maxWaitTime: MAX_WAIT_MS,
  minBytes: 1,
  maxBytes: FETCH_BYTES,
  topics: [{ topic, partitions: [{ partition, fetchOffset: String(from), maxBytes: FETCH_BYTES }] }],
});

/** A fetch begins with the batch that holds its offset, so that records before it may come along. */
const isWithin =
  (from: bigint, to: bigint) =>
  ({ offset, isControlRecord = false }: KafkaMessage & { readonly isControlRecord?: boolean }): boolean =>
    !isControlRecord && BigInt(offset) >= from && BigInt(offset) < to;

const createCluster = (kafkaJs: KafkaJs): Cluster => {
  const symbol = Object.getOwnPropertySymbols(kafkaJs).find(({ description }) => description === CREATE_CLUSTER);
  const create = symbol && (kafkaJs as unknown as Record<symbol, unknown>)[symbol];
  if (typeof create !== 'function') throw new TypeError('kafkajs no longer makes its cluster where it did');
  return create({
    metadataMaxAge: METADATA_MAX_AGE_MS,
    allowAutoTopicCreation: false,
    isolationLevel: READ_COMMITTED,
  }) as Cluster;
};
