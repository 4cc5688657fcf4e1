export { type ChannelAccess, type ChannelTokens, createChannelTokens } from './channel-tokens.ts';
