import { evolve } from './evolve-reply.ts';
import { type AcceptedReply, initial, type ReplyEvent, type ReplyState } from './reply.ts';
import { expiresAt, type SendReply } from './send-reply.ts';
import type { TikTokAnswer } from './send-result.ts';

/** Where a reply stands, for people who run this. `delayed`: queued, and its sender was told that it waits. */
export const REPLY_STANDINGS = [
  'queued',
  'delayed',
  'attempting',
  'settling',
  'sent',
  'failed',
  'unknown',
  'cancelled',
] as const;

export type ReplyStanding = (typeof REPLY_STANDINGS)[number];

/**
 * What came of one call to TikTok. `uncertain`: it is looked for. `found`: TikTok echoed or listed it. `absent`: proven never to
 * have arrived. `unknown`: looking has ended.
 */
export type AttemptOutcome = 'open' | 'accepted' | 'rejected' | 'unsent' | 'uncertain' | 'found' | 'absent' | 'unknown';

export interface AttemptMade {
  readonly attempt: number;
  readonly startedMs: number;
  /** Until its result was known; null while it is open. */
  readonly durationMs: number | null;
  readonly outcome: AttemptOutcome;
  readonly tiktokCode: number | null;
  readonly requestId: string | null;
}

/** What an operator may know of a reply: nothing of its content. Times are epoch milliseconds. */
export interface ReplyHistory {
  readonly command: SendReply;
  readonly standing: ReplyStanding;
  readonly failure: Extract<ReplyEvent, { readonly type: 'ReplyFailed' }> | null;
  /** Why it waits, while it is delayed. */
  readonly delay: Extract<ReplyEvent, { readonly type: 'ReplyDelayed' }> | null;
  readonly tiktokMessageId: string | null;
  readonly queuedMs: number;
  readonly expiresMs: number;
  readonly attempts: readonly AttemptMade[];
}

/** Null for a reply that was never asked for. */
export const historyOf = (events: readonly ReplyEvent[]): ReplyHistory | null => {
  const state = events.reduce(evolve, initial);
  const queued = events.find((event) => event.type === 'ReplyQueued');
  if (state.status === 'none' || queued === undefined) return null;
  const standing = standingOf(state);
  return {
    command: state.command,
    standing,
    failure: events.findLast((event) => event.type === 'ReplyFailed') ?? null,
    delay: standing === 'delayed' ? (events.findLast((event) => event.type === 'ReplyDelayed') ?? null) : null,
    tiktokMessageId: 'tiktokMessageId' in state ? state.tiktokMessageId : null,
    queuedMs: queued.atMs,
    expiresMs: expiresAt(state.command),
    attempts: events.reduce(withEvent, []),
  };
};

export const standingOf = (state: AcceptedReply): ReplyStanding => {
  switch (state.status) {
    case 'queued':
      return isDelayed(state) ? 'delayed' : 'queued';
    case 'uncertain':
      return 'settling';
    case 'delivered':
    case 'read':
      return 'sent';
    default:
      return state.status;
  }
};

export const isDelayed = (state: ReplyState): boolean => state.status === 'queued' && state.told !== null;

const withEvent = (attempts: readonly AttemptMade[], event: ReplyEvent): readonly AttemptMade[] => {
  if (event.type === 'AttemptStarted') return [...attempts, openAttempt(event)];
  const last = attempts.at(-1);
  const outcome = last === undefined ? null : outcomeOf(event, last);
  if (last === undefined || outcome === null) return attempts;
  const answered = last.durationMs === null ? { durationMs: event.atMs - last.startedMs, ...answerIn(event) } : {};
  return [...attempts.slice(0, -1), { ...last, ...answered, outcome }];
};

const openAttempt = ({ attempt, atMs }: Extract<ReplyEvent, { readonly type: 'AttemptStarted' }>): AttemptMade => ({
  attempt,
  startedMs: atMs,
  durationMs: null,
  outcome: 'open',
  tiktokCode: null,
  requestId: null,
});

/** Null: the event says nothing of the attempt. */
const outcomeOf = (event: ReplyEvent, { outcome }: AttemptMade): AttemptOutcome | null => {
  switch (event.type) {
    case 'ReplySent':
      return outcome === 'open' || event.requestId !== null ? 'accepted' : 'found';
    case 'AttemptFailed':
      return event.reason === 'absent' ? 'absent' : rejection(event);
    case 'ReplyFailed':
      // A failure after an attempt whose result is known (it expired) is none of its.
      return UNSETTLED.has(outcome) ? rejection(event) : null;
    case 'ReplyOutcomeUnknown':
      return event.settled ? 'unknown' : 'uncertain';
    default:
      return null;
  }
};

const UNSETTLED: ReadonlySet<AttemptOutcome> = new Set(['open', 'uncertain']);

const rejection = ({ tiktok }: { readonly tiktok: TikTokAnswer | null }): AttemptOutcome =>
  tiktok === null ? 'unsent' : 'rejected';

const answerIn = (event: ReplyEvent): Pick<AttemptMade, 'tiktokCode' | 'requestId'> => {
  if (event.type === 'ReplySent')
    return { tiktokCode: event.requestId === null ? null : 0, requestId: event.requestId };
  const answer: TikTokAnswer | null = 'tiktok' in event ? (event.tiktok ?? null) : null;
  return { tiktokCode: answer?.code ?? null, requestId: answer?.requestId ?? null };
};
