import type { Result } from '@tiktok-channel/platform/kernel';
import type { Response } from 'express';
import type { TikTok } from '../../../application/tiktok.ts';
import { fittingStatus, type Refusal } from '../../../domain/codes.ts';

/** Data of an answer; an empty object where TikTok documents none. */
export type Answer = Result<object, Refusal>;

/** TikTok's envelope. Failures come with HTTP 200 too, unless a switch says otherwise: the code tells them. */
export const sendAnswer = (tiktok: TikTok, res: Response, answer: Answer): void => {
  const { http_status_follows_code, undocumented_fields } = tiktok.switches.now();
  const { code, message } = answer.ok ? { code: 0, message: 'OK' } : answer.error;
  res.locals.code = code;
  const data = answer.ok ? answer.value : {};
  const envelope = { code, message, request_id: tiktok.ids.request(tiktok.time.now()), data };
  res.status(!answer.ok && http_status_follows_code ? fittingStatus(code) : 200);
  res.json(undocumented_fields ? withMore({ ...envelope, data: withMore(data) }) : envelope);
};

/** What a client must live with: a field that nobody documented, and the others in another order. */
const withMore = (fields: object): object => ({
  undocumented: { since: 'v1.3' },
  ...Object.fromEntries(Object.entries(fields).reverse()),
});

/** The code of the envelope that was sent; null where there was none. */
export const answeredCode = (res: Response): number | null =>
  typeof res.locals.code === 'number' ? res.locals.code : null;
