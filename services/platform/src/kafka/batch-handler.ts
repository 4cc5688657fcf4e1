import { assertNever, type Logger } from '../kernel/index.ts';
import type { Assignment } from './assignment.ts';
import type { BatchProcessor } from './batch-processor.ts';
import type { FetchedBatch } from './fetch-loop.ts';
import type { Liveness } from './liveness.ts';
import type { Ending, Position } from './position.ts';
import type { ConsumerMetrics } from './telemetry.ts';

interface BatchHandlerOptions {
  readonly group: string;
  readonly assignment: Assignment;
  readonly process: BatchProcessor;
  readonly isStopping: () => boolean;
  readonly liveness: Liveness;
  readonly metrics: ConsumerMetrics;
  readonly logger: Logger;
}

const HEARTBEAT_EVERY_MS = 1_000;

/** From a fetched batch to what the fetch loop does next. */
export const createBatchHandler = (options: BatchHandlerOptions) => {
  const { group, assignment, process, isStopping, liveness, metrics, logger } = options;

  const act = (position: Position, ending: Ending): void => {
    const { topic, partition } = position;
    switch (ending.kind) {
      case 'finished':
      case 'stopped':
        break;
      case 'pause': {
        const { reason, afterMs } = ending;
        metrics.countPause({ topic, reason });
        logger.warn('kafka.partition_paused', { group, topic, partition, reason, afterMs });
        assignment.pauseFor(position, ending);
        break;
      }
      case 'superseded':
        logger.warn('kafka.position_superseded', { group, topic, partition });
        assignment.relocate(position);
        break;
      default:
        assertNever(ending);
    }
  };

  return async (batch: FetchedBatch): Promise<void> => {
    const position = assignment.accept(batch, batch.fetchedOffset);
    if (position === null) return;
    const work = liveness.startWork(() => position.movedAt);
    const heart = beat(batch);
    try {
      const ending = await process(position, batch, () => isStopping() || heart.hasStopped());
      if (!assignment.owns(position)) return;
      if (position.nextOffset > batch.fetchedOffset) {
        batch.resolve(position.nextOffset);
        // Not waited for: the next commit says more, and who needs the position for certain stores it himself.
        void batch.commit(position.nextOffset);
      }
      act(position, ending);
    } finally {
      heart.stop();
      work.end();
    }
  };
};

/** Keeps this member in its group while a batch takes its time. A group that wants to rebalance ends the batch early. */
const beat = (batch: FetchedBatch) => {
  let hasStopped = false;
  const timer = setInterval(async () => {
    if (!(await batch.heartbeat())) hasStopped = true;
  }, HEARTBEAT_EVERY_MS).unref();
  return { hasStopped: () => hasStopped, stop: () => clearInterval(timer) };
};
