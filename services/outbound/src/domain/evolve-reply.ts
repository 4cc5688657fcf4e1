import { assertNever } from '@tiktok-channel/platform/kernel';
import type { ReplyEvent, ReplyFacts, ReplyState } from './reply.ts';

export const evolve = (state: ReplyState, event: ReplyEvent): ReplyState => {
  if (event.type === 'ReplyQueued') {
    const { command, fingerprint, origin } = event;
    return { status: 'queued', command, fingerprint, origin, attempts: 0, tokenRefusals: 0, cause: null, told: null };
  }
  return state.status === 'none' ? state : evolveAccepted(state, event);
};

type Accepted = Exclude<ReplyState, { readonly status: 'none' }>;

const evolveAccepted = (state: Accepted, event: Exclude<ReplyEvent, { readonly type: 'ReplyQueued' }>): ReplyState => {
  const facts = factsOf(state);
  switch (event.type) {
    case 'AttemptStarted': {
      const { deadlineMs, newestKnownMs, attempt } = event;
      return { ...facts, status: 'attempting', attempts: attempt, told: null, deadlineMs, newestKnownMs };
    }
    case 'AttemptFailed': {
      const tokenRefusals = facts.tokenRefusals + (event.reason === 'token_rejected' ? 1 : 0);
      return { ...facts, status: 'queued', cause: event.reason, tokenRefusals };
    }
    case 'ReplyDelayed':
      return { ...facts, status: 'queued', cause: event.reason, told: event.reason };
    case 'ReplyOutcomeUnknown':
      if (event.settled) return { ...facts, status: 'unknown' };
      return { ...facts, status: 'uncertain', sinceMs: event.atMs, newestKnownMs: newestKnownOf(state) };
    case 'ReplySent':
      return { ...facts, status: 'sent', tiktokMessageId: event.tiktokMessageId };
    case 'ReplyDelivered':
      return 'tiktokMessageId' in state ? { ...state, status: 'delivered' } : state;
    case 'ReplyRead':
      return 'tiktokMessageId' in state ? { ...state, status: 'read' } : state;
    case 'ReplyFailed':
      return { ...facts, status: 'failed' };
    default:
      return assertNever(event);
  }
};

const factsOf = ({ command, fingerprint, origin, attempts, tokenRefusals, cause, told }: Accepted): ReplyFacts => ({
  command,
  fingerprint,
  origin,
  attempts,
  tokenRefusals,
  cause,
  told,
});

/** Only an open attempt becomes uncertain; what follows from any other state compares with no message at all. */
const newestKnownOf = (state: Accepted): number =>
  'newestKnownMs' in state ? state.newestKnownMs : Number.MAX_SAFE_INTEGER;
