import { ok, type Result, refuse } from '@tiktok-channel/platform/kernel';
import { type FailureCode, failureOfTikTokCode } from '@tiktok-channel/platform/reply-rules';
import { channelFailure } from '../domain/channel.ts';
import { isTokenRejection, type TikTokAnswer, TOO_MANY_REQUESTS } from '../domain/send-result.ts';
import type { DelayReason } from '../domain/waiting.ts';
import type { Caller, CallResult, Channels } from './ports.ts';

/** What keeps a reply from being sent: for good, or for now. */
export type Obstacle =
  | {
      readonly kind: 'refused';
      readonly code: FailureCode;
      readonly tiktok: TikTokAnswer | null;
      readonly nextAllowedMs: number | null;
    }
  /** `untilMs` null: a while that grows from try to try. */
  | { readonly kind: 'postponed'; readonly reason: DelayReason; readonly untilMs: number | null };

export const refused = (code: FailureCode, nextAllowedMs: number | null = null): Result<never, Obstacle> =>
  refuse({ kind: 'refused', code, tiktok: null, nextAllowedMs });

export const postponed = (reason: DelayReason): Result<never, Obstacle> =>
  refuse({ kind: 'postponed', reason, untilMs: null });

/** Who calls for a channel, with a token that auth gives now. Throws `DependencyUnavailable`. */
export const findCaller = async (
  channels: Pick<Channels, 'access'>,
  channelId: string,
): Promise<Result<Caller, Obstacle>> => {
  const channel = await channels.access(channelId);
  const failure = channelFailure(channel);
  if (failure !== null) return refused(failure);
  const accessToken = channel.kind === 'known' ? channel.accessToken : null;
  return accessToken === null ? postponed('auth_unavailable') : ok({ channelId, accessToken });
};

/** A call with the caller's token; once more with a fresh one when TikTok refuses that. Throws `DependencyUnavailable`. */
export const calling = async <T>(
  channels: Channels,
  caller: Caller,
  call: (caller: Caller) => Promise<CallResult<T>>,
): Promise<Result<T, Obstacle>> => {
  const first = await call(caller);
  if (first.kind !== 'rejected' || !isTokenRejection(first.answer.code)) return resultOf(first);

  channels.refused(caller.channelId, caller.accessToken);
  const fresh = await findCaller(channels, caller.channelId);
  return fresh.ok ? resultOf(await call(fresh.value)) : fresh;
};

const resultOf = <T>(result: CallResult<T>): Result<T, Obstacle> => {
  switch (result.kind) {
    case 'answered':
      return ok(result.value);
    case 'postponed':
      return refuse(result);
    case 'rejected':
      return refuse(obstacleOf(result.answer));
  }
};

const obstacleOf = (answer: TikTokAnswer): Obstacle => {
  if (answer.code === TOO_MANY_REQUESTS) return { kind: 'postponed', reason: 'rate_limited', untilMs: null };
  const code = failureOfTikTokCode(answer.code);
  if (code === null) return { kind: 'postponed', reason: 'tiktok_unavailable', untilMs: null };
  return { kind: 'refused', code, tiktok: answer, nextAllowedMs: null };
};
