import { type Admin, HEADERS, type IncomingRecord, type LogRange } from '../kafka/index.ts';
import type { Logger } from '../kernel/index.ts';
import { type DeadLetterSummary, type LetterPlace, placeOf, placeText, summaryOf } from './dead-letter.ts';
import type { Stretch } from './newest-first.ts';
import { onBroker } from './on-broker.ts';

/** A service's dead letters and what was given back of them, as the two topics have them; nothing else is kept of either. */
export interface LetterBox {
  ranges(): Promise<ReadonlyMap<number, LogRange>>;
  summaries(stretch: Stretch): Promise<readonly DeadLetterSummary[]>;
  /** Null when there is none, any more or yet. */
  find(place: LetterPlace): Promise<IncomingRecord | null>;
  /** One after the other, none is kept. */
  read(stretch: Stretch): AsyncIterable<IncomingRecord>;
  /** When each was given back last, in epoch milliseconds, by its place; without those that never were. */
  redrivenAt(letters: readonly DeadLetterSummary[]): Promise<ReadonlyMap<string, number>>;
  /** Offsets of the partition's dead letters that were given back. */
  redrivenOffsets(partition: number): Promise<ReadonlySet<bigint>>;
  /** What the dead letter was before it became one, for one whose value was too large to come along. Null when it is gone. */
  original(letter: DeadLetterSummary): Promise<IncomingRecord | null>;
}

interface LetterBoxOptions {
  readonly admin: Admin;
  readonly topic: string;
  readonly redriveTopic: string;
  readonly logger: Logger;
}

/** What clocks of producers and brokers may differ by. */
const CLOCKS_DIFFER_BY_MS = 3_600_000;

export const createLetterBox = ({ admin, topic, redriveTopic, logger }: LetterBoxOptions): LetterBox => {
  const asked = onBroker({ admin, logger });

  const findIn = async (source: string, { partition, offset }: LetterPlace): Promise<IncomingRecord | null> => {
    const range = (await admin.logRanges(source)).get(partition);
    if (range === undefined || offset < range.low || offset >= range.high) return null;
    for await (const record of admin.readLog({ topic: source, partition }, { from: offset, to: offset + 1n })) {
      return record;
    }
    return null;
  };

  /** What was given back of a partition lies in the same partition of the other topic, in the order of time. */
  async function* redriven(partition: number, from: bigint) {
    const range = (await admin.logRanges(redriveTopic)).get(partition);
    if (range === undefined) return;
    const stretch = { from: from > range.low ? from : range.low, to: range.high };
    for await (const { headers, timestampMs } of admin.readLog({ topic: redriveTopic, partition }, stretch)) {
      const place = placeOf(headers[HEADERS.redrivenFrom] ?? '');
      if (place !== null) yield { place, id: placeText(place), atMs: timestampMs };
    }
  }

  const redrivenAt = async (letters: readonly DeadLetterSummary[]): Promise<ReadonlyMap<string, number>> => {
    const found = new Map<string, number>();
    const wanted = new Set(letters.map(({ id }) => id));
    const oldestMs = Math.min(...letters.map(({ at }) => at));
    const starts = await admin.offsetsAt(redriveTopic, Math.max(0, oldestMs - CLOCKS_DIFFER_BY_MS));
    for (const partition of new Set(letters.map((letter) => letter.partition))) {
      for await (const { id, atMs } of redriven(partition, starts.get(partition) ?? 0n)) {
        if (wanted.has(id)) found.set(id, atMs);
      }
    }
    return found;
  };

  const summaries = async ({ partition, low, end }: Stretch): Promise<readonly DeadLetterSummary[]> => {
    const read: DeadLetterSummary[] = [];
    for await (const record of admin.readLog({ topic, partition }, { from: low, to: end }))
      read.push(summaryOf(record));
    return read;
  };

  const redrivenOffsets = async (partition: number): Promise<ReadonlySet<bigint>> => {
    const offsets = new Set<bigint>();
    for await (const { place } of redriven(partition, 0n)) offsets.add(place.offset);
    return offsets;
  };

  return {
    ranges: () => asked(() => admin.logRanges(topic)),
    summaries: (stretch) => asked(() => summaries(stretch)),
    find: (place) => asked(() => findIn(topic, place)),
    read: ({ partition, low, end }) => admin.readLog({ topic, partition }, { from: low, to: end }),
    redrivenAt: async (letters) => (letters.length === 0 ? new Map() : asked(() => redrivenAt(letters))),
    redrivenOffsets: (partition) => asked(() => redrivenOffsets(partition)),
    original: async ({ origin }) => {
      const place = placeOf(`${origin.partition}-${origin.offset}`);
      return place === null ? null : asked(() => findIn(origin.topic, place));
    },
  };
};
