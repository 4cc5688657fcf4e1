import { jsonBody, notFound, onlyMethods, validate } from '@tiktok-channel/platform/http-server';
import { type IdentifyPerson, personIn, requirePerson } from '@tiktok-channel/platform/identity';
import type { IdGenerator } from '@tiktok-channel/platform/kernel';
import { operatorBody } from '@tiktok-channel/platform/operator-api';
import type { Express, Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import type { EndChannel } from '../../application/end-channel.ts';
import type { IsFeatureOn } from '../../application/features.ts';
import type { Act, Features } from '../../application/ports.ts';
import type { ResealTokens } from '../../application/reseal-tokens.ts';
import { FEATURES, type Feature } from '../../domain/features.ts';
import { featureViews } from './accounts.routes.ts';
import { actOf } from './acts.ts';
import { isStorable } from './ids.ts';

export interface OperatorRoutes {
  readonly identify: IdentifyPerson;
  readonly endChannel: Pick<EndChannel, 'release'>;
  readonly features: Pick<Features, 'switch'>;
  readonly isFeatureOn: IsFeatureOn;
  readonly resealTokens: ResealTokens;
  readonly ids: IdGenerator;
}

const RELEASE = '/operator/v1/channels/:channelId/release';
const ACCOUNT_FEATURES = '/operator/v1/accounts/:accountId/features';
const ONE_FEATURE = '/operator/v1/accounts/:accountId/features/:feature';
const RESEAL = '/operator/v1/tokens/reencrypt';

/** An operator acts on any account, and says why. */
export const mountOperator = (app: Express, routes: OperatorRoutes): void => {
  const operator = requirePerson(routes.identify, 'operator');

  app.post(RELEASE, operator, jsonBody, releaseHandler(routes));
  app.all(RELEASE, onlyMethods('POST'));

  app.get(ACCOUNT_FEATURES, operator, async (request, response) => {
    const items = await featureViews(routes.isFeatureOn, storable(request.params.accountId, 'this account'));
    response.json({ items, nextCursor: null });
  });
  app.all(ACCOUNT_FEATURES, onlyMethods('GET'));

  app.put(ONE_FEATURE, operator, jsonBody, featureHandler(routes));
  app.all(ONE_FEATURE, onlyMethods('PUT'));

  app.post(RESEAL, operator, jsonBody, resealHandler(routes));
  app.all(RESEAL, onlyMethods('POST'));
};

export const releasedView = z.object({ channelId: z.string(), state: z.literal('released') });
export const resealedView = z.object({
  resealed: z.number().int(),
  sealedWith: z.record(z.string(), z.number().int()).describe('Sealed values by the id of their key.'),
});
export const featureBody = operatorBody.extend({ isEnabled: z.boolean() });

const releaseHandler =
  (routes: OperatorRoutes): RequestHandler =>
  async (request, response) => {
    const channelId = storable(request.params.channelId, 'this channel');
    const { reason } = validate(operatorBody, request.body);
    const released = await routes.endChannel.release(channelId, actIn(routes, response, reason));
    if (!released.ok) throw notFound('this channel');
    response.json({ channelId, state: 'released' });
  };

const featureHandler =
  (routes: OperatorRoutes): RequestHandler =>
  async (request, response) => {
    const accountId = storable(request.params.accountId, 'this account');
    const feature = featureIn(request);
    const { isEnabled, reason } = validate(featureBody, request.body);
    await routes.features.switch({ accountId, feature, isEnabled }, actIn(routes, response, reason));
    response.json({ feature, isEnabled });
  };

const resealHandler =
  (routes: OperatorRoutes): RequestHandler =>
  async (request, response) => {
    const { reason } = validate(operatorBody, request.body);
    response.json(await routes.resealTokens(actIn(routes, response, reason)));
  };

const actIn = ({ ids }: OperatorRoutes, response: Response, reason: string): Act =>
  actOf(personIn(response), { role: 'operator', reason, ids });

const storable = (id: string | string[] | undefined, what: string): string => {
  if (typeof id !== 'string' || !isStorable(id)) throw notFound(what);
  return id;
};

const featureIn = ({ params }: Request): Feature => {
  const feature = FEATURES.find((known) => known === params.feature);
  if (feature === undefined) throw notFound('this feature');
  return feature;
};
