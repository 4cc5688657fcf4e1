import { randomUUID } from 'node:crypto';
import { systemClock } from '@tiktok-channel/platform/clock';
import { createHttpServer } from '@tiktok-channel/platform/http-server';
import { silentLogger } from '@tiktok-channel/platform/kernel';
import { createApp } from './adapters/http/app.ts';
import { makeMedia } from './adapters/image/media.ts';
import { createWebhookSender } from './adapters/webhook/sender.ts';
import { createTikTok } from './application/tiktok.ts';
import type { SimulatorOptions } from './config.ts';

/** What a stop leaves requests under way. */
const DRAIN_MS = 1_000;

export type { SimulatorOptions } from './config.ts';

export interface Simulator {
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** Starts a TikTok in this process, and answers when it listens. */
export const createSimulator = async (options: SimulatorOptions): Promise<Simulator> => {
  const { appId, appSecret, redirectUrls = [], webhookUrl = null, host = '127.0.0.1', port = 0 } = options;
  const { clock = systemClock, logger = silentLogger, seed = randomUUID(), accountSeed = seed } = options;
  const sender = createWebhookSender({ secret: appSecret });
  const seeds = { accounts: accountSeed, run: seed };
  const tiktok = createTikTok({ appId, appSecret, redirectUrls, webhookUrl, seeds, systemClock: clock, sender });
  const listener = createApp({ tiktok, makeMedia, logger });
  const server = createHttpServer({ name: 'http', listener, host, port, drainMs: DRAIN_MS });
  await server.start();

  return {
    url: server.url(),
    port: server.port(),
    stop: async () => {
      tiktok.stop();
      await server.stop();
      sender.stop();
    },
  };
};
