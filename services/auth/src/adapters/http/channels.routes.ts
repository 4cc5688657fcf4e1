import { notFound, onlyMethods } from '@tiktok-channel/platform/http-server';
import { type IdentifyPerson, personIn, requirePerson } from '@tiktok-channel/platform/identity';
import type { Express } from 'express';
import type { Channels } from '../../application/ports.ts';
import type { Channel } from '../../domain/channel.ts';

export interface ChannelRoutes {
  readonly identify: IdentifyPerson;
  readonly channels: Channels;
}

/** Every query carries the account of the person's token, so a foreign channel does not exist for them. */
export const mountChannels = (app: Express, { identify, channels }: ChannelRoutes): void => {
  const everyone = requirePerson(identify, 'administrator', 'agent', 'operator');

  app.get('/v1/channels', everyone, async (_request, response) => {
    const items = await channels.ofAccount(personIn(response).accountId);
    response.json({ items: items.map(viewOf), nextCursor: null });
  });
  app.all('/v1/channels', onlyMethods('GET'));

  app.get('/v1/channels/:channelId', everyone, async (request, response) => {
    const channelId = request.params.channelId as string;
    const channel = isStorable(channelId) ? await channels.find(personIn(response).accountId, channelId) : null;
    if (channel === null) throw notFound('this channel');
    response.json(viewOf(channel));
  });
  app.all('/v1/channels/:channelId', onlyMethods('GET'));
};

/** PostgreSQL's text holds no U+0000, so nothing has such an id. */
const isStorable = (id: string): boolean => !id.includes('\0');

const viewOf = (channel: Channel) => ({
  channelId: channel.channelId,
  username: channel.username,
  displayName: channel.displayName,
  profileImageUrl: channel.profileImageUrl,
  state: channel.status,
  scopes: channel.grantedScopes,
  missingScopes: channel.missingScopes,
  authorizedAt: channel.authorizedAtMs,
});
