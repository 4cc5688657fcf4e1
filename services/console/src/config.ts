import { type Environment, processSettings, readSettings, setting } from '@tiktok-channel/platform/config';
import { z } from 'zod';
import { UPSTREAMS, type Upstream } from './domain/routes.ts';

/** Comma list, one for each replica. */
const replicaUrls = setting.list.pipe(z.array(setting.url));

const schema = processSettings
  .pick({ HOST: true, PORT: true, INTERNAL_PORT: true, NODE_ENV: true })
  .extend({
    INGRESS_URL: replicaUrls,
    /** Ingress's second process, which serves its operators. */
    HISTORY_URL: replicaUrls,
    AUTH_URL: replicaUrls,
    CONVERSATION_URL: replicaUrls,
    OUTBOUND_URL: replicaUrls,
    /** Where each replica tells whether it is ready, in the same order; of use where there are several. */
    INGRESS_INTERNAL_URL: replicaUrls.default([]),
    HISTORY_INTERNAL_URL: replicaUrls.default([]),
    AUTH_INTERNAL_URL: replicaUrls.default([]),
    CONVERSATION_INTERNAL_URL: replicaUrls.default([]),
    OUTBOUND_INTERNAL_URL: replicaUrls.default([]),
    /** Its phone page is linked from the start page. */
    SIMULATOR_URL: setting.url.optional(),
  })
  .superRefine((settings, context) => {
    for (const upstream of UPSTREAMS) {
      const [name, internalName] = variablesOf(upstream);
      if (settings[name].length > 1 && settings[name].length !== settings[internalName].length) {
        context.addIssue({ code: 'custom', path: [internalName], message: `needs as many addresses as ${name}` });
      }
    }
  });

export type ConsoleSettings = z.infer<typeof schema>;

export const readConsoleSettings = (environment: Environment): ConsoleSettings => readSettings(schema, environment);

/** Base URLs of each replica of a service. Without an internal one nobody asks it whether it is ready. */
export const replicasOf = (settings: ConsoleSettings, upstream: Upstream) => {
  const [name, internalName] = variablesOf(upstream);

  return settings[name].map((url, index) => ({ url, internalUrl: settings[internalName][index] ?? null }));
};

const variablesOf = (upstream: Upstream) => {
  const name = upstream.toUpperCase() as Uppercase<Upstream>;

  return [`${name}_URL`, `${name}_INTERNAL_URL`] as const;
};
