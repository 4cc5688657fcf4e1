import { type AttemptReplyDependencies, attemptReply } from './attempt-reply.ts';
import { AGAIN, type HeadIn, type LaneStep } from './lane-step.ts';
import type { ClaimedLane, Lanes } from './ports.ts';
import { type SettleReplyDependencies, settleReply } from './settle-reply.ts';

export type AdvanceLane = (lane: ClaimedLane) => Promise<LaneStep>;

export interface AdvanceLaneDependencies extends AttemptReplyDependencies, SettleReplyDependencies {
  readonly lanes: Pick<Lanes, 'headOf' | 'slowDown'>;
  readonly channels: SettleReplyDependencies['channels'];
  readonly facts: AttemptReplyDependencies['facts'] & SettleReplyDependencies['facts'];
  readonly tiktok: AttemptReplyDependencies['tiktok'] & SettleReplyDependencies['tiktok'];
}

/**
 * Takes the head of a lane one step further. An attempt is stored before its request is sent, and a head with an open
 * attempt is settled, never sent: so whatever dies between two steps, TikTok gets a reply at most once.
 */
export const createAdvanceLane = (dependencies: AdvanceLaneDependencies): AdvanceLane => {
  const { lanes } = dependencies;
  return async (lane) => {
    const head = await lanes.headOf(lane);
    if (head === null) return { kind: 'idle' };
    const { streamId, state, isPaused } = head;
    switch (state.status) {
      case 'queued':
        return attemptReply(dependencies, lane, { streamId, state, isPaused });
      case 'attempting':
        return abandon(dependencies, lane, { streamId, state });
      case 'uncertain':
        return settleReply(dependencies, lane, { streamId, state });
      default:
        // It got its verdict since the lane was read.
        return AGAIN;
    }
  };
};

/** Whoever made the attempt is gone, or too slow. */
const abandon = async (
  { replies, clock }: AdvanceLaneDependencies,
  { tries }: ClaimedLane,
  { streamId, state }: HeadIn<'attempting'>,
): Promise<LaneStep> => {
  const { deadlineMs } = state.current;
  if (clock.now() < deadlineMs) return { kind: 'wait', untilMs: deadlineMs, tries };
  await replies.handle(streamId, { type: 'AbandonAttempt', atMs: clock.now() });
  return AGAIN;
};
