import { type Clock, fingerprint, type IdGenerator, ok, type Result, refuse } from '@tiktok-channel/platform/kernel';
import { AUTHORIZATION_LIFETIME_MS, chooseReturnTo } from '../domain/authorization.ts';
import type { IsFeatureOn } from './features.ts';
import type { Actor, AuthorizationAttempts, Channels, KeyGenerator, StateTokens } from './ports.ts';
import type { TikTok } from './tiktok-ports.ts';

export interface StartAuthorization {
  readonly actor: Actor;
  /** A channel of the account to authorise again; null to connect any. */
  readonly channelId: string | null;
  readonly returnTo: string | null;
}

export interface StartedAuthorization {
  /** Where the browser goes. */
  readonly url: string;
  readonly attemptId: string;
  /** What the browser keeps, to show at the end that it is the one that started. */
  readonly browserKey: string;
}

export type StartRefusal = 'channel_unknown' | 'return_to_not_allowed' | 'feature_off';

interface Dependencies {
  readonly attempts: AuthorizationAttempts;
  readonly channels: Pick<Channels, 'find'>;
  readonly isFeatureOn: IsFeatureOn;
  readonly states: StateTokens;
  readonly tiktok: TikTok;
  readonly clock: Clock;
  readonly ids: IdGenerator;
  readonly keys: KeyGenerator;
  readonly allowedReturnTo: readonly string[];
}

export const createStartAuthorization =
  ({ attempts, channels, isFeatureOn, states, tiktok, clock, ids, keys, allowedReturnTo }: Dependencies) =>
  async ({
    actor,
    channelId,
    returnTo: wanted,
  }: StartAuthorization): Promise<Result<StartedAuthorization, StartRefusal>> => {
    if (!(await isFeatureOn(actor.accountId, 'tiktok_channel'))) return refuse('feature_off');
    const returnTo = chooseReturnTo(wanted, allowedReturnTo);
    if (!returnTo.ok) return returnTo;
    if (channelId !== null && (await channels.find(actor.accountId, channelId)) === null) {
      return refuse('channel_unknown');
    }
    const browserKey = keys.next();
    const state = {
      attemptId: ids.next(),
      accountId: actor.accountId,
      userId: actor.userId,
      returnTo: returnTo.value,
      channelId,
      browser: fingerprint(browserKey),
      expiresAtMs: clock.now() + AUTHORIZATION_LIFETIME_MS,
    };
    await attempts.start(state);
    return ok({ url: tiktok.consentUrl(await states.sign(state)), attemptId: state.attemptId, browserKey });
  };
