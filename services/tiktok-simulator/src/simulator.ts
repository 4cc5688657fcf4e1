import { randomUUID } from 'node:crypto';
import { systemClock } from '@tiktok-channel/platform/clock';
import { createHttpServer } from '@tiktok-channel/platform/http-server';
import type { Clock, Logger } from '@tiktok-channel/platform/kernel';
import { createApp } from './adapters/http/app.ts';
import { makeMedia } from './adapters/image/media.ts';
import { createWebhookSender } from './adapters/webhook/sender.ts';
import { createTikTok } from './application/tiktok.ts';

/** What a stop leaves requests under way. */
const DRAIN_MS = 1_000;

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

export interface Simulator {
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** Starts a TikTok in this process, and answers when it listens. */
export const createSimulator = async (options: SimulatorOptions): Promise<Simulator> => {
  const { appId, appSecret, redirectUrls = [], webhookUrl = null, host = '127.0.0.1', port = 0 } = options;
  const { clock = systemClock, logger = silent, seed = randomUUID(), accountSeed = seed } = options;
  const sender = createWebhookSender({ secret: appSecret });
  const seeds = { accounts: accountSeed, run: seed };
  const tiktok = createTikTok({ appId, appSecret, redirectUrls, webhookUrl, seeds, systemClock: clock, sender });
  const listener = createApp({ tiktok, drawImage: makeMedia, logger });
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

const silent: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
