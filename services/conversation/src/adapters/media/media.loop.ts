import type { Logger } from '@tiktok-channel/platform/kernel';
import type { Part } from '@tiktok-channel/platform/lifecycle';
import type { ClaimDueMedia } from '../../application/fetch-media.ts';

const SECOND_MS = 1_000;
/** Fetches under way at most, in seconds' worth of new ones: a peer that answers slowly holds up nobody else's media. */
const UNDER_WAY_SECONDS = 5;

export interface MediaLoop extends Part {
  /** Something may be due: look at once. */
  poke(): void;
}

/** Fetches due media in the background, at most `perSecond` a second. An error of the loop's own is logged; the lease lapses. */
export const createMediaLoop = ({
  claimDueMedia,
  perSecond,
  logger,
}: {
  readonly claimDueMedia: ClaimDueMedia;
  readonly perSecond: number;
  readonly logger: Logger;
}): MediaLoop => {
  let isStopping = false;
  let running: Promise<void> | null = null;
  const underWay = new Set<Promise<void>>();
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
  const start = (fetch: () => Promise<void>): void => {
    const fetching = fetch()
      .catch((error: unknown) => logger.warn('media.fetch_not_settled', {}, error))
      .finally(() => underWay.delete(fetching));
    underWay.add(fetching);
  };
  const turn = async (): Promise<void> => {
    try {
      const room = Math.min(perSecond, perSecond * UNDER_WAY_SECONDS - underWay.size);
      const fetches = room > 0 ? await claimDueMedia(room) : [];
      for (const fetch of fetches) start(fetch);
      await pause(SECOND_MS, room > 0 && fetches.length === 0);
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
      await Promise.all(underWay);
    },
    poke: () => wake(),
  };
};
