import { type Environment, readSettings, setting } from '@tiktok-channel/platform/config';
import type { Clock, Logger } from '@tiktok-channel/platform/kernel';
import { z } from 'zod';

export interface SimulatorOptions {
  readonly appId: string;
  readonly appSecret: string;
  /** Registered redirect addresses; matched character for character. */
  readonly redirectUrls?: readonly string[];
  /** Subscribed to direct messages from the start; null or absent for nothing. */
  readonly webhookUrl?: string | null;
  /** With the same seed the same calls in the same order give the same ids, delays and faults. */
  readonly seed?: string;
  /** Only the ids of accounts, posts and conversations: what happens has new ids with every start. */
  readonly accountSeed?: string;
  readonly host?: string;
  /** 0 or absent for any free port. */
  readonly port?: number;
  /** The machine's time; the simulator's is this plus what `_control/clock` added. */
  readonly clock?: Clock;
  readonly logger?: Logger;
}

const settings = z.object({
  HOST: setting.text.default('0.0.0.0'),
  PORT: setting.port.default(4010),
  SIMULATOR_APP_ID: setting.text,
  SIMULATOR_APP_SECRET: setting.secret,
  SIMULATOR_REDIRECT_URLS: setting.list.optional(),
  SIMULATOR_WEBHOOK_URL: z.url({ protocol: /^https?$/ }).optional(),
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
