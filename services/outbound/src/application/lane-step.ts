import { type Clock, DependencyUnavailable, type Logger, type Result } from '@tiktok-channel/platform/kernel';
import type { ReplyCommand, ReplyEvent, ReplyState } from '../domain/reply.ts';
import { expiresAt, type SendReply } from '../domain/send-reply.ts';
import { TOLD_FROM_MS, waitMs } from '../domain/waiting.ts';
import type { ClaimedLane, Replies } from './ports.ts';
import type { Obstacle } from './tiktok-calls.ts';

/** What is next for a lane: at once, at a time, or nothing until it is woken. `tries`: of its head that failed in a row. */
export type LaneStep =
  | { readonly kind: 'again' }
  | { readonly kind: 'wait'; readonly untilMs: number; readonly tries: number }
  | { readonly kind: 'idle' };

export const AGAIN: LaneStep = { kind: 'again' };

export type HeadIn<Status extends ReplyState['status']> = {
  readonly streamId: string;
  readonly state: Extract<ReplyState, { readonly status: Status }>;
};

export interface PostponeDependencies {
  readonly replies: Replies;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly logger: Logger;
}

type Postponed = Extract<Obstacle, { readonly kind: 'postponed' }>;

/** Lets the lane wait, and tells subscribers why and until when if that is long, has been long, or is the end. */
export const postpone = async (
  { replies, clock, random, logger }: PostponeDependencies,
  lane: ClaimedLane,
  { streamId, state }: HeadIn<'queued'>,
  { reason, untilMs: givenMs }: Omit<Postponed, 'kind'>,
): Promise<LaneStep> => {
  const atMs = clock.now();
  const tries = lane.tries + 1;
  const lastMs = expiresAt(state.command);
  const untilMs = Math.min(givenMs ?? atMs + waitMs(tries, random()), lastMs);
  // Before the first attempt waits add up: the sender is to hear of what stands in the way, not of those that go before.
  const waitsSinceMs = state.attempts === 0 ? state.queuedMs : atMs;
  const isLong = untilMs - waitsSinceMs > TOLD_FROM_MS;
  const isTold = isLong || untilMs === lastMs || reason === 'waiting_for_facts';
  if (isTold) await replies.handle(streamId, { type: 'DelayReply', reason, untilMs, atMs });
  logger.info('reply.postponed', { ...idsOf(state), reason, tries, waitMs: untilMs - atMs });
  return { kind: 'wait', untilMs, tries };
};

/** An outage of something that is asked on the way is a wait; of the database or the registry, nobody can even say so. */
export const unlessAway = async <T>(work: () => Promise<Result<T, Obstacle>>): Promise<Result<T, Obstacle>> => {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DependencyUnavailable)) throw error;
    if (error.code === 'database_unavailable' || error.code === 'registry_unavailable') throw error;
    return { ok: false, error: { kind: 'postponed', reason: error.code, untilMs: null } };
  }
};

const RECORD_AGAIN_AFTER_MS = 500;

/** What TikTok said must not get lost for a database that is away for a moment; after the lease it is settled. */
export const recordSurely = async (
  dependencies: { readonly replies: Replies; readonly clock: Clock; readonly pause: (ms: number) => Promise<void> },
  lane: ClaimedLane,
  streamId: string,
  command: ReplyCommand,
): Promise<readonly ReplyEvent[]> => {
  const { replies, clock, pause } = dependencies;
  for (;;) {
    try {
      const recorded = await replies.handle(streamId, command);
      return recorded.ok ? recorded.value : [];
    } catch (error) {
      if (!(error instanceof DependencyUnavailable) || clock.now() >= lane.leasedUntilMs) throw error;
      await pause(RECORD_AGAIN_AFTER_MS);
    }
  }
};

export const idsOf = ({ command }: { readonly command: SendReply }) => {
  const { replyId, channelId, conversationId } = command;
  return { replyId, channelId, conversationId };
};
