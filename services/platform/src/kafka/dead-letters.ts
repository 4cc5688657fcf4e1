import type { Logger } from '../kernel/index.ts';
import type { ConsumerOptions, DeadLetterOptions } from './consumer-types.ts';
import { errorMessage, KafkaSendError } from './errors.ts';
import { HEADERS } from './headers.ts';
import type { IncomingRecord, OutgoingRecord } from './records.ts';
import { elapsedMs } from './wait.ts';

export interface DeadLetter {
  readonly record: IncomingRecord;
  readonly reason: string;
  /** How often this record was tried before it was given up. */
  readonly attempts: number;
}

export interface DeadLetters {
  /** False when the topic did not take them: no offset may move, and the same call has to be made again. */
  publish(letters: readonly DeadLetter[]): Promise<boolean>;
}

type DeadLetterTopics = Pick<DeadLetterOptions, 'topic' | 'redriveTopic'>;

interface DeadLettersOptions extends Pick<ConsumerOptions<unknown>, 'deadLetters' | 'group' | 'onFatal'> {
  readonly patienceMs: number;
  readonly logger: Logger;
}

export const createDeadLetters = (options: DeadLettersOptions): DeadLetters => {
  const { deadLetters, group, onFatal, patienceMs, logger } = options;
  let failingSince: number | null = null;

  const send = async (letters: readonly DeadLetter[]): Promise<void> => {
    const records = letters.map((letter) => deadLetterRecord(letter, deadLetters, group));
    try {
      await deadLetters.producer.send(records);
    } catch (error) {
      if (!(error instanceof KafkaSendError) || error.code !== 'record_refused') throw error;
      await sendOneByOne(records);
    }
  };

  const sendOneByOne = async (records: readonly OutgoingRecord[]): Promise<void> => {
    for (const record of records) {
      try {
        await deadLetters.producer.send([record]);
      } catch (error) {
        if (!(error instanceof KafkaSendError) || error.code !== 'record_refused') throw error;
        await deadLetters.producer.send([withoutValue(record)]);
      }
    }
  };

  return {
    async publish(letters) {
      if (letters.length === 0) return true;
      try {
        await send(letters);
      } catch (error) {
        failingSince ??= elapsedMs();
        logger.error('kafka.dead_letters_failed', { group, topic: deadLetters.topic, reason: errorMessage(error) });
        if (elapsedMs() - failingSince >= patienceMs) {
          onFatal(new Error(`the topic ${deadLetters.topic} takes no dead letters`, { cause: error }));
        }
        return false;
      }
      failingSince = null;
      for (const { record, reason, attempts } of letters) {
        const { topic, partition, offset } = record;
        logger.error('kafka.dead_lettered', { group, topic, partition, offset: String(offset), reason, attempts });
      }
      return true;
    },
  };
};

/** The original key, bytes and headers (its trace among them), with where it came from and why it failed. */
const deadLetterRecord = (
  { record, reason, attempts }: DeadLetter,
  { topic, redriveTopic }: DeadLetterTopics,
  group: string,
): OutgoingRecord => ({
  topic,
  key: record.key,
  value: record.value,
  headers: {
    ...record.headers,
    ...(record.topic === redriveTopic ? {} : originOf(record)),
    [HEADERS.deadLetterReason]: reason,
    [HEADERS.deadLetterAttempts]: String(attempts + (record.topic === redriveTopic ? attemptsBefore(record) : 0)),
    [HEADERS.deadLetterGroup]: group,
  },
});

const originOf = ({ topic, partition, offset }: IncomingRecord): Readonly<Record<string, string>> => ({
  [HEADERS.deadLetterTopic]: topic,
  [HEADERS.deadLetterPartition]: String(partition),
  [HEADERS.deadLetterOffset]: String(offset),
});

/** A record that was given back has its origin in its headers already, and how often it was tried. */
const attemptsBefore = ({ headers }: IncomingRecord): number => {
  const attempts = Number(headers[HEADERS.deadLetterAttempts]);
  return Number.isSafeInteger(attempts) ? attempts : 0;
};

/** Whether a record of the redrive topic is for another group: a record must take no effect where it had taken it before. */
export const isRedrivenForOthers =
  (redriveTopic: string | undefined, group: string) =>
  ({ topic, headers }: IncomingRecord): boolean =>
    topic === redriveTopic && headers[HEADERS.deadLetterGroup] !== group;

/** The original still lies where the headers say; a dead letter that cannot be written would block its partition. */
const withoutValue = (record: OutgoingRecord): OutgoingRecord => ({
  ...record,
  value: null,
  headers: { ...record.headers, [HEADERS.deadLetterValueOmitted]: 'too_large' },
});
