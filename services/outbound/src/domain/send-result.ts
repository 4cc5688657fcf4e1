import { failureOfTikTokCode } from '@tiktok-channel/platform/reply-rules';

/** What TikTok said, for people and for its support. */
export interface TikTokAnswer {
  readonly code: number;
  readonly message: string | null;
  readonly requestId: string | null;
}

/**
 * - `accepted`: TikTok has the message.
 * - `rejected`: its code proves that nothing was sent.
 * - `unsent`: the request never left: no connection, or no time was left for it.
 * - `uncertain`: the call went out and no usable answer came back, so TikTok may or may not have the message.
 */
export type SendResult =
  | { readonly kind: 'accepted'; readonly tiktokMessageId: string }
  | { readonly kind: 'rejected'; readonly answer: TikTokAnswer }
  | { readonly kind: 'unsent' }
  | { readonly kind: 'uncertain' };

/**
 * The closed list of codes that prove that a send sent nothing (fact sheet, section 8.1). 40908 (file type) and 40131
 * (authorization code) belong to other calls: on a send they prove nothing.
 */
const SEND_REJECTIONS: ReadonlySet<number> = new Set([40001, 40002, 40007, 40064, 40100, 40102, 40105]);

export const TOO_MANY_REQUESTS = 40100;

/** 40102 is known from the advertising API only, where it means an expired token. */
const TOKEN_REJECTIONS: ReadonlySet<number> = new Set([40102, 40105]);

export const isTokenRejection = (code: number): boolean => TOKEN_REJECTIONS.has(code);

/** Judges an answer that was read. A server error proves nothing, whatever its body says. */
export const sendResultOf = ({
  httpStatus,
  answer,
  tiktokMessageId,
}: {
  readonly httpStatus: number;
  readonly answer: TikTokAnswer;
  readonly tiktokMessageId: string | null;
}): SendResult => {
  if (httpStatus >= 500) return { kind: 'uncertain' };
  if (answer.code === 0 && tiktokMessageId) return { kind: 'accepted', tiktokMessageId };
  return SEND_REJECTIONS.has(answer.code) ? { kind: 'rejected', answer } : { kind: 'uncertain' };
};

/** The verdict behind a rejection that is one. */
export const failureOfRejection = ({ code }: TikTokAnswer) => failureOfTikTokCode(code) ?? 'tiktok_rejected';
