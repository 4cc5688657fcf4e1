import { type Clock, DependencyUnavailable, type Logger, type Result } from '@tiktok-channel/platform/kernel';
import { checkContent } from '@tiktok-channel/platform/reply-rules';
import { echoFingerprint } from '../domain/echo.ts';
import type { ReplyCommand, ReplyEvent, ReplyState } from '../domain/reply.ts';
import { expiresAt, type SendReply } from '../domain/send-reply.ts';
import type { SendResult } from '../domain/send-result.ts';
import { type DelayReason, TOLD_FROM_MS, waitMs } from '../domain/waiting.ts';
import type { ClaimedLane, Facts, Lanes, Replies, RequestRate, TikTok } from './ports.ts';
import type { Obstacle, PreparedMessage, PrepareMessage } from './prepare-message.ts';

/** What is next for a lane: at once, at a time, or nothing until it is woken. `tries`: of its head that failed in a row. */
export type LaneStep =
  | { readonly kind: 'again' }
  | { readonly kind: 'wait'; readonly untilMs: number; readonly tries: number }
  | { readonly kind: 'idle' };

export type AdvanceLane = (lane: ClaimedLane) => Promise<LaneStep>;

export interface AdvanceLaneDependencies {
  readonly lanes: Pick<Lanes, 'headOf'>;
  readonly replies: Replies;
  readonly facts: Pick<Facts, 'findEcho'>;
  readonly prepareMessage: PrepareMessage;
  readonly tiktok: Pick<TikTok, 'send'>;
  readonly channels: { refused(channelId: string, accessToken: string): void };
  readonly rate: RequestRate;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly pause: (ms: number) => Promise<void>;
  readonly logger: Logger;
  /** From the start of an attempt to the end of its socket. */
  readonly attemptMs: number;
  /** How long the echo of an uncertain reply is waited for. */
  readonly settleMs: number;
}

type HeadIn<Status extends ReplyState['status']> = {
  readonly streamId: string;
  readonly state: Extract<ReplyState, { readonly status: Status }>;
};

const AGAIN: LaneStep = { kind: 'again' };
const RECORD_AGAIN_AFTER_MS = 500;
const LOOK_AGAIN_AFTER_MS = 1_000;

/**
 * Takes the head of a lane one step further. An attempt is stored before its request is sent, and a head with an open
 * attempt is settled, never sent: so whatever dies between two steps, TikTok gets a reply at most once.
 */
export const createAdvanceLane = (dependencies: AdvanceLaneDependencies): AdvanceLane => {
  const { lanes } = dependencies;
  return async (lane) => {
    const head = await lanes.headOf(lane);
    if (head === null) return { kind: 'idle' };
    const { streamId, state } = head;
    switch (state.status) {
      case 'queued':
        return dispatch(dependencies, lane, { streamId, state });
      case 'attempting':
        return abandon(dependencies, lane, { streamId, state });
      case 'uncertain':
        return settle(dependencies, lane, { streamId, state });
      default:
        // It got its verdict since the lane was read.
        return AGAIN;
    }
  };
};

const dispatch = async (
  dependencies: AdvanceLaneDependencies,
  lane: ClaimedLane,
  head: HeadIn<'queued'>,
): Promise<LaneStep> => {
  const { replies, clock, rate } = dependencies;
  if (clock.now() >= expiresAt(head.state.command)) {
    return expire(replies, head.streamId, clock.now());
  }
  const prepared = await prepare(dependencies, head);
  if (!prepared.ok) return meet(dependencies, lane, head, prepared.error);
  await rate.take();
  return attempt(dependencies, lane, head, prepared.value);
};

const meet = async (
  dependencies: AdvanceLaneDependencies,
  lane: ClaimedLane,
  head: HeadIn<'queued'>,
  obstacle: Obstacle,
): Promise<LaneStep> => {
  if (obstacle.kind === 'postponed') return postpone(dependencies, lane, head, obstacle.reason);
  const { code, tiktok } = obstacle;
  const { replies, clock, logger } = dependencies;
  await replies.handle(head.streamId, { type: 'RefuseReply', code, tiktok, atMs: clock.now() });
  logger.info('reply.refused', { ...idsOf(head), code, tiktokCode: tiktok?.code });
  return AGAIN;
};

const expire = async (replies: Replies, streamId: string, atMs: number): Promise<LaneStep> => {
  await replies.handle(streamId, { type: 'ExpireReply', atMs });
  return AGAIN;
};

const prepare = async (
  { prepareMessage }: AdvanceLaneDependencies,
  { state }: HeadIn<'queued'>,
): Promise<Result<PreparedMessage, Obstacle>> => {
  try {
    return await prepareMessage(state.command);
  } catch (error) {
    if (!(error instanceof DependencyUnavailable)) throw error;
    if (error.code === 'database_unavailable' || error.code === 'registry_unavailable') throw error;
    return { ok: false, error: { kind: 'postponed', reason: error.code } };
  }
};

const attempt = async (
  dependencies: AdvanceLaneDependencies,
  lane: ClaimedLane,
  head: HeadIn<'queued'>,
  { caller, message, newestKnownMs }: PreparedMessage,
): Promise<LaneStep> => {
  const { replies, tiktok, channels, clock, attemptMs } = dependencies;
  const atMs = clock.now();
  const deadlineMs = atMs + attemptMs;
  const started = await replies.handle(head.streamId, { type: 'StartAttempt', deadlineMs, newestKnownMs, atMs });
  const attemptStarted = started.ok ? started.value.find((event) => event.type === 'AttemptStarted') : undefined;
  // Somebody else has this reply: the lease was lost.
  if (attemptStarted === undefined) return AGAIN;

  const result = await tiktok.send(caller, lane.conversationId, message, deadlineMs);
  const recorded = await record(dependencies, lane, head.streamId, {
    type: 'RecordSendResult',
    attempt: attemptStarted.attempt,
    result,
    atMs: clock.now(),
  });
  logAttempt(dependencies, head, { attempt: attemptStarted.attempt, result, startedAtMs: atMs });

  const failed = recorded.find((event) => event.type === 'AttemptFailed');
  if (failed === undefined) return AGAIN;
  if (failed.reason !== 'token_rejected') return postpone(dependencies, lane, head, failed.reason);
  channels.refused(caller.channelId, caller.accessToken);
  return AGAIN;
};

/** What TikTok said must not get lost for a database that is away for a moment; after the lease it is settled. */
const record = async (
  dependencies: AdvanceLaneDependencies,
  lane: ClaimedLane,
  streamId: string,
  command: ReplyCommand,
): Promise<readonly ReplyEvent[]> => {
  const { replies, clock, pause } = dependencies;
  try {
    const recorded = await replies.handle(streamId, command);
    return recorded.ok ? recorded.value : [];
  } catch (error) {
    if (!(error instanceof DependencyUnavailable) || clock.now() >= lane.leasedUntilMs) throw error;
    await pause(RECORD_AGAIN_AFTER_MS);
    return record(dependencies, lane, streamId, command);
  }
};

const postpone = async (
  { replies, clock, random, logger }: AdvanceLaneDependencies,
  lane: ClaimedLane,
  head: HeadIn<'queued'>,
  reason: DelayReason,
): Promise<LaneStep> => {
  const { streamId, state } = head;
  const atMs = clock.now();
  const tries = lane.tries + 1;
  const untilMs = Math.min(atMs + waitMs(tries, random()), expiresAt(state.command));
  if (untilMs - atMs > TOLD_FROM_MS) await replies.handle(streamId, { type: 'DelayReply', reason, untilMs, atMs });
  logger.info('reply.postponed', { ...idsOf(head), reason, tries, waitMs: untilMs - atMs });
  return { kind: 'wait', untilMs, tries };
};

/** Whoever made the attempt is gone, or too slow. */
const abandon = async (
  { replies, clock }: AdvanceLaneDependencies,
  { tries }: ClaimedLane,
  { streamId, state }: HeadIn<'attempting'>,
): Promise<LaneStep> => {
  if (clock.now() < state.deadlineMs) return { kind: 'wait', untilMs: state.deadlineMs, tries };
  await replies.handle(streamId, { type: 'AbandonAttempt', atMs: clock.now() });
  return AGAIN;
};

/** Its echo says that it was sent; without one, after a while, nobody knows. */
const settle = async (
  { replies, facts, clock, settleMs, logger }: AdvanceLaneDependencies,
  lane: ClaimedLane,
  { streamId, state }: HeadIn<'uncertain'>,
): Promise<LaneStep> => {
  const content = checkContent(state.command);
  const tiktokMessageId = content.ok
    ? await facts.findEcho(lane, {
        fingerprint: echoFingerprint(content.value),
        newerThanMs: state.newestKnownMs,
      })
    : null;
  const nowMs = clock.now();
  const settledAtMs = state.sinceMs + settleMs;
  if (tiktokMessageId === null && nowMs < settledAtMs) {
    return { kind: 'wait', untilMs: Math.min(nowMs + LOOK_AGAIN_AFTER_MS, settledAtMs), tries: lane.tries };
  }

  await replies.handle(streamId, { type: 'SettleReply', tiktokMessageId, atMs: clock.now() });
  logger.info('reply.settled', { ...idsOf({ state }), outcome: tiktokMessageId === null ? 'unknown' : 'sent' });
  return AGAIN;
};

const logAttempt = (
  { logger, clock }: AdvanceLaneDependencies,
  head: HeadIn<'queued'>,
  attempt: { readonly attempt: number; readonly result: SendResult; readonly startedAtMs: number },
): void => {
  const { result } = attempt;
  logger.info('reply.attempted', {
    ...idsOf(head),
    attempt: attempt.attempt,
    outcome: result.kind,
    tiktokCode: result.kind === 'rejected' ? result.answer.code : null,
    requestId: result.kind === 'rejected' ? result.answer.requestId : null,
    durationMs: clock.now() - attempt.startedAtMs,
  });
};

const idsOf = ({ state }: { readonly state: { readonly command: SendReply } }) => {
  const { replyId, channelId, conversationId } = state.command;
  return { replyId, channelId, conversationId };
};
