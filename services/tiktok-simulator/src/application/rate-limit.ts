import type { Clock } from '@tiktok-channel/platform/kernel';

/**
 * Lets `limit()` calls through in any one second, wherever that second begins; 0 is no limit. What is refused does not
 * count. No source says whether TikTok's second slides; a fixed one would let twice the limit through across its edge.
 */
export const createRateLimit = ({ clock, limit }: { readonly clock: Clock; readonly limit: () => number }) => {
  const passed: number[] = [];

  return {
    take: (): boolean => {
      const now = clock.now();
      while (passed.length > 0 && (passed[0] ?? 0) <= now - 1000) passed.shift();
      if (limit() > 0 && passed.length >= limit()) return false;
      passed.push(now);
      return true;
    },
  };
};

export type RateLimit = ReturnType<typeof createRateLimit>;
