import { z } from 'zod';
import type { AuthOperations } from '../../application/auth-operations.ts';
import { createAsk } from './ask.ts';
import type { OperatorApi } from './operator-api.client.ts';

/** Every sealed value is opened once; many thousands take a while. */
const REENCRYPTION_WITHIN_MS = 600_000;

const feature = z.object({ feature: z.string(), isEnabled: z.boolean() });
const features = z.object({ items: z.array(feature) });
const reencrypted = z.object({ resealed: z.number().int(), sealedWith: z.record(z.string(), z.number().int()) });
const released = z.object({ channelId: z.string() });

/** As auth serves them. */
export const createAuthOperations = (api: Pick<OperatorApi, 'call'>): AuthOperations => {
  const ask = createAsk(api);
  return {
    features: async (accountId) =>
      (await ask(features, { service: 'auth', method: 'GET', path: featuresOf(accountId) })).items,
    switchFeature: ({ accountId, feature: name, isEnabled }, reason) => {
      const path = `${featuresOf(accountId)}/${encodeURIComponent(name)}`;
      return ask(feature, { service: 'auth', method: 'PUT', path, body: { isEnabled, reason } });
    },
    reencryptTokens: (reason) =>
      ask(reencrypted, {
        service: 'auth',
        method: 'POST',
        path: '/tokens/reencrypt',
        body: { reason },
        deadlineMs: REENCRYPTION_WITHIN_MS,
      }),
    releaseChannel: async (channelId, reason) => {
      const path = `/channels/${encodeURIComponent(channelId)}/release`;
      await ask(released, { service: 'auth', method: 'POST', path, body: { reason } });
    },
  };
};

const featuresOf = (accountId: string): string => `/accounts/${encodeURIComponent(accountId)}/features`;
