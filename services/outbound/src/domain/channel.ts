import type { FailureCode } from '@tiktok-channel/platform/reply-rules';

/** A channel as auth knows it. */
export type ChannelAccess =
  | { readonly kind: 'unknown' }
  | {
      readonly kind: 'known';
      readonly status: 'connected' | 'expiring' | 'needs_reauthorization' | 'disconnected';
      readonly grantedScopes: readonly string[];
      readonly accessToken: string | null;
    };

const SEND_SCOPE = 'message.list.send';

/** Why nothing can be sent through this channel; null when it can. */
export const channelFailure = (channel: ChannelAccess): FailureCode | null => {
  if (channel.kind === 'unknown') return 'channel_unknown';
  if (channel.status === 'disconnected') return 'channel_disconnected';
  if (channel.status === 'needs_reauthorization') return 'channel_needs_reauthorization';
  return channel.grantedScopes.includes(SEND_SCOPE) ? null : 'missing_scope';
};
