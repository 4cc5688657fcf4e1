import type { Logger } from '@tiktok-channel/platform/kernel';
import type { Database } from './database.ts';

export interface DatabasePulse {
  start(): Promise<void>;
  stop(): Promise<void>;
  health(): { readonly alive: true; readonly ready: boolean; readonly reason?: string };
}

const EVERY_MS = 2_000;

/** Asks the database for a sign of life, so that a replica that has lost it says so. */
export const createDatabasePulse = (database: Database, logger: Logger): DatabasePulse => {
  let isThere = true;
  let timer: NodeJS.Timeout | undefined;

  const feel = async (): Promise<void> => {
    const was = isThere;
    isThere = await database.$queryRawUnsafe('SELECT 1').then(
      () => true,
      () => false,
    );
    if (was !== isThere) logger.warn(isThere ? 'database.back' : 'database.away');
  };
  return {
    start: async () => {
      await database.$queryRawUnsafe('SELECT 1');
      timer = setInterval(feel, EVERY_MS);
    },
    stop: async () => {
      clearInterval(timer);
      await database.$disconnect();
    },
    health: () => ({ alive: true, ready: isThere, ...(isThere ? {} : { reason: 'does not answer' }) }),
  };
};
