import { type Clock, fingerprint } from '@tiktok-channel/platform/kernel';
import type { Channel } from '../domain/channel.ts';
import { goodUntil, isRefreshDue, isRefusedAgain, type StoredTokens, works } from '../domain/refresh-rules.ts';
import type { ChannelTokens, Pause, Tokens } from './ports.ts';
import type { RenewToken } from './renew-token.ts';

/** `unavailable`: the token does not work and cannot be renewed at the moment; ask again. */
export type HandedOut =
  | { readonly kind: 'channel_unknown' | 'unavailable' }
  | {
      readonly kind: 'known';
      readonly channel: Channel;
      readonly token: { readonly accessToken: string; readonly goodUntilMs: number } | null;
    };

/** `refusedFingerprint`: of the token that TikTok refused to who asks (40105); null when none was. */
export type HandOutToken = (channelId: string, refusedFingerprint?: string | null) => Promise<HandedOut>;

interface Dependencies {
  readonly tokens: Tokens;
  readonly renew: RenewToken;
  readonly clock: Clock;
  readonly pause: Pause;
}

const POLL_EVERY_MS = 50;
/** For about 12 s, longer than the deadline of a call to TikTok. */
const MAX_ROUNDS = 240;

/**
 * A token that works, renewed first when half of its life is over or TikTok refuses it. One caller in all replicas renews;
 * the others get the old token while it works, and wait when it does not.
 */
export const createHandOutToken =
  (dependencies: Dependencies): HandOutToken =>
  async (channelId, refusedFingerprint = null) => {
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const step = await handOut(dependencies, channelId, refusedFingerprint);
      if (step !== 'again' && step !== 'wait') return step;
      if (step === 'wait') await dependencies.pause(POLL_EVERY_MS);
    }
    return { kind: 'unavailable' };
  };

const handOut = async (
  dependencies: Dependencies,
  channelId: string,
  refusedFingerprint: string | null,
): Promise<HandedOut | 'again' | 'wait'> => {
  const { tokens, renew, clock } = dependencies;
  const known = await tokens.read(channelId);
  if (known === null) return { kind: 'channel_unknown' };
  const { channel, tokens: stored } = known;
  if (stored === null || channel.status === 'disconnected') return { kind: 'known', channel, token: null };

  if (isNewlyRefused(stored, refusedFingerprint)) {
    await recordRefusal(dependencies, channelId, stored);
    return 'again';
  }
  if (isRefreshDue(stored, clock.now())) {
    if (await renew(channelId, stored)) return 'again';
    if (!works(stored, clock.now())) return 'wait';
  }
  return answer({ channel, tokens: stored }, stored, clock.now());
};

/** What was refused counts only while it is what we would give out: a refusal of an older token is history. */
const isNewlyRefused = ({ accessToken, accessRefusedAtMs }: StoredTokens, refusedFingerprint: string | null): boolean =>
  refusedFingerprint !== null && accessRefusedAtMs === null && fingerprint(accessToken) === refusedFingerprint;

const recordRefusal = async (
  { tokens, clock }: Dependencies,
  channelId: string,
  stored: StoredTokens,
): Promise<void> => {
  const atMs = clock.now();
  if (isRefusedAgain(stored, atMs)) {
    await tokens.giveUp(channelId, stored.version, { type: 'RecordTokenLoss', reason: 'token_refused', atMs });
  } else {
    await tokens.recordRefusedAccess(channelId, stored.version, atMs);
  }
};

const answer = ({ channel }: ChannelTokens, stored: StoredTokens, nowMs: number): HandedOut => {
  if (channel.status === 'needs_reauthorization') return { kind: 'known', channel, token: null };
  if (!works(stored, nowMs)) return { kind: 'unavailable' };
  return { kind: 'known', channel, token: { accessToken: stored.accessToken, goodUntilMs: goodUntil(stored) } };
};
