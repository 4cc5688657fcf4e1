import type { Build, Comparison } from '../domain/build.ts';
import type { Redelivery } from '../domain/reparse-tally.ts';
import type { TopicPlan } from '../domain/topic-plan.ts';

/** The contract's topics on the broker. */
export interface TopicAdmin {
  plan(): Promise<readonly TopicPlan[]>;
  apply(plans: readonly TopicPlan[]): Promise<void>;
}

/** What a record turned out to be. */
export type Reading =
  | { readonly kind: 'record'; readonly name: string; readonly value: object }
  /** Newer than this version. */
  | { readonly kind: 'unknownType'; readonly fullName: string }
  | { readonly kind: 'tombstone' }
  | { readonly kind: 'undecodable'; readonly reason: string; readonly sizeBytes: number };

export interface ReadRecord {
  readonly partition: number;
  readonly offset: bigint;
  readonly timestampMs: number;
  readonly key: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly reading: Reading;
}

/** Where reading a topic begins. A number is a time in epoch milliseconds. */
export type Start = 'beginning' | 'end' | number;

export interface TopicReading {
  readonly from: Start;
  /** `end`: up to what is there now. */
  readonly until: 'forever' | 'end';
  /** The next records come when this has resolved. */
  readonly take: (records: readonly ReadRecord[]) => Promise<void>;
  /** Told once where it begins is settled: whatever is written from then on is read. */
  readonly begins?: (() => void) | undefined;
  /** Told now and then how many records are still to be read. */
  readonly lags?: ((records: bigint) => void) | undefined;
  /** Ends the reading, which then resolves. */
  readonly signal: AbortSignal;
}

/** Reads a topic and decodes it. Resolves at its end; rejects when it cannot go on. */
export type ReadTopic = (topic: string, reading: TopicReading) => Promise<void>;

/** A verified delivery that an older version could not read. */
export interface UnrecognizedDelivery {
  readonly rawBody: Uint8Array;
  readonly logId: string | null;
  readonly receivedAtMs: number;
}

/** Gives a delivery to ingress anew, again and again while ingress cannot take it, for a while. */
export type Redeliver = (delivery: UnrecognizedDelivery, signal: AbortSignal) => Promise<Redelivery>;

/** Asks the history process to read what TikTok lists of a channel, or of one conversation of it. */
export type RequestHistory = (request: {
  readonly requestId: string;
  readonly channelId: string;
  readonly conversationId: string | null;
  readonly actor: string;
}) => Promise<void>;

/** Something that an operator does. */
export interface OperatorAct {
  readonly actor: string;
  readonly action: string;
  readonly subject: string | null;
  readonly reason: string;
}

/** Resolves when the record is on the audit topic. */
export type RecordAct = (act: OperatorAct) => Promise<void>;

/** Builds of the read models. Each act says why, and who does it is whose token it is. */
export interface Projections {
  list(): Promise<readonly Build[]>;
  show(build: number): Promise<Build>;
  rebuild(reason: string): Promise<Build>;
  compare(build: number, reason: string): Promise<Comparison>;
  switchTo(build: number, reason: string): Promise<Build>;
  drop(build: number, reason: string): Promise<void>;
}
