import type { Clock } from '@tiktok-channel/platform/kernel';
import { waitBeforeRetry } from '../domain/media.ts';
import type { AccessTokens, ClaimedParticipant, ParticipantQueue, TikTokParticipants } from './ports.ts';

interface Dependencies {
  readonly queue: ParticipantQueue;
  readonly tokens: AccessTokens;
  readonly tiktok: TikTokParticipants;
  readonly clock: Clock;
  readonly random: () => number;
  readonly settings: { readonly leaseMs: number; readonly maxAttempts: number; readonly limit: number };
}

/** Asks TikTok who the customers of due conversations are. Answers whether there may be more. */
export const createFetchParticipants = (dependencies: Dependencies) => async (): Promise<boolean> => {
  const { queue, clock, settings } = dependencies;
  const { leaseMs, limit } = settings;
  const claimed = await queue.claim({ atMs: clock.now(), leaseMs, limit });
  await Promise.all(claimed.map((each) => fetchOne(dependencies, each)));
  return claimed.length === limit;
};

const fetchOne = async (dependencies: Dependencies, claimed: ClaimedParticipant): Promise<void> => {
  const { queue, tokens, tiktok, clock, settings } = dependencies;
  const token = await tokens.of(claimed.channelId);
  if (token.kind !== 'token') return again(dependencies, claimed, claimed.attempts);

  const found = await tiktok.find(claimed, token.accessToken);
  switch (found.kind) {
    case 'participant':
      return queue.store(claimed, { participant: found.participant, atMs: clock.now() });
    case 'tokenRejected':
      tokens.refused(claimed.channelId, token.accessToken);
      return again(dependencies, claimed, claimed.attempts + 1);
    case 'unavailable':
      return claimed.attempts + 1 < settings.maxAttempts
        ? again(dependencies, claimed, claimed.attempts + 1)
        : queue.store(claimed, { participant: null, atMs: clock.now() });
    // Asked again when something happens there, and not before what is known has aged.
    case 'refused':
      return queue.store(claimed, { participant: null, atMs: clock.now() });
  }
};

const again = ({ queue, clock, random }: Dependencies, claimed: ClaimedParticipant, attempts: number): Promise<void> =>
  queue.retry(claimed, { attempts, atMs: clock.now() + waitBeforeRetry(claimed.attempts + 1, random()) });
