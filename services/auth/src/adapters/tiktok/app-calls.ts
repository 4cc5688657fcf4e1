import type { Secret } from '@tiktok-channel/platform/config';
import { type TikTokAnswer, tiktokCodes } from '@tiktok-channel/platform/tiktok';

export type AsApp = (ask: (secret: string) => Promise<TikTokAnswer>) => Promise<TikTokAnswer>;

/**
 * Calls with the app's credentials. While the secret is being changed several are known, and TikTok takes one of them: one that
 * is refused did nothing, so the next is tried, and the one that worked comes first from then on.
 */
export const createAppCalls = (appSecrets: readonly Secret[]): AsApp => {
  let secrets = [...appSecrets];
  return async (ask) => {
    let refused: TikTokAnswer | null = null;
    for (const secret of secrets) {
      const answer = await ask(secret.reveal());
      if (!MAY_BE_THE_SECRET.has(answer.code)) {
        secrets = [secret, ...secrets.filter((other) => other !== secret)];
        return answer;
      }
      refused ??= answer;
    }
    if (refused === null) throw new TypeError('TikTok wants the secret of the app');
    return refused;
  };
};

/** Codes with which TikTok may refuse the app's secret; no source knows a code of its own for it. */
const MAY_BE_THE_SECRET: ReadonlySet<number> = new Set([
  tiktokCodes.noPermission,
  tiktokCodes.invalidParameter,
  tiktokCodes.tokenRejected,
]);
