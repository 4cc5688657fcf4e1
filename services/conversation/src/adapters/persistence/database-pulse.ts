import type { Logger } from '@tiktok-channel/platform/kernel';
import type { Part } from '@tiktok-channel/platform/lifecycle';
import type { Database } from './database.ts';

const EVERY_MS = 2_000;

/** Asks the database for a sign of life, so that a replica that has lost it gets no traffic. */
export const createDatabasePulse = (database: Database, logger: Logger): Part => {
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
    name: 'database',
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
