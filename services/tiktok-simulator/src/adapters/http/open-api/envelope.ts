import type { Result } from '@tiktok-channel/platform/kernel';
import type { Response } from 'express';
import type { TikTok } from '../../../application/tiktok.ts';
import type { Refusal } from '../../../domain/codes.ts';

/** Data of an answer; an empty object where TikTok documents none. */
export type Answer = Result<object, Refusal>;

/** TikTok's envelope. Failures come with HTTP 200 too: the code tells them. */
export const sendAnswer = (tiktok: TikTok, res: Response, answer: Answer): void => {
  const { code, message } = answer.ok ? { code: 0, message: 'OK' } : answer.error;
  res.status(200).json({
    code,
    message,
    request_id: tiktok.ids.request(tiktok.time.now()),
    data: answer.ok ? answer.value : {},
  });
};
