import { type HttpClient, HttpClientError } from '@tiktok-channel/platform/http-client';
import { createTikTokApi, type TikTokAnswer } from '@tiktok-channel/platform/tiktok';
import { z } from 'zod';
import type { Check } from '../../application/diagnose.ts';
import { shownAddress } from '../../domain/address.ts';
import { type Finding, failed, fine, unchecked } from '../../domain/finding.ts';

export interface TikTokApp {
  readonly baseUrl: string;
  readonly version: string;
  readonly appId: string;
  /** While the secret is changed there are two, and TikTok takes one of them. */
  readonly appSecrets: readonly string[];
  /** Where TikTok should deliver to; null when that is not known here. */
  readonly callbackUrl: string | null;
}

const NAME = 'TikTok API';
const AWAY = 'see that this machine may call out, and set TIKTOK_API_BASE_URL (without the version)';

/** The API answers, knows the app, and delivers to where this product listens. */
export const tiktokCheck = (client: HttpClient, app: TikTokApp): Check => ({
  name: NAME,
  next: AWAY,
  async look() {
    const api = createTikTokApi({ client, baseUrl: app.baseUrl, version: app.version });
    const ask = (secret: string) =>
      api.get('business/webhook/list/', { query: { app_id: app.appId, secret, event_type: 'DIRECT_MESSAGE' } });
    try {
      return findingsOf(await firstTaken(app.appSecrets, ask), app);
    } catch (error) {
      if (!(error instanceof HttpClientError)) throw error;
      return [
        failed(NAME, `${shownAddress(app.baseUrl)} is ${error.code.replace('_', ' ')}`, AWAY),
        unchecked('webhook registration', 'TikTok does not answer'),
      ];
    }
  },
});

/** The answer to the first secret that TikTok takes, or to the last one. */
const firstTaken = async (
  secrets: readonly string[],
  ask: (secret: string) => Promise<TikTokAnswer>,
): Promise<TikTokAnswer> => {
  const [secret = '', ...others] = secrets;
  const answer = await ask(secret);
  return answer.code === 0 || others.length === 0 ? answer : firstTaken(others, ask);
};

const findingsOf = (answer: TikTokAnswer, app: TikTokApp): readonly Finding[] => {
  const api = fine(NAME, `${shownAddress(app.baseUrl)}/${app.version} answers`);
  if (answer.code !== 0) {
    const detail = `TikTok refuses the app (code ${answer.code}, request ${answer.requestId ?? 'unknown'})`;
    return [api, failed('webhook registration', detail, 'set TIKTOK_APP_ID and TIKTOK_APP_SECRET as TikTok has them')];
  }
  return [api, registrationFinding(answer.data, app.callbackUrl)];
};

const subscription = z.object({ callback_url: z.string().optional() });

const registrationFinding = (data: unknown, wanted: string | null): Finding => {
  const name = 'webhook registration';
  if (wanted === null) return unchecked(name, 'PUBLIC_URL is not set');
  const actual = subscription.safeParse(data).data?.callback_url;
  if (actual === wanted) return fine(name, `TikTok delivers to ${shownAddress(wanted)}`);
  const next = 'auth registers it by itself: see that auth runs with this PUBLIC_URL, and look at its log';
  const there = actual === undefined ? 'nowhere' : shownAddress(actual);
  return failed(name, `TikTok delivers to ${there} instead of ${shownAddress(wanted)}`, next);
};
