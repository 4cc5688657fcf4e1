import { assertNever, ok, type Result, refuse } from '@tiktok-channel/platform/kernel';
import type { FailureCode } from '@tiktok-channel/platform/reply-rules';
import type { ReplyCommand, ReplyEvent, ReplyFacts, ReplyRefusal, ReplyState } from './reply.ts';
import { fingerprintOf, refusalOf } from './send-reply.ts';
import { failureOfRejection, isTokenRejection, type SendResult, TOO_MANY_REQUESTS } from './send-result.ts';

type Decision = Result<readonly ReplyEvent[], ReplyRefusal>;
type Command<Type extends ReplyCommand['type']> = Extract<ReplyCommand, { readonly type: Type }>;
type Accepted = Exclude<ReplyState, { readonly status: 'none' }>;

/**
 * An empty list of events means that there is nothing left to do. Exactly one verdict per reply: sent, failed, or settled
 * as unknown. After an attempt that may have reached TikTok only sent or unknown can follow, until the attempt's own
 * result proves that nothing was sent.
 */
export const decide = (command: ReplyCommand, state: ReplyState): Decision => {
  if (command.type === 'AcceptReply') return acceptReply(command, state);
  return state.status === 'none' ? refuse('reply_unknown') : decideAccepted(command, state);
};

const decideAccepted = (
  command: Exclude<ReplyCommand, { readonly type: 'AcceptReply' }>,
  state: Accepted,
): Decision => {
  switch (command.type) {
    case 'StartAttempt':
      return startAttempt(command, state);
    case 'RecordSendResult':
      return recordSendResult(command, state);
    case 'AbandonAttempt':
      return abandonAttempt(command, state);
    case 'SettleReply':
      return settleReply(command, state);
    case 'DelayReply':
      return whileQueued(state, () => delayReply(command, state));
    case 'RefuseReply':
      return whileQueued(state, () => [failed(command, command.code, command.tiktok)]);
    case 'ExpireReply':
      return whileQueued(state, () => [failed(command, expiryCode(state))]);
    case 'RecordEcho':
      return ok(recordEcho(command, state));
    default:
      return assertNever(command);
  }
};

/** A reply that can never be sent gets its verdict at once, so that it waits behind nobody and nobody behind it. */
const acceptReply = ({ command, origin, atMs }: Command<'AcceptReply'>, state: ReplyState): Decision => {
  if (state.status !== 'none') return ok([]);
  const queued: ReplyEvent = { type: 'ReplyQueued', command, fingerprint: fingerprintOf(command), origin, atMs };
  const code = refusalOf(command);
  return ok(code === null ? [queued] : [queued, failed({ atMs }, code)]);
};

const startAttempt = ({ deadlineMs, newestKnownMs, atMs }: Command<'StartAttempt'>, state: Accepted): Decision =>
  whileQueued(state, () => [{ type: 'AttemptStarted', attempt: state.attempts + 1, deadlineMs, newestKnownMs, atMs }]);

/** Also for a reply that somebody has taken for uncertain meanwhile: the attempt's own result knows better. */
const recordSendResult = ({ attempt, result, atMs }: Command<'RecordSendResult'>, state: Accepted): Decision => {
  const isOpen = state.status === 'attempting' || state.status === 'uncertain';
  if (!isOpen || state.attempts !== attempt) return refuse('attempt_closed');
  if (result.kind !== 'uncertain') return ok([eventOfResult(result, state, atMs)]);
  return ok(state.status === 'uncertain' ? [] : [{ type: 'ReplyOutcomeUnknown', settled: false, atMs }]);
};

const eventOfResult = (
  result: Exclude<SendResult, { readonly kind: 'uncertain' }>,
  { attempts: attempt, tokenRefusals }: ReplyFacts,
  atMs: number,
): ReplyEvent => {
  if (result.kind === 'accepted') return { type: 'ReplySent', tiktokMessageId: result.tiktokMessageId, atMs };
  if (result.kind === 'unsent') return { type: 'AttemptFailed', attempt, reason: 'tiktok_unavailable', atMs };
  const { answer } = result;
  if (answer.code === TOO_MANY_REQUESTS) return { type: 'AttemptFailed', attempt, reason: 'rate_limited', atMs };
  if (isTokenRejection(answer.code) && tokenRefusals === 0) {
    return { type: 'AttemptFailed', attempt, reason: 'token_rejected', atMs };
  }
  return failed({ atMs }, failureOfRejection(answer), answer);
};

const abandonAttempt = ({ atMs }: Command<'AbandonAttempt'>, state: Accepted): Decision => {
  if (state.status !== 'attempting') return refuse('attempt_closed');
  if (atMs < state.deadlineMs) return refuse('attempt_running');
  return ok([{ type: 'ReplyOutcomeUnknown', settled: false, atMs }]);
};

const settleReply = ({ tiktokMessageId, atMs }: Command<'SettleReply'>, state: Accepted): Decision => {
  if (state.status !== 'uncertain') return refuse('not_uncertain');
  if (tiktokMessageId === null) return ok([{ type: 'ReplyOutcomeUnknown', settled: true, atMs }]);
  return ok([{ type: 'ReplySent', tiktokMessageId, atMs }]);
};

const delayReply = ({ reason, untilMs, atMs }: Command<'DelayReply'>, { told }: ReplyFacts): readonly ReplyEvent[] =>
  told === reason ? [] : [{ type: 'ReplyDelayed', reason, untilMs, atMs }];

const recordEcho = ({ isRead, atMs }: Command<'RecordEcho'>, { status }: Accepted): readonly ReplyEvent[] => {
  const delivered: readonly ReplyEvent[] = status === 'sent' ? [{ type: 'ReplyDelivered', atMs }] : [];
  const canBeRead = status === 'sent' || status === 'delivered';
  return isRead && canBeRead ? [...delivered, { type: 'ReplyRead', atMs }] : delivered;
};

/** What stood in the way until it was too late; `expired` alone when that was nothing of TikTok's. */
const expiryCode = ({ cause }: ReplyFacts): FailureCode =>
  cause === 'rate_limited' || cause === 'tiktok_unavailable' ? cause : 'expired';

const failed = (
  { atMs }: { readonly atMs: number },
  code: FailureCode,
  tiktok: Extract<ReplyEvent, { readonly type: 'ReplyFailed' }>['tiktok'] = null,
): ReplyEvent => ({ type: 'ReplyFailed', code, tiktok, atMs });

const whileQueued = ({ status }: Accepted, events: () => readonly ReplyEvent[]): Decision => {
  if (status === 'queued') return ok(events());
  return refuse(status === 'attempting' || status === 'uncertain' ? 'attempt_open' : 'verdict_reached');
};
