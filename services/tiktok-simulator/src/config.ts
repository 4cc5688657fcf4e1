import { z } from 'zod';
import type { SimulatorOptions } from './simulator.ts';

const listOf = (text: string): readonly string[] => text.split(',').filter((part) => part !== '');

const settings = z.object({
  HOST: z.string().default('0.0.0.0'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(4010),
  SIMULATOR_APP_ID: z.string().min(1),
  SIMULATOR_APP_SECRET: z.string().min(1),
  SIMULATOR_REDIRECT_URLS: z.string().default('').transform(listOf),
  SIMULATOR_WEBHOOK_URL: z.preprocess((value) => (value === '' ? undefined : value), z.url().optional()),
  SIMULATOR_SEED: z.string().min(1).optional(),
});

/** Every bad setting in one error, by name and never by value. */
export const readSettings = (environment: NodeJS.ProcessEnv): SimulatorOptions => {
  const parsed = settings.safeParse(environment);
  if (!parsed.success) {
    const names = new Set(parsed.error.issues.map(({ path }) => path.join('.')));
    throw new Error(`bad or missing settings: ${[...names].join(', ')}`);
  }
  const { HOST, PORT, SIMULATOR_SEED } = parsed.data;
  return {
    host: HOST,
    port: PORT,
    appId: parsed.data.SIMULATOR_APP_ID,
    appSecret: parsed.data.SIMULATOR_APP_SECRET,
    redirectUrls: parsed.data.SIMULATOR_REDIRECT_URLS,
    webhookUrl: parsed.data.SIMULATOR_WEBHOOK_URL ?? null,
    ...(SIMULATOR_SEED === undefined ? {} : { seed: SIMULATOR_SEED }),
  };
};
