import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock, Logger } from '@tiktok-channel/platform/kernel';
import { createApp } from './adapters/http/app.ts';
import { drawImage } from './adapters/image/drawing.ts';
import { createWebhookSender } from './adapters/webhook/sender.ts';
import { createTikTok } from './application/tiktok.ts';

export interface SimulatorOptions {
  readonly appId: string;
  readonly appSecret: string;
  /** Registered redirect addresses; matched character for character. */
  readonly redirectUrls?: readonly string[];
  /** Subscribed to direct messages from the start; null or absent for nothing. */
  readonly webhookUrl?: string | null;
  /** The same seed gives the same ids. */
  readonly seed?: string;
  readonly host?: string;
  /** 0 or absent for any free port. */
  readonly port?: number;
  readonly systemClock?: Clock;
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
  const { systemClock = defaultClock, logger = silent, seed = String(systemClock.now()) } = options;
  const sender = createWebhookSender({ secret: appSecret });
  const tiktok = createTikTok({ appId, appSecret, redirectUrls, webhookUrl, seed, systemClock, sender });
  const server = createServer(createApp({ tiktok, drawImage, logger }));
  const listening = await listen(server, host, port);

  return {
    url: `http://${host === '0.0.0.0' ? '127.0.0.1' : host}:${listening}`,
    port: listening,
    stop: async () => {
      tiktok.stop();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      sender.stop();
      await closed;
    },
  };
};

const listen = async (server: Server, host: string, port: number): Promise<number> => {
  server.listen(port, host);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
};

// biome-ignore lint/style/noRestrictedGlobals: the one place here that reads the system's clock, at the edge of the process.
const defaultClock: Clock = { now: () => Date.now() };

const silent: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
