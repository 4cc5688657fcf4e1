import { type TikTokApi, tiktokCodes } from '@tiktok-channel/platform/tiktok';
import { z } from 'zod';
import type { TikTokWebhooks } from '../../application/tiktok-ports.ts';
import { answerOrNull, verdictOf } from './answers.ts';
import { createAppCalls } from './app-calls.ts';
import type { TikTokAppSettings } from './tiktok.client.ts';

const DEADLINE_MS = 10_000;
const EVENT_TYPE = 'DIRECT_MESSAGE';

/** What TikTok calls for the app's direct messages (fact sheet, section 9). */
export const createTikTokWebhooks = ({
  api,
  settings: { appId, appSecrets },
}: {
  readonly api: TikTokApi;
  readonly settings: Pick<TikTokAppSettings, 'appId' | 'appSecrets'>;
}): TikTokWebhooks => {
  const asApp = createAppCalls(appSecrets);
  return {
    callback: async () => {
      const answer = await answerOrNull(() =>
        asApp((secret) =>
          api.get('business/webhook/list/', {
            query: { app_id: appId, secret, event_type: EVENT_TYPE },
            deadlineMs: DEADLINE_MS,
          }),
        ),
      );
      const { kind, trace } = verdictOf(answer, APP_REFUSALS);
      if (kind !== 'taken') return { kind, trace };
      const parsed = callbackAnswer.safeParse(answer?.data);
      return parsed.success
        ? { kind: 'known', callbackUrl: parsed.data?.callback_url ?? null }
        : { kind: 'unavailable', trace };
    },
    register: async (callbackUrl) => {
      const ask = (secret: string) =>
        api.post('business/webhook/update/', {
          body: { app_id: appId, secret, event_type: EVENT_TYPE, callback_url: callbackUrl },
          deadlineMs: DEADLINE_MS,
        });
      return verdictOf(await answerOrNull(() => asApp(ask)), APP_REFUSALS);
    },
  };
};

/** No `callback_url` means not subscribed. */
const callbackAnswer = z.object({ callback_url: z.string().nullish() }).nullish();

/** Codes that refuse a call of the app: its credentials, or what it asks for. */
const APP_REFUSALS: ReadonlySet<number> = new Set([tiktokCodes.noPermission, tiktokCodes.invalidParameter]);
