import { HttpProblem, notFound, unavailable } from '../http-server/index.ts';
import { HEADERS, type IncomingRecord, KafkaSendError, type OutgoingRecord, type Producer } from '../kafka/index.ts';
import type { Logger } from '../kernel/index.ts';
import { type DeadLetterSummary, type LetterPlace, placeText, summaryOf } from './dead-letter.ts';
import type { LetterBox } from './letter-box.ts';
import type { Stretch } from './newest-first.ts';

/** Why a dead letter is not given back: nobody would take it, or there is nothing to give. */
type Obstacle = 'group_gone' | 'value_gone';

export interface Redriven {
  readonly redriven: number;
  /** Dead letters that were meant and left, by why; `already_redriven` among them. */
  readonly skipped: Readonly<Record<string, number>>;
}

export interface RedriveOptions {
  readonly letterBox: LetterBox;
  readonly redriveTopic: string;
  readonly producer: Pick<Producer, 'send'>;
  /** Groups that read the redrive topic. */
  readonly groups: readonly string[];
  readonly logger: Logger;
}

export interface Redrive {
  /** Throws a problem when one of them is not there, or cannot be given back. Changes nothing. */
  check(places: readonly LetterPlace[]): Promise<void>;
  /** Gives them back, also those that were before. */
  these(places: readonly LetterPlace[]): Promise<Redriven>;
  /** Gives back all that were not yet, up to what is there when it begins: what fails again meanwhile is not in it. */
  all(matches: (letter: DeadLetterSummary) => boolean): Promise<Redriven>;
}

const OBSTACLES: Readonly<Record<Obstacle, string>> = {
  group_gone: 'no consumer of this version reads for the group that gave it up',
  value_gone: 'its value was too large to come along, and the original is gone',
};

export const createRedrive = (options: RedriveOptions): Redrive => {
  const { letterBox, redriveTopic, groups } = options;

  const prepare = async (letter: IncomingRecord): Promise<OutgoingRecord | Obstacle> => {
    const summary = summaryOf(letter);
    if (!groups.includes(summary.group)) return 'group_gone';
    const isWhole = letter.headers[HEADERS.deadLetterValueOmitted] === undefined;
    const source = isWhole ? letter : await letterBox.original(summary);
    return source === null ? 'value_gone' : redriveRecord(letter, source.value, redriveTopic);
  };

  const findOrRefuse = async (place: LetterPlace): Promise<IncomingRecord> => {
    const letter = await letterBox.find(place);
    if (letter === null) throw notFound(`the dead letter ${placeText(place)}`);
    return letter;
  };

  const giveBackOf = async (
    stretch: Stretch,
    matches: (letter: DeadLetterSummary) => boolean,
    giving: Giving,
  ): Promise<void> => {
    const before = await letterBox.redrivenOffsets(stretch.partition);
    for await (const letter of letterBox.read(stretch)) {
      if (!matches(summaryOf(letter))) continue;
      await giving.give(before.has(letter.offset) ? 'already_redriven' : await prepare(letter));
    }
  };

  return {
    async check(places) {
      for (const place of places) {
        const prepared = await prepare(await findOrRefuse(place));
        if (typeof prepared === 'string') {
          throw new HttpProblem(409, prepared, `${placeText(place)} cannot be given back: ${OBSTACLES[prepared]}`);
        }
      }
    },
    async these(places) {
      const giving = createGiving(options);
      for (const place of places) await giving.give(await prepare(await findOrRefuse(place)));
      return giving.done();
    },
    async all(matches) {
      const giving = createGiving(options);
      for (const [partition, { low, high }] of await letterBox.ranges()) {
        if (low < high) await giveBackOf({ partition, low, end: high }, matches, giving);
      }
      return giving.done();
    },
  };
};

/** Original key, bytes and headers, and beside them where it comes from; in the partition that its dead letter had. */
const redriveRecord = (
  { key, headers, partition, offset }: IncomingRecord,
  value: Buffer | null,
  topic: string,
): OutgoingRecord => {
  const { [HEADERS.deadLetterValueOmitted]: _given, ...kept } = headers;
  return {
    topic,
    key,
    value,
    partition,
    headers: { ...kept, [HEADERS.redrivenFrom]: placeText({ partition, offset }) },
  };
};

const BATCH_RECORDS = 500;
const BATCH_BYTES = 1_000_000;

interface Giving {
  give(prepared: OutgoingRecord | string): Promise<void>;
  done(): Promise<Redriven>;
}

/** Sends in batches, and holds no more than one. */
const createGiving = ({ producer, logger, redriveTopic }: RedriveOptions): Giving => {
  const skipped: Record<string, number> = {};
  let waiting: OutgoingRecord[] = [];
  let waitingBytes = 0;
  let redriven = 0;

  const flush = async (): Promise<void> => {
    try {
      await producer.send(waiting);
    } catch (error) {
      logger.warn('operator.redrive_failed', { topic: redriveTopic, redriven }, error);
      if (error instanceof KafkaSendError && error.code === 'record_refused') {
        throw new HttpProblem(409, 'record_refused', `the broker refuses a record, after ${redriven} were given back`);
      }
      throw unavailable(`${redriven} were given back, then the broker did not answer; the rest can be given back anew`);
    }
    redriven += waiting.length;
    waiting = [];
    waitingBytes = 0;
  };

  return {
    async give(prepared) {
      if (typeof prepared === 'string') {
        skipped[prepared] = (skipped[prepared] ?? 0) + 1;
        return;
      }
      waiting.push(prepared);
      waitingBytes += prepared.value?.length ?? 0;
      if (waiting.length >= BATCH_RECORDS || waitingBytes >= BATCH_BYTES) await flush();
    },
    async done() {
      await flush();
      return { redriven, skipped };
    },
  };
};
