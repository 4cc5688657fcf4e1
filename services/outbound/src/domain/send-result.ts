import { failureOfTikTokCode } from '@tiktok-channel/platform/reply-rules';

/** What TikTok said, for people and for its support. */
export interface TikTokAnswer {
  readonly code: number;
  readonly message: string | null;
  readonly requestId: string | null;
}

/**
 * - `accepted`: TikTok has the message; an action has no message id.
 * - `rejected`: its code proves that nothing was sent.
 * - `unsent`: the request never left: no connection, or no time was left for it.
 * - `uncertain`: the call went out and no usable answer came back, so TikTok may or may not have the message.
 */
export type SendResult =
  | { readonly kind: 'accepted'; readonly tiktokMessageId: string | null; readonly requestId: string | null }
  | { readonly kind: 'rejected'; readonly answer: TikTokAnswer }
  | { readonly kind: 'unsent' }
  | { readonly kind: 'uncertain'; readonly answer: TikTokAnswer | null };

/**
 * The closed list of codes that prove that a send sent nothing (fact sheet, section 8.1). 40908 (file type) and 40131
 * (authorization code) belong to other calls: on a send they prove nothing.
 */
const SEND_REJECTIONS: ReadonlySet<number> = new Set([40001, 40002, 40007, 40064, 40100, 40102, 40105]);

export const BLOCKED_BY_RULES = 40064;
export const TOO_MANY_REQUESTS = 40100;

/** 40102 is known from the advertising API only, where it means an expired token. */
const TOKEN_REJECTIONS: ReadonlySet<number> = new Set([40102, 40105]);

export const isTokenRejection = (code: number): boolean => TOKEN_REJECTIONS.has(code);

/** Judges an answer that was read. A server error proves nothing, whatever its body says. */
export const sendResultOf = ({
  httpStatus,
  answer,
  tiktokMessageId,
  hasMessage,
}: {
  readonly httpStatus: number;
  readonly answer: TikTokAnswer;
  readonly tiktokMessageId: string | null;
  /** An action sends no message, so its answer names none. */
  readonly hasMessage: boolean;
}): SendResult => {
  const uncertain: SendResult = { kind: 'uncertain', answer };
  if (httpStatus >= 500) return uncertain;
  if (SEND_REJECTIONS.has(answer.code)) return { kind: 'rejected', answer };
  if (answer.code !== 0) return uncertain;
  const { requestId } = answer;
  if (!hasMessage) return { kind: 'accepted', tiktokMessageId: null, requestId };
  return tiktokMessageId ? { kind: 'accepted', tiktokMessageId, requestId } : uncertain;
};

/** The verdict behind a rejection that is one. */
export const failureOfRejection = ({ code }: TikTokAnswer) => failureOfTikTokCode(code) ?? 'tiktok_rejected';
