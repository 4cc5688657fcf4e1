import { ok, type Result } from '@tiktok-channel/platform/kernel';
import type { ReplyEvent } from '../domain/reply.ts';
import { type CommandOrigin, expiresAt } from '../domain/send-reply.ts';
import type { SendResult } from '../domain/send-result.ts';
import { type DelayReason, slowDownMs } from '../domain/waiting.ts';
import {
  AGAIN,
  type HeadIn,
  idsOf,
  type LaneStep,
  type PostponeDependencies,
  postpone,
  recordSurely,
  unlessAway,
} from './lane-step.ts';
import type { CallGate, Channels, ClaimedLane, Facts, Lanes, TikTok, Turn } from './ports.ts';
import type { PreparedMessage, PrepareMessage } from './prepare-message.ts';
import { findCaller, type Obstacle } from './tiktok-calls.ts';

export interface AttemptReplyDependencies extends PostponeDependencies {
  readonly lanes: Pick<Lanes, 'slowDown'>;
  readonly facts: Pick<Facts, 'learnClosed'>;
  readonly prepareMessage: PrepareMessage;
  readonly tiktok: Pick<TikTok, 'send'>;
  readonly channels: Channels;
  readonly gate: CallGate;
  readonly pause: (ms: number) => Promise<void>;
  readonly observeAttempt: (attempt: AttemptSeen) => void;
  /** Makes the call a part of the trace that its command came with. */
  readonly traceSend: (origin: CommandOrigin, send: () => Promise<SendResult>) => Promise<SendResult>;
  /** From the start of an attempt to the end of its socket. */
  readonly attemptMs: number;
}

export interface AttemptSeen {
  readonly outcome: SendResult['kind'];
  readonly tiktokCode: number | null;
  readonly durationMs: number;
  /** From the time that the reply was asked for. */
  readonly sinceRequestedMs: number;
}

/** Checks, fetches and waits for what a queued reply needs, then sends it. The attempt is stored before its request is written. */
export const attemptReply = async (
  dependencies: AttemptReplyDependencies,
  lane: ClaimedLane,
  head: HeadIn<'queued'> & { readonly isPaused: boolean },
): Promise<LaneStep> => {
  const { replies, clock, gate, prepareMessage } = dependencies;
  const isExpired = () => clock.now() >= expiresAt(head.state.command);
  const expire = async (): Promise<LaneStep> => {
    await replies.handle(head.streamId, { type: 'ExpireReply', atMs: clock.now() });
    return AGAIN;
  };
  if (isExpired()) return expire();
  if (head.isPaused) return pause(dependencies, lane, head);
  const prepared = await unlessAway(() => prepareMessage(head.state.command));
  const admitted = prepared.ok ? await enter(gate, prepared.value) : prepared;
  if (isExpired()) return expire();
  return admitted.ok
    ? attempt(dependencies, lane, head, admitted.value)
    : meet(dependencies, lane, head, admitted.error);
};

/** A channel that can send nothing any more is not waited for: when it can again, it may be another account's. A pause is no failed try. */
const pause = async (
  dependencies: AttemptReplyDependencies,
  lane: ClaimedLane,
  head: HeadIn<'queued'>,
): Promise<LaneStep> => {
  const found = await unlessAway(() => findCaller(dependencies.channels, head.state.command.channelId));
  if (!found.ok && found.error.kind === 'refused') return meet(dependencies, lane, head, found.error);
  return postpone(dependencies, { ...lane, tries: -1 }, head, PAUSED);
};

/** Looked at now and then; whoever lets the channel go on makes its lanes due. */
const PAUSED = { reason: 'channel_paused', untilMs: Number.POSITIVE_INFINITY } as const;

interface AdmittedMessage extends PreparedMessage {
  readonly turn: Turn;
}

const enter = async (gate: CallGate, prepared: PreparedMessage): Promise<Result<AdmittedMessage, Obstacle>> => {
  const entered = await gate.enter();
  return entered.kind === 'open' ? ok({ ...prepared, turn: entered.turn }) : { ok: false, error: entered };
};

const meet = async (
  dependencies: AttemptReplyDependencies,
  lane: ClaimedLane,
  head: HeadIn<'queued'>,
  obstacle: Obstacle,
): Promise<LaneStep> => {
  if (obstacle.kind === 'postponed') return postpone(dependencies, lane, head, obstacle);
  const { code, tiktok, nextAllowedMs } = obstacle;
  const { replies, clock, logger } = dependencies;
  await replies.handle(head.streamId, { type: 'RefuseReply', code, tiktok, nextAllowedMs, atMs: clock.now() });
  logger.info('reply.refused', { ...idsOf(head.state), code, tiktokCode: tiktok?.code });
  return AGAIN;
};

/**
 * Stored just before its turn comes, so that nothing stands between the turn and the request, and that a process which dies
 * leaves few attempts behind that were never made: each has to be settled. The deadline never lies behind the time until which
 * the reply is worth sending.
 */
const attempt = async (
  dependencies: AttemptReplyDependencies,
  lane: ClaimedLane,
  head: HeadIn<'queued'>,
  { caller, message, newestKnownMs, isWindowOpen, turn }: AdmittedMessage,
): Promise<LaneStep> => {
  const { replies, tiktok, clock, attemptMs, traceSend } = dependencies;
  const { command, origin } = head.state;
  const lastMs = expiresAt(command);
  if (turn.atMs >= lastMs) return { kind: 'wait', untilMs: lastMs, tries: lane.tries };
  await turn.nears();
  const atMs = clock.now();
  const deadlineMs = Math.min(Math.max(atMs, turn.atMs) + attemptMs, lastMs);
  const started = await replies.handle(head.streamId, { type: 'StartAttempt', deadlineMs, newestKnownMs, atMs });
  const attemptStarted = started.ok ? started.value.find((event) => event.type === 'AttemptStarted') : undefined;
  // Somebody else has this reply: the lease was lost.
  if (attemptStarted === undefined) return AGAIN;

  await turn.begins();
  const startedAtMs = clock.now();
  const result = await traceSend(origin, () =>
    tiktok.send(caller, command.conversationId, message, { atMs: deadlineMs, onWriting: turn.begun }),
  );
  const events = await recordSurely(dependencies, lane, head.streamId, {
    type: 'RecordSendResult',
    attempt: attemptStarted.attempt,
    result,
    isWindowOpen,
    atMs: clock.now(),
  });
  tellAttempt(dependencies, head, { attempt: attemptStarted.attempt, result, startedAtMs });
  return follow(dependencies, { lane, head, accessToken: caller.accessToken, newestKnownMs }, events);
};

interface Sending {
  readonly lane: ClaimedLane;
  readonly head: HeadIn<'queued'>;
  readonly accessToken: string;
  readonly newestKnownMs: number;
}

/** What has to be done about the result beside having recorded it. */
const follow = async (
  dependencies: AttemptReplyDependencies,
  sending: Sending,
  events: readonly ReplyEvent[],
): Promise<LaneStep> => {
  const { head, newestKnownMs } = sending;
  const { command } = head.state;
  const isClosed = events.some((event) => event.type === 'ReplyFailed' && event.code === 'reply_window_closed');
  if (isClosed) await dependencies.facts.learnClosed(command, newestKnownMs);
  const failed = events.find((event) => event.type === 'AttemptFailed');
  return failed === undefined || failed.reason === 'absent' ? AGAIN : tryLater(dependencies, sending, failed.reason);
};

const tryLater = async (
  dependencies: AttemptReplyDependencies,
  { lane, head, accessToken }: Sending,
  reason: DelayReason,
): Promise<LaneStep> => {
  const { channels, lanes, clock } = dependencies;
  const { channelId } = head.state.command;
  if (reason === 'token_rejected') {
    channels.refused(channelId, accessToken);
    return AGAIN;
  }
  if (reason !== 'sending_too_fast') return postpone(dependencies, lane, head, { reason, untilMs: null });
  const untilMs = clock.now() + slowDownMs(head.state.blocks + 1);
  await lanes.slowDown(channelId, untilMs);
  return postpone(dependencies, lane, head, { reason, untilMs });
};

const tellAttempt = (
  { logger, clock, observeAttempt }: AttemptReplyDependencies,
  { state }: HeadIn<'queued'>,
  { attempt: number, result, startedAtMs }: { attempt: number; result: SendResult; startedAtMs: number },
): void => {
  const answer = 'answer' in result ? result.answer : null;
  const tiktokCode = answer?.code ?? null;
  const durationMs = clock.now() - startedAtMs;
  observeAttempt({
    outcome: result.kind,
    tiktokCode,
    durationMs,
    sinceRequestedMs: startedAtMs - state.command.requestedAt,
  });
  logger.info('reply.attempted', {
    ...idsOf(state),
    attempt: number,
    outcome: result.kind,
    tiktokCode,
    requestId: result.kind === 'accepted' ? result.requestId : (answer?.requestId ?? null),
    durationMs,
  });
};
