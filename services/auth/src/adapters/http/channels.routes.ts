import { jsonBody, notFound, onlyMethods, validate } from '@tiktok-channel/platform/http-server';
import { type IdentifyPerson, personIn, requirePerson } from '@tiktok-channel/platform/identity';
import type { Clock, IdGenerator } from '@tiktok-channel/platform/kernel';
import { reasonText } from '@tiktok-channel/platform/operator-api';
import type { Express, RequestHandler } from 'express';
import { z } from 'zod';
import type { EndChannel } from '../../application/end-channel.ts';
import type { ChannelHealths } from '../../application/ports.ts';
import { actOf } from './acts.ts';
import { viewOf } from './channel-views.ts';
import { isStorable } from './ids.ts';

export interface ChannelRoutes {
  readonly identify: IdentifyPerson;
  readonly healths: ChannelHealths;
  readonly endChannel: Pick<EndChannel, 'disconnect'>;
  readonly clock: Clock;
  readonly ids: IdGenerator;
}

const LIST = '/v1/channels';
const ONE = '/v1/channels/:channelId';
const DISCONNECT = '/v1/channels/:channelId/disconnect';

/** Every query carries the account of the person's token, so a foreign channel does not exist for them. */
export const mountChannels = (app: Express, routes: ChannelRoutes): void => {
  const { identify, healths, clock } = routes;
  const everyone = requirePerson(identify, 'administrator', 'agent', 'operator');

  app.get(LIST, everyone, async (_request, response) => {
    const items = await healths.ofAccount(personIn(response).accountId);
    response.json({ items: items.map((health) => viewOf(health, clock.now())), nextCursor: null });
  });
  app.all(LIST, onlyMethods('GET'));

  app.get(ONE, everyone, async (request, response) => {
    const health = await findHealth(healths, personIn(response).accountId, request.params.channelId as string);
    response.json(viewOf(health, clock.now()));
  });
  app.all(ONE, onlyMethods('GET'));

  app.post(DISCONNECT, requirePerson(identify, 'administrator'), jsonBody, disconnectHandler(routes));
  app.all(DISCONNECT, onlyMethods('POST'));
};

export const disconnectBody = z.object({ reason: reasonText.optional() }).default({});

const disconnectHandler =
  ({ healths, endChannel, clock, ids }: ChannelRoutes): RequestHandler =>
  async (request, response) => {
    const person = personIn(response);
    const channelId = request.params.channelId as string;
    const { reason = null } = validate(disconnectBody, request.body);
    await findHealth(healths, person.accountId, channelId);
    const act = actOf(person, { role: 'administrator', reason, ids });
    const ended = await endChannel.disconnect(person.accountId, channelId, act);
    if (!ended.ok) throw notFound('this channel');
    response.json(viewOf(await findHealth(healths, person.accountId, channelId), clock.now()));
  };

const findHealth = async (healths: ChannelHealths, accountId: string, channelId: string) => {
  const health = isStorable(channelId) ? await healths.find(accountId, channelId) : null;
  if (health === null) throw notFound('this channel');
  return health;
};
