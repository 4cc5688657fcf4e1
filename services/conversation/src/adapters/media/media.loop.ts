import type { Logger } from '@tiktok-channel/platform/kernel';
import { createBackgroundLoop, type Part } from '@tiktok-channel/platform/lifecycle';
import type { ClaimDueMedia } from '../../application/fetch-media.ts';

const SECOND_MS = 1_000;
/** Fetches under way at most, in seconds' worth of new ones: a peer that answers slowly holds up nobody else's media. */
const UNDER_WAY_SECONDS = 5;

/** Looks for due media every second and fetches them in the background, at most `perSecond` of them. */
export const createMediaLoop = ({
  claimDueMedia,
  perSecond,
  logger,
}: {
  readonly claimDueMedia: ClaimDueMedia;
  readonly perSecond: number;
  readonly logger: Logger;
}): Part => {
  const underWay = new Set<Promise<void>>();

  /** An error of the queue's own is logged; the lease lapses. */
  const start = (fetch: () => Promise<void>): void => {
    const fetching = fetch()
      .catch((error: unknown) => logger.warn('media.fetch_not_settled', {}, error))
      .finally(() => underWay.delete(fetching));
    underWay.add(fetching);
  };
  const loop = createBackgroundLoop({
    name: 'media',
    work: async () => {
      const room = Math.min(perSecond, perSecond * UNDER_WAY_SECONDS - underWay.size);
      if (room > 0) for (const fetch of await claimDueMedia(room)) start(fetch);
      return false;
    },
    everyMs: SECOND_MS,
    logger,
  });
  return {
    ...loop,
    stop: async () => {
      await loop.stop();
      await Promise.all(underWay);
    },
  };
};
