import { type AdminOptions, createAdmin } from './admin.ts';
import { createAssignment } from './assignment.ts';
import { createBatchHandler } from './batch-handler.ts';
import { type BatchProcessor, createBatchProcessor } from './batch-processor.ts';
import { watchProgress } from './consumer-progress.ts';
import { createConsumerReport } from './consumer-report.ts';
import type { Consumer, ConsumerOptions } from './consumer-types.ts';
import { createDeadLetters, isRedrivenForOthers } from './dead-letters.ts';
import { errorMessage } from './errors.ts';
import { createFetchLoop, type FetchLoopListener } from './fetch-loop.ts';
import { createLiveness } from './liveness.ts';
import { createLocator } from './locator.ts';
import { createRestartLimit } from './restart-limit.ts';
import { type ConsumerMetrics, createConsumerMetrics } from './telemetry.ts';
import { outsideOfTraces } from './tracing.ts';
import { describeDefect } from './tries.ts';

const DEFAULT_MAX_BATCH_RECORDS = 1_000;
const DEFAULT_STUCK_AFTER_MS = 60_000;
const DEFAULT_DEAD_LETTER_PATIENCE_MS = 300_000;

export const createConsumer = <T>(options: ConsumerOptions<T>, dependencies: AdminOptions): Consumer => {
  const { group, positions, concurrency = 1, commits = true } = options;
  const { redriveTopic } = options.deadLetters;
  const topics = redriveTopic === undefined ? options.topics : [...options.topics, redriveTopic];
  const { logger } = dependencies;
  const metrics = createConsumerMetrics(group);
  const admin = createAdmin(dependencies);
  let isStopping = false;

  const logRanges = async (topic: string) => {
    await admin.start();
    return admin.logRanges(topic);
  };
  const liveness = createLiveness({
    stuckAfterMs: options.stuckAfterMs ?? DEFAULT_STUCK_AFTER_MS,
    askBroker: () => Promise.all(topics.map(logRanges)),
  });
  const fail = once((error) => {
    if (isStopping) return;
    liveness.fail(error.message);
    logger.error('kafka.consumer_failed', { group, reason: errorMessage(error) });
    options.onFatal(error);
  });
  const listener: FetchLoopListener = {
    assigned(partitions) {
      logger.info('kafka.partitions_assigned', { group, partitions: partitions.length });
      assignment.replace(partitions);
    },
    async fetched(batch) {
      try {
        await handle(batch);
      } catch (error) {
        logger.error('kafka.consumer_defect', { group, ...describeDefect(error) });
        fail(new Error(`consumer ${group} met a defect of its own`, { cause: error }));
      }
    },
    skipped: (partition, nextOffset) => assignment.skipTo(partition, nextOffset),
    turned: liveness.loopTurned,
    crashed: createCrashJudge(group, fail, dependencies),
  };
  const loop = createFetchLoop({ ...dependencies, group, topics, concurrency, commits, listener });
  const locate = positions ? createLocator({ group, positions, logRanges, logger }) : null;
  const assignment = createAssignment({ control: loop, locate });
  const storesPositions = positions !== undefined;
  const progress = watchProgress({ group, assignment, storesPositions, logRanges, logger });
  const process = createProcessor(options, { ...dependencies, metrics, fail });
  const handle = createBatchHandler({
    group,
    assignment,
    process,
    isStopping: () => isStopping,
    liveness,
    metrics,
    logger,
  });

  return {
    group,
    takesRedriven: redriveTopic !== undefined,
    start: () => outsideOfTraces(loop.start),
    async stop() {
      isStopping = true;
      progress.stop();
      await loop.stop();
      assignment.clear();
      liveness.stop();
      await admin.stop();
    },
    health: liveness.health,
    report: createConsumerReport({ group, topics, positions, admin, assignment, logger }),
  };
};

type Fail = (error: Error) => void;

const once = (fail: Fail): Fail => {
  let hasFailed = false;
  return (error) => {
    if (hasFailed) return;
    hasFailed = true;
    fail(error);
  };
};

const createCrashJudge = (group: string, fail: Fail, { logger }: AdminOptions): FetchLoopListener['crashed'] => {
  const restarts = createRestartLimit();
  return (error, willRestart) => {
    logger.warn('kafka.consumer_crashed', { group, willRestart, reason: errorMessage(error) });
    if (!willRestart) fail(new Error(`consumer ${group} has stopped`, { cause: error }));
    else if (restarts.isTooMany()) fail(new Error(`consumer ${group} restarts too often`, { cause: error }));
  };
};

const createProcessor = <T>(
  options: ConsumerOptions<T>,
  { logger, metrics, fail }: AdminOptions & { readonly metrics: ConsumerMetrics; readonly fail: Fail },
): BatchProcessor => {
  const deadLetters = createDeadLetters({
    group: options.group,
    deadLetters: options.deadLetters,
    patienceMs: options.deadLetterPatienceMs ?? DEFAULT_DEAD_LETTER_PATIENCE_MS,
    onFatal: fail,
    logger,
  });
  return createBatchProcessor({
    ...options,
    storesPositions: options.positions !== undefined,
    maxBatchRecords: options.maxBatchRecords ?? DEFAULT_MAX_BATCH_RECORDS,
    deadLetters,
    isForOthers: isRedrivenForOthers(options.deadLetters.redriveTopic, options.group),
    metrics,
    logger,
  });
};
