import { type Clock, DependencyUnavailable, type Result } from '@tiktok-channel/platform/kernel';
import type { Act, Channels } from './ports.ts';
import type { RevokeTokens } from './revoke-tokens.ts';

interface Dependencies {
  readonly channels: Pick<Channels, 'end'>;
  readonly revoke: RevokeTokens;
  readonly clock: Clock;
}

export interface EndChannel {
  /** The channel stays with its account, which may connect it again. */
  disconnect(accountId: string, channelId: string, act: Act): Promise<Result<void, 'channel_unknown'>>;
  /** Nothing of it stays, and any account may connect it. */
  release(channelId: string, act: Act): Promise<Result<void, 'channel_unknown'>>;
}

export const createEndChannel = ({ channels, revoke, clock }: Dependencies): EndChannel => {
  const end = async (
    channelId: string,
    command: Parameters<Channels['end']>[1],
    act: Act,
  ): Promise<Result<void, 'channel_unknown'>> => {
    const ended = await channels.end(channelId, command, act);
    if (!ended.ok) return { ok: false, error: 'channel_unknown' };
    // The channel has ended, whatever becomes of this try: what stays is revoked in the background.
    await revoke(channelId).catch((error: unknown) => {
      if (!(error instanceof DependencyUnavailable)) throw error;
    });
    return ended;
  };
  return {
    disconnect: (accountId, channelId, act) =>
      end(channelId, { type: 'DisconnectChannel', accountId, atMs: clock.now() }, act),
    release: (channelId, act) => end(channelId, { type: 'ReleaseChannel', atMs: clock.now() }, act),
  };
};
