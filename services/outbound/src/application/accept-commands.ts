import type { Clock, Logger } from '@tiktok-channel/platform/kernel';
import { decide } from '../domain/decide-reply.ts';
import { initial, type ReplyRefusal } from '../domain/reply.ts';
import { streamIdOf } from '../domain/send-reply.ts';
import type { IncomingCancel, IncomingCommand, IncomingReply, NewReply, Replies, ReplyIntake } from './ports.ts';

/** `reply_id_reused`: there is another reply of that id, with other content. `cancel_refused`: it was too late. */
export type Acceptance = 'accepted' | 'accepted_before' | 'reply_id_reused' | 'cancelled' | 'cancel_refused';

export type AcceptCommands = (incoming: readonly IncomingCommand[]) => Promise<readonly Acceptance[]>;

interface Dependencies {
  readonly intake: ReplyIntake;
  readonly replies: Replies;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Wakes the dispatcher. */
  readonly onAccepted: () => void;
  readonly count: (acceptance: Acceptance, refusal?: ReplyRefusal) => void;
}

/**
 * Puts commands into the streams of their replies, in their order; sending them is the dispatcher's work, so a slow TikTok
 * stalls no partition. The same commands again change nothing.
 */
export const createAcceptCommands =
  (dependencies: Dependencies): AcceptCommands =>
  async (incoming) => {
    const acceptances: Acceptance[] = [];
    for (const run of runsOfOneKind(incoming)) acceptances.push(...(await acceptRun(dependencies, run)));
    return acceptances;
  };

const acceptRun = (dependencies: Dependencies, run: readonly IncomingCommand[]): Promise<readonly Acceptance[]> => {
  const [first] = run;
  return first?.kind === 'cancel'
    ? Promise.all(run.map((each) => cancel(dependencies, each as IncomingCancel)))
    : acceptReplies(dependencies, run as readonly IncomingReply[]);
};

/**
 * By one statement, or one by one where a cancel came before its reply: that one's stream is there, so a statement would put it
 * behind those that came after it.
 */
const acceptReplies = async (
  dependencies: Dependencies,
  incoming: readonly IncomingReply[],
): Promise<readonly Acceptance[]> => {
  const atMs = dependencies.clock.now();
  const replies = incoming.map((each) => newReplyOf(each, atMs));
  if (!(await dependencies.intake.hasCancels(replies))) return acceptTogether(dependencies, replies, atMs);
  const acceptances: Acceptance[] = [];
  for (const reply of replies) acceptances.push(...(await acceptTogether(dependencies, [reply], atMs)));
  return acceptances;
};

/** One whose stream is there already is judged by its stream. */
const acceptTogether = async (
  { intake, replies, onAccepted, count }: Dependencies,
  asked: readonly NewReply[],
  atMs: number,
): Promise<readonly Acceptance[]> => {
  const started = await intake.start(asked, atMs);
  const acceptances: Acceptance[] = [];
  for (const reply of asked) {
    const acceptance = started.has(reply) ? 'accepted' : await acceptAgain(replies, reply, atMs);
    count(acceptance);
    acceptances.push(acceptance);
  }
  if (acceptances.includes('accepted')) onAccepted();
  return acceptances;
};

const acceptAgain = async (
  replies: Replies,
  { streamId, command, origin }: NewReply,
  atMs: number,
): Promise<Acceptance> => {
  const decided = await replies.handle(streamId, { type: 'AcceptReply', command, origin, atMs });
  if (!decided.ok) return 'reply_id_reused';
  return decided.value.length > 0 ? 'accepted' : 'accepted_before';
};

const newReplyOf = ({ command, origin }: IncomingReply, atMs: number): NewReply => {
  const decided = decide({ type: 'AcceptReply', command, origin, atMs }, initial);
  return { streamId: streamIdOf(command), command, origin, events: decided.ok ? decided.value : [] };
};

const cancel = async (
  { replies, clock, logger, count }: Dependencies,
  { command }: IncomingCancel,
): Promise<Acceptance> => {
  const decided = await replies.handle(streamIdOf(command), { type: 'CancelReply', command, atMs: clock.now() });
  const acceptance = decided.ok ? 'cancelled' : 'cancel_refused';
  count(acceptance, decided.ok ? undefined : decided.error);
  const { replyId, channelId, conversationId } = command;
  const ids = { replyId, channelId, conversationId };
  if (decided.ok)
    logger.info('reply.cancelled', { ...ids, isRemembered: decided.value[0]?.type === 'CancelRequested' });
  else logger.warn('reply.cancel_refused', { ...ids, reason: decided.error });
  return acceptance;
};

/** Commands in their order, those beside each other that can be taken together. */
const runsOfOneKind = (incoming: readonly IncomingCommand[]): readonly (readonly IncomingCommand[])[] => {
  const runs: IncomingCommand[][] = [];
  for (const each of incoming) {
    const run = runs.at(-1);
    if (run !== undefined && run[0]?.kind === each.kind) run.push(each);
    else runs.push([each]);
  }
  return runs;
};
