import type { ChannelTokens } from '@tiktok-channel/platform/channel-tokens';
import { DependencyUnavailable } from '@tiktok-channel/platform/kernel';
import type { AccessTokens } from '../../application/ports.ts';

/** What a fetch needs to know of auth's answers: a token, that there is none, or that auth does not say. */
export const createAccessTokens = (tokens: ChannelTokens): AccessTokens => ({
  of: async (channelId) => {
    try {
      const access = await tokens.access(channelId);
      const accessToken = access.kind === 'known' ? access.accessToken : null;
      return accessToken === null ? { kind: 'none' } : { kind: 'token', accessToken };
    } catch (error) {
      if (error instanceof DependencyUnavailable) return { kind: 'unavailable' };
      throw error;
    }
  },
  drop: tokens.forget,
  refused: tokens.refused,
});
