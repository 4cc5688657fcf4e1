export { type ChannelAccess, type ChannelTokens, createChannelTokens, TOKEN_DEADLINE_MS } from './channel-tokens.ts';
