import type { Channel, Conversation } from '../../api/types.ts';
import { words } from '../../words.ts';

type Customer = Conversation['customer'];

export const nameOf = ({ displayName, username }: Customer): string => displayName ?? username ?? words.inbox.somebody;

export const handleOf = (username: string | null): string =>
  username === null ? words.inbox.somebody : `@${username}`;

export const channelName = (channels: readonly Channel[] | undefined, channelId: string): string => {
  const channel = channels?.find((each) => each.channelId === channelId);
  if (channel === undefined) return words.inbox.channel;
  return channel.username === null ? (channel.displayName ?? words.inbox.channel) : `@${channel.username}`;
};
