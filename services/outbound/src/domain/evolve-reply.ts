import { assertNever } from '@tiktok-channel/platform/kernel';
import type { AcceptedReply, AttemptFailure, ReplyEvent, ReplyFacts, ReplyState } from './reply.ts';
import type { Attempt } from './settling.ts';
import type { DelayReason } from './waiting.ts';

export const evolve = (state: ReplyState, event: ReplyEvent): ReplyState => {
  if (event.type === 'ReplyQueued') {
    const { command, fingerprint, origin, atMs: queuedMs } = event;
    const counts = { attempts: 0, tokenRefusals: 0, blocks: 0, cause: null, told: null, excuse: null };
    return { status: 'queued', command, fingerprint, origin, queuedMs, ...counts };
  }
  if (state.status !== 'none') return evolveAccepted(state, event);
  if (event.type !== 'CancelRequested') return state;
  return { status: 'none', cancelled: { conversationId: event.conversationId, requestedBy: event.requestedBy } };
};

type AcceptedEvent = Exclude<ReplyEvent, { readonly type: 'ReplyQueued' }>;

const evolveAccepted = (state: AcceptedReply, event: AcceptedEvent): ReplyState => {
  const facts = factsOf(state);
  switch (event.type) {
    case 'AttemptStarted':
      return { ...facts, status: 'attempting', attempts: event.attempt, told: null, current: attemptOf(event) };
    case 'AttemptFailed':
      return afterFailedAttempt(facts, event);
    case 'AbsenceSeen':
      return state.status === 'uncertain' ? { ...state, absentMs: event.atMs } : state;
    case 'ReplyDelayed':
      return {
        ...facts,
        status: 'queued',
        cause: causeAfter(facts, event.reason),
        told: event.reason,
        excuse: facts.excuse ?? excuseOf(event.reason),
      };
    case 'ReplyOutcomeUnknown':
      return afterUnknownOutcome({ ...facts, excuse: 'settling' }, currentOf(state), event);
    case 'ReplySent':
      return { ...facts, status: 'sent', tiktokMessageId: event.tiktokMessageId };
    case 'ReplyDelivered':
      return 'tiktokMessageId' in state ? { ...state, status: 'delivered' } : state;
    case 'ReplyRead':
      return 'tiktokMessageId' in state ? { ...state, status: 'read' } : state;
    case 'ReplyFailed':
      return { ...facts, status: 'failed' };
    case 'ReplyCancelled':
      return { ...facts, status: 'cancelled' };
    case 'CancelRequested':
      return state;
    default:
      return assertNever(event);
  }
};

/** Others going first is no cause: what stood in the way before still does. */
const causeAfter = ({ cause }: ReplyFacts, reason: DelayReason): ReplyFacts['cause'] =>
  reason === 'waiting_for_turn' ? cause : reason;

const afterUnknownOutcome = (
  facts: ReplyFacts,
  current: Attempt,
  { settled, atMs }: Extract<ReplyEvent, { readonly type: 'ReplyOutcomeUnknown' }>,
): ReplyState =>
  settled
    ? { ...facts, status: 'unknown', current }
    : { ...facts, status: 'uncertain', current, sinceMs: atMs, absentMs: null };

const WAITS_FOR_RATE: ReadonlySet<AttemptFailure> = new Set(['rate_limited', 'sending_too_fast', 'waiting_for_turn']);

const excuseOf = (reason: AttemptFailure): ReplyFacts['excuse'] => (WAITS_FOR_RATE.has(reason) ? 'rate' : null);

const afterFailedAttempt = (
  facts: ReplyFacts,
  { reason }: Extract<ReplyEvent, { readonly type: 'AttemptFailed' }>,
): ReplyState => ({
  ...facts,
  status: 'queued',
  cause: reason,
  excuse: facts.excuse ?? excuseOf(reason),
  tokenRefusals: facts.tokenRefusals + (reason === 'token_rejected' ? 1 : 0),
  blocks: facts.blocks + (reason === 'sending_too_fast' ? 1 : 0),
});

const factsOf = (state: AcceptedReply): ReplyFacts => {
  const { command, fingerprint, origin, queuedMs, attempts, tokenRefusals, blocks, cause, told, excuse } = state;
  return { command, fingerprint, origin, queuedMs, attempts, tokenRefusals, blocks, cause, told, excuse };
};

const attemptOf = (event: Extract<ReplyEvent, { readonly type: 'AttemptStarted' }>): Attempt => ({
  startedMs: event.atMs,
  deadlineMs: event.deadlineMs,
  newestKnownMs: event.newestKnownMs,
});

/** Only an attempt leads to an unknown outcome; what follows from any other state compares with no message at all. */
const currentOf = (state: AcceptedReply): Attempt =>
  'current' in state ? state.current : { startedMs: 0, deadlineMs: 0, newestKnownMs: Number.MAX_SAFE_INTEGER };
