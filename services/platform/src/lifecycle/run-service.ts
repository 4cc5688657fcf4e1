import type { Logger } from '../kernel/index.ts';
import type { Lifecycle } from './lifecycle.ts';

/**
 * Runs a composed service until SIGTERM or SIGINT, then stops it and ends the process: 0 after an orderly stop, 1 when
 * the start failed or something escaped. Nothing that was not caught leaves the process looking alive.
 */
export const runService = async (lifecycle: Lifecycle, logger: Logger): Promise<void> => {
  const stop = (signal: NodeJS.Signals) => {
    logger.info('service.stopping', { signal });
    void lifecycle.stop().then(() => {
      logger.info('service.stopped');
      process.exit(0);
    });
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  process.on('uncaughtException', (error) => lifecycle.fail(error));
  process.on('unhandledRejection', (reason) =>
    lifecycle.fail(reason instanceof Error ? reason : new Error('a promise was rejected without an error')),
  );
  try {
    await lifecycle.start();
  } catch (error) {
    logger.error('service.start_failed', {}, error);
    process.exit(1);
  }
};
