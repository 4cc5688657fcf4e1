import { HEADERS, type IncomingRecord } from '../kafka/index.ts';

/** A dead letter's place on its topic, `<partition>-<offset>`: what an operator calls it by. */
export interface LetterPlace {
  readonly partition: number;
  readonly offset: bigint;
}

export const placeText = ({ partition, offset }: LetterPlace): string => `${partition}-${offset}`;

const PLACE = /^(\d{1,5})-(\d{1,18})$/;

/** Null for a text that is no place. */
export const placeOf = (text: string): LetterPlace | null => {
  const [, partition, offset] = PLACE.exec(text) ?? [];
  return partition === undefined || offset === undefined
    ? null
    : { partition: Number(partition), offset: BigInt(offset) };
};

/** What is told of a dead letter: where it came from and why it was given up, and nothing that somebody wrote. */
export interface DeadLetterSummary extends LetterPlace {
  readonly id: string;
  readonly recordType: string | null;
  readonly reason: string;
  readonly attempts: number;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly group: string;
  readonly origin: {
    readonly topic: string;
    readonly partition: number | null;
    readonly offset: string | null;
    readonly key: string | null;
  };
}

export const summaryOf = ({ partition, offset, key, headers, timestampMs }: IncomingRecord): DeadLetterSummary => ({
  id: placeText({ partition, offset }),
  partition,
  offset,
  recordType: typeIn(headers),
  reason: headers[HEADERS.deadLetterReason] ?? 'unknown',
  attempts: wholeNumber(headers[HEADERS.deadLetterAttempts]) ?? 0,
  at: timestampMs,
  group: headers[HEADERS.deadLetterGroup] ?? 'unknown',
  origin: {
    topic: headers[HEADERS.deadLetterTopic] ?? 'unknown',
    partition: wholeNumber(headers[HEADERS.deadLetterPartition]),
    offset: headers[HEADERS.deadLetterOffset] ?? null,
    key,
  },
});

/** Any service writes commands, with whatever headers: only what looks like the name of a record is one. */
const typeIn = (headers: IncomingRecord['headers']): string | null => {
  const type = headers[HEADERS.type];
  return type !== undefined && /^[\w.]{1,200}$/.test(type) ? type : null;
};

const wholeNumber = (text: string | undefined): number | null =>
  text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;

const SHOWN: ReadonlySet<string> = new Set(Object.values(HEADERS));

/** Values of our own headers are ids, codes and times. What another header holds nobody knows: its length alone is told. */
export const shownHeaders = (headers: IncomingRecord['headers']): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, SHOWN.has(name) ? value : `‹${value.length} characters›`]),
  );
