import { randomBytes, randomUUID } from 'node:crypto';
import type { Clock, IdGenerator, Logger } from '@tiktok-channel/platform/kernel';
import type { TikTok, TikTokWebhooks } from './application/tiktok-ports.ts';
import type { AuthSettings } from './config.ts';
import type { Reporters } from './telemetry.ts';

export interface AuthOptions {
  readonly settings: AuthSettings;
  readonly logger: Logger;
  /** In place of the clock that the settings ask for. */
  readonly clock?: Clock;
  /** In place of TikTok's API. */
  readonly tiktok?: { readonly port: TikTok; readonly webhooks: TikTokWebhooks };
}

/** What every part of the composition is given. */
export interface Core {
  readonly settings: AuthSettings;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly report: Reporters;
}

/** Folder of this service's migrations, for the deploy step and for tests. */
export const authMigrations = new URL('../prisma/migrations/', import.meta.url);

export const ids: IdGenerator = { next: () => randomUUID() };

export const browserKeys = { next: () => randomBytes(32).toString('base64url') };

export const isProduction = ({ NODE_ENV }: AuthSettings): boolean => NODE_ENV === 'production';
