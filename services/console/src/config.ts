import { type Environment, processSettings, readSettings, setting } from '@tiktok-channel/platform/config';
import type { z } from 'zod';

const schema = processSettings.pick({ HOST: true, PORT: true, INTERNAL_PORT: true, NODE_ENV: true }).extend({
  INGRESS_URL: setting.url,
  AUTH_URL: setting.url,
  CONVERSATION_URL: setting.url,
  OUTBOUND_URL: setting.url,
  /** Its phone page is linked from the start page. */
  SIMULATOR_URL: setting.url.optional(),
});

export type ConsoleSettings = z.infer<typeof schema>;

export const readConsoleSettings = (environment: Environment): ConsoleSettings => readSettings(schema, environment);
