import type { Clock, Logger, Result } from '@tiktok-channel/platform/kernel';
import { nextReadMs, SETTLED_AFTER_MS } from '../domain/settling.ts';
import { AGAIN, type HeadIn, idsOf, type LaneStep, unlessAway } from './lane-step.ts';
import type { Channels, ClaimedLane, Facts, ListedContent, Replies, TikTok } from './ports.ts';
import { calling, findCaller, type Obstacle } from './tiktok-calls.ts';

export interface SettleReplyDependencies {
  readonly replies: Replies;
  readonly facts: Pick<Facts, 'findEcho' | 'learn'>;
  readonly tiktok: Pick<TikTok, 'listContent'>;
  readonly channels: Channels;
  readonly clock: Clock;
  readonly logger: Logger;
}

type Head = HeadIn<'uncertain'>;

/**
 * Finds out what became of a reply whose call brought no usable answer: its echo, or TikTok's list of the conversation, says that
 * it was sent; the list, read late enough and twice, that it was not; and when nothing can tell any more, nobody knows.
 */
export const settleReply = async (
  dependencies: SettleReplyDependencies,
  lane: ClaimedLane,
  head: Head,
): Promise<LaneStep> => {
  const { clock } = dependencies;
  if (await match(dependencies, head)) return AGAIN;
  const { sinceMs, current } = head.state;
  const endMs = current.deadlineMs + SETTLED_AFTER_MS;
  if (clock.now() >= endMs) return giveUp(dependencies, head);

  const isReadDue = clock.now() >= nextReadMs(sinceMs, lane.tries);
  if (isReadDue && (await readList(dependencies, head))) return AGAIN;
  const tries = lane.tries + (isReadDue ? 1 : 0);
  return { kind: 'wait', untilMs: Math.min(nextReadMs(sinceMs, tries), endMs), tries };
};

/** Whether its message was found among what TikTok has echoed or listed. */
const match = async (dependencies: SettleReplyDependencies, head: Head): Promise<boolean> => {
  const tiktokMessageId = await dependencies.facts.findEcho(head.streamId);
  if (tiktokMessageId === null) return false;
  const { replies, clock, logger } = dependencies;
  await replies.handle(head.streamId, { type: 'RecordMatch', tiktokMessageId, atMs: clock.now() });
  logger.info('reply.settled', { ...idsOf(head.state), outcome: 'sent' });
  return true;
};

/** Whether the list settled it. A list that cannot be had, or that does not reach back past the attempt, tells nothing. */
const readList = async (dependencies: SettleReplyDependencies, head: Head): Promise<boolean> => {
  const { facts, clock, replies } = dependencies;
  const { command, current } = head.state;
  const askedMs = clock.now();
  const listed = await unlessAway(() => listContent(dependencies, head));
  if (!listed.ok) return false;
  await facts.learn(command, listed.value);
  if (await match(dependencies, head)) return true;
  const { isWhole, oldestMessageAtMs } = listed.value;
  const reachesBack = isWhole || (oldestMessageAtMs !== null && oldestMessageAtMs <= current.newestKnownMs);
  if (!reachesBack) return false;

  const recorded = await replies.handle(head.streamId, { type: 'RecordAbsence', atMs: askedMs });
  const isAbsent = recorded.ok && recorded.value.some(({ type }) => type === 'AttemptFailed');
  if (isAbsent) dependencies.logger.info('reply.settled', { ...idsOf(head.state), outcome: 'absent' });
  return isAbsent;
};

const listContent = async (
  { channels, tiktok }: SettleReplyDependencies,
  { state }: Head,
): Promise<Result<ListedContent, Obstacle>> => {
  const { channelId, conversationId } = state.command;
  const caller = await findCaller(channels, channelId);
  if (!caller.ok) return caller;
  return calling(channels, caller.value, (current) => tiktok.listContent(current, conversationId));
};

const giveUp = async (
  { replies, clock, logger }: SettleReplyDependencies,
  { streamId, state }: Head,
): Promise<LaneStep> => {
  await replies.handle(streamId, { type: 'SettleUnknown', atMs: clock.now() });
  logger.warn('reply.settled', { ...idsOf(state), outcome: 'unknown' });
  return AGAIN;
};
