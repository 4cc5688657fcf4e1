import { assertNever, ok, type Result, refuse } from '@tiktok-channel/platform/kernel';
import type { FailureCode } from '@tiktok-channel/platform/reply-rules';
import { eventOfResult } from './judge-result.ts';
import type {
  AcceptedReply,
  NoReply,
  ReplyCommand,
  ReplyEvent,
  ReplyFacts,
  ReplyRefusal,
  ReplyState,
} from './reply.ts';
import { fingerprintOf, isAction, refusalOf } from './send-reply.ts';
import { absenceAt, SETTLED_AFTER_MS } from './settling.ts';

type Decision = Result<readonly ReplyEvent[], ReplyRefusal>;
type Command<Type extends ReplyCommand['type']> = Extract<ReplyCommand, { readonly type: Type }>;

/**
 * An empty list of events means that there is nothing left to do. Exactly one verdict per reply: sent, failed, cancelled, or
 * settled as unknown, which alone may be corrected to sent. After an attempt that may have reached TikTok only sent or
 * unknown can follow, until its own answer or TikTok's list proves that nothing was sent.
 */
export const decide = (command: ReplyCommand, state: ReplyState): Decision => {
  if (command.type === 'AcceptReply') return acceptReply(command, state);
  if (state.status !== 'none') return decideAccepted(command, state);
  return command.type === 'CancelReply' ? rememberCancel(command, state) : refuse('reply_unknown');
};

const decideAccepted = (
  command: Exclude<ReplyCommand, { readonly type: 'AcceptReply' }>,
  state: AcceptedReply,
): Decision => {
  switch (command.type) {
    case 'CancelReply':
      return cancelReply(command, state);
    case 'StartAttempt':
      return startAttempt(command, state);
    case 'RecordSendResult':
      return recordSendResult(command, state);
    case 'AbandonAttempt':
      return abandonAttempt(command, state);
    case 'RecordMatch':
      return recordMatch(command, state);
    case 'RecordAbsence':
      return recordAbsence(command, state);
    case 'SettleUnknown':
      return settleUnknown(command, state);
    case 'DelayReply':
      return whileQueued(state, () => delayReply(command, state));
    case 'RefuseReply':
      return whileQueued(state, () => [failedEvent(command)]);
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
  const fingerprint = fingerprintOf(command);
  if (state.status !== 'none') return state.fingerprint === fingerprint ? ok([]) : refuse('reply_id_reused');
  const queued: ReplyEvent = { type: 'ReplyQueued', command, fingerprint, origin, atMs };
  const { cancelled } = state;
  if (cancelled?.conversationId === command.conversationId) {
    return ok([queued, { type: 'ReplyCancelled', requestedBy: cancelled.requestedBy, atMs }]);
  }
  const code = refusalOf(command);
  return ok(code === null ? [queued] : [queued, failed({ atMs }, code)]);
};

const rememberCancel = ({ command, atMs }: Command<'CancelReply'>, { cancelled }: NoReply): Decision => {
  const { conversationId, requestedBy } = command;
  return ok(cancelled === null ? [{ type: 'CancelRequested', conversationId, requestedBy, atMs }] : []);
};

const cancelReply = ({ command, atMs }: Command<'CancelReply'>, state: AcceptedReply): Decision => {
  if (command.conversationId !== state.command.conversationId) return refuse('conversation_differs');
  if (state.status === 'cancelled') return ok([]);
  return whileQueued(state, () => [{ type: 'ReplyCancelled', requestedBy: command.requestedBy, atMs }]);
};

const startAttempt = ({ deadlineMs, newestKnownMs, atMs }: Command<'StartAttempt'>, state: AcceptedReply): Decision =>
  whileQueued(state, () => [{ type: 'AttemptStarted', attempt: state.attempts + 1, deadlineMs, newestKnownMs, atMs }]);

/**
 * Also for a reply that somebody has taken for uncertain meanwhile, or even settled: the attempt's own answer knows better.
 * But a verdict stands: of a settled reply it can only say that it was sent after all.
 */
const recordSendResult = (command: Command<'RecordSendResult'>, state: AcceptedReply): Decision => {
  const { attempt, result, atMs } = command;
  if (state.attempts !== attempt || !('current' in state)) return refuse('attempt_closed');
  if (state.status === 'unknown') {
    return result.kind === 'accepted' ? ok([sent(command, result, { corrects: true })]) : refuse('attempt_closed');
  }
  if (result.kind === 'accepted') return ok([sent(command, result, { corrects: false })]);
  if (result.kind !== 'uncertain') return ok([eventOfResult(result, state, command)]);
  const answered = result.answer === null ? {} : { tiktok: result.answer };
  if (isAction(state.command)) return ok([{ type: 'ReplyOutcomeUnknown', settled: true, ...answered, atMs }]);
  return ok(state.status === 'uncertain' ? [] : [{ type: 'ReplyOutcomeUnknown', settled: false, ...answered, atMs }]);
};

const abandonAttempt = ({ atMs }: Command<'AbandonAttempt'>, state: AcceptedReply): Decision => {
  if (state.status !== 'attempting') return refuse('attempt_closed');
  if (atMs < state.current.deadlineMs) return refuse('attempt_running');
  // An action has no echo and stands in no list: nothing can tell what became of it.
  return ok([{ type: 'ReplyOutcomeUnknown', settled: isAction(state.command), atMs }]);
};

const recordMatch = (command: Command<'RecordMatch'>, { status }: AcceptedReply): Decision => {
  const match = { tiktokMessageId: command.tiktokMessageId, requestId: null };
  if (status === 'uncertain') return ok([sent(command, match, { corrects: false })]);
  return status === 'unknown' ? ok([sent(command, match, { corrects: true })]) : refuse('not_uncertain');
};

const recordAbsence = ({ atMs }: Command<'RecordAbsence'>, state: AcceptedReply): Decision => {
  if (state.status !== 'uncertain') return refuse('not_uncertain');
  switch (absenceAt(state.current, state.absentMs, atMs)) {
    case 'proves_nothing':
      return ok([]);
    case 'first':
      return ok([{ type: 'AbsenceSeen', atMs }]);
    case 'proven':
      return ok([{ type: 'AttemptFailed', attempt: state.attempts, reason: 'absent', tiktok: null, atMs }]);
  }
};

const settleUnknown = ({ atMs }: Command<'SettleUnknown'>, state: AcceptedReply): Decision => {
  if (state.status !== 'uncertain') return refuse('not_uncertain');
  if (atMs < state.current.deadlineMs + SETTLED_AFTER_MS) return refuse('still_settling');
  return ok([{ type: 'ReplyOutcomeUnknown', settled: true, atMs }]);
};

/** Told once per reason; that it is not its turn yet is told only where no better reason is known. */
const delayReply = ({ reason, untilMs, atMs }: Command<'DelayReply'>, { told }: ReplyFacts): readonly ReplyEvent[] => {
  const isKnown = told === reason || (told !== null && reason === 'waiting_for_turn');
  return isKnown ? [] : [{ type: 'ReplyDelayed', reason, untilMs, atMs }];
};

const recordEcho = ({ isRead, atMs }: Command<'RecordEcho'>, { status }: AcceptedReply): readonly ReplyEvent[] => {
  const delivered: readonly ReplyEvent[] = status === 'sent' ? [{ type: 'ReplyDelivered', atMs }] : [];
  const canBeRead = status === 'sent' || status === 'delivered';
  return isRead && canBeRead ? [...delivered, { type: 'ReplyRead', atMs }] : delivered;
};

/** What stood in the way until it was too late; `expired` alone when that was nothing of TikTok's. */
const expiryCode = ({ cause }: ReplyFacts): FailureCode => {
  if (cause === 'rate_limited' || cause === 'sending_too_fast') return cause;
  return cause === 'tiktok_unavailable' || cause === 'absent' ? 'tiktok_unavailable' : 'expired';
};

const sent = (
  { atMs }: { readonly atMs: number },
  { tiktokMessageId, requestId }: { readonly tiktokMessageId: string | null; readonly requestId: string | null },
  { corrects }: { readonly corrects: boolean },
): ReplyEvent => ({ type: 'ReplySent', tiktokMessageId, requestId, corrects, atMs });

const failedEvent = ({ code, tiktok, nextAllowedMs, atMs }: Command<'RefuseReply'>): ReplyEvent => ({
  type: 'ReplyFailed',
  code,
  tiktok,
  nextAllowedMs,
  atMs,
});

const failed = ({ atMs }: { readonly atMs: number }, code: FailureCode): ReplyEvent => ({
  type: 'ReplyFailed',
  code,
  tiktok: null,
  nextAllowedMs: null,
  atMs,
});

const whileQueued = ({ status }: AcceptedReply, events: () => readonly ReplyEvent[]): Decision => {
  if (status === 'queued') return ok(events());
  return refuse(status === 'attempting' || status === 'uncertain' ? 'attempt_open' : 'verdict_reached');
};
