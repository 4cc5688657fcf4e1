import type { Logger } from '@tiktok-channel/platform/kernel';
import type { Part } from '@tiktok-channel/platform/lifecycle';
import type { FetchDueMedia } from '../../application/fetch-media.ts';

const SECOND_MS = 1_000;

export interface MediaLoop extends Part {
  /** Something may be due: look at once. */
  poke(): void;
}

/** Fetches due media in the background, at most `perSecond` a second. An error of the loop's own is logged and tried again. */
export const createMediaLoop = ({
  fetchDueMedia,
  perSecond,
  logger,
}: {
  readonly fetchDueMedia: FetchDueMedia;
  readonly perSecond: number;
  readonly logger: Logger;
}): MediaLoop => {
  let isStopping = false;
  let running: Promise<void> | null = null;
  let wake: () => void = () => {};

  const pause = (ms: number, isInterruptible: boolean): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      const end = () => {
        clearTimeout(timer);
        resolve();
      };
      wake = isInterruptible ? end : () => isStopping && end();
    });
  const turn = async (): Promise<void> => {
    try {
      const fetched = await fetchDueMedia(perSecond);
      await pause(SECOND_MS, fetched === 0);
    } catch (error) {
      logger.warn('media.loop_failed', { retryAfterMs: SECOND_MS }, error);
      await pause(SECOND_MS, false);
    }
  };
  const run = async (): Promise<void> => {
    while (!isStopping) await turn();
  };
  return {
    name: 'media',
    start: () => {
      running = run();
    },
    stop: async () => {
      isStopping = true;
      wake();
      await running;
    },
    poke: () => wake(),
  };
};
