import { type DecodedRecord, type IncomingRecord, partitionOf } from '@tiktok-channel/platform/kafka';
import type { IncomingCommand } from '../../application/ports.ts';

interface Options {
  /** How many partitions the command topic has. */
  readonly partitions: () => Promise<number>;
  readonly count: () => void;
}

/**
 * Counts commands in another partition than the one in which their conversation's belong, as clients with another partitioner
 * send them: they are sent like all others, but nobody knows in which order. A number that cannot be had counts nothing.
 */
export const createMisplacedCounter = ({ partitions, count }: Options) => {
  let known: number | null = null;
  const isMisplaced = ({ partition }: IncomingRecord, { command }: IncomingCommand): boolean =>
    known !== null && partition !== partitionOf(command.conversationId, known);

  return async (records: readonly DecodedRecord<IncomingCommand>[]): Promise<void> => {
    known ??= await partitions().catch(() => null);
    for (const { record, value } of records) if (isMisplaced(record, value)) count();
  };
};
