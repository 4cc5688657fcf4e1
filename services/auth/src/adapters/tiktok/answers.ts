import { HttpClientError } from '@tiktok-channel/platform/http-client';
import { type TikTokAnswer, tiktokCodes } from '@tiktok-channel/platform/tiktok';
import type { TikTokTrace, TokenVerdict } from '../../application/tiktok-ports.ts';

/** Null when no answer came or it could not be read. */
export const answerOrNull = async (ask: () => Promise<TikTokAnswer>): Promise<TikTokAnswer | null> => {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof HttpClientError) return null;
    throw error;
  }
};

/** A code that is not among the refusals proves nothing. */
export const verdictOf = (answer: TikTokAnswer | null, refusals: ReadonlySet<number>): TokenVerdict => {
  const trace = traceOf(answer);
  if (answer?.code === tiktokCodes.ok) return { kind: 'taken', trace };
  return { kind: answer !== null && refusals.has(answer.code) ? 'refused' : 'unavailable', trace };
};

export const traceOf = (answer: TikTokAnswer | null): TikTokTrace =>
  answer === null ? null : { code: answer.code, requestId: answer.requestId };
