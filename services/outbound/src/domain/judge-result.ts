import type { FailureCode } from '@tiktok-channel/platform/reply-rules';
import type { AttemptFailure, ReplyEvent, ReplyFacts } from './reply.ts';
import { isAction } from './send-reply.ts';
import {
  BLOCKED_BY_RULES,
  failureOfRejection,
  isTokenRejection,
  type SendResult,
  type TikTokAnswer,
  TOO_MANY_REQUESTS,
} from './send-result.ts';

/** So often a reply is refused for its volume before that is its verdict. */
const BLOCKS_BEFORE_FAILURE = 3;

/** Source: messages with links are blocked by TikTok, says one vendor (fact sheet, section 7.1). */
const LINK = /https?:\/\/|\bwww\./i;

interface Circumstances {
  readonly isWindowOpen: boolean;
  readonly atMs: number;
}

/** What follows from a result that proves that nothing was sent: another attempt later, or the verdict. */
export const eventOfResult = (
  result: Extract<SendResult, { readonly kind: 'rejected' | 'unsent' }>,
  facts: ReplyFacts,
  { isWindowOpen, atMs }: Circumstances,
): ReplyEvent => {
  const tiktok = result.kind === 'rejected' ? result.answer : null;
  const reason = result.kind === 'unsent' ? 'tiktok_unavailable' : retryReason(result.answer, facts, isWindowOpen);
  if (reason !== null && !isAction(facts.command)) {
    return { type: 'AttemptFailed', attempt: facts.attempts, reason, tiktok, atMs };
  }
  const code = tiktok === null ? 'tiktok_unavailable' : failureOf(tiktok, facts, isWindowOpen);
  return { type: 'ReplyFailed', code, tiktok, nextAllowedMs: null, atMs };
};

const retryReason = ({ code }: TikTokAnswer, facts: ReplyFacts, isWindowOpen: boolean): AttemptFailure | null => {
  if (code === TOO_MANY_REQUESTS) return 'rate_limited';
  if (isTokenRejection(code) && facts.tokenRefusals === 0) return 'token_rejected';
  const mayBeVolume = code === BLOCKED_BY_RULES && isWindowOpen && facts.blocks + 1 < BLOCKS_BEFORE_FAILURE;
  return mayBeVolume ? 'sending_too_fast' : null;
};

/** TikTok has one code for a closed window, a used-up quota and volume: our facts tell them apart. */
const failureOf = (answer: TikTokAnswer, { command }: ReplyFacts, isWindowOpen: boolean): FailureCode => {
  if (answer.code !== BLOCKED_BY_RULES) return failureOfRejection(answer);
  if (isAction(command)) return 'blocked_by_tiktok';
  if (!isWindowOpen) return 'reply_window_closed';
  return LINK.test(command.text ?? '') ? 'blocked_by_tiktok' : 'sending_too_fast';
};
