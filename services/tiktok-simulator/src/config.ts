import { type Environment, readSettings, setting } from '@tiktok-channel/platform/config';
import { z } from 'zod';
import type { SimulatorOptions } from './simulator.ts';

const settings = z.object({
  HOST: setting.text.default('0.0.0.0'),
  PORT: setting.port.default(4010),
  SIMULATOR_APP_ID: setting.text,
  SIMULATOR_APP_SECRET: setting.secret,
  SIMULATOR_REDIRECT_URLS: setting.list.optional(),
  SIMULATOR_WEBHOOK_URL: z.url().optional(),
  SIMULATOR_SEED: setting.text.optional(),
  SIMULATOR_ACCOUNT_SEED: setting.text.optional(),
});

/** Throws `InvalidSettings`, which names every bad one. */
export const readOptions = (environment: Environment): SimulatorOptions => {
  const read = readSettings(settings, environment);
  return {
    host: read.HOST,
    port: read.PORT,
    appId: read.SIMULATOR_APP_ID,
    appSecret: read.SIMULATOR_APP_SECRET.reveal(),
    redirectUrls: read.SIMULATOR_REDIRECT_URLS ?? [],
    webhookUrl: read.SIMULATOR_WEBHOOK_URL ?? null,
    ...(read.SIMULATOR_SEED === undefined ? {} : { seed: read.SIMULATOR_SEED }),
    ...(read.SIMULATOR_ACCOUNT_SEED === undefined ? {} : { accountSeed: read.SIMULATOR_ACCOUNT_SEED }),
  };
};
