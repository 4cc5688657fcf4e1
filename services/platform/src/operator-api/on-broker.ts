import { HttpProblem, unavailable } from '../http-server/index.ts';
import type { Admin } from '../kafka/index.ts';
import type { Logger } from '../kernel/index.ts';

/** Asks the broker for somebody who waits: what does not answer soon is a problem 503. */
export const onBroker =
  ({ admin, logger }: { readonly admin: Pick<Admin, 'start'>; readonly logger: Logger }) =>
  async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      await admin.start();
      return await work();
    } catch (error) {
      if (error instanceof HttpProblem) throw error;
      logger.warn('operator.broker_unavailable', {}, error);
      throw unavailable('the broker of this service does not answer');
    }
  };
