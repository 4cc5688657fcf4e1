import { type Clock, type IdGenerator, ok, type Result, refuse } from '@tiktok-channel/platform/kernel';
import type { ReplyRefusal } from '../domain/reply.ts';
import type { ReplyHistory, ReplyStanding } from '../domain/reply-history.ts';
import { type SendReply, streamIdOf } from '../domain/send-reply.ts';
import type { ChannelPause, ChannelPauses, Replies, ReplyRegister } from './ports.ts';

/** What an operator may do here. Each act is on record before it is done. */
export interface OperateReplies {
  list: ReplyRegister['list'];
  show(replyId: ReplyName): Promise<Result<ReplyHistory, NotOne>>;
  /** Asks for it anew under another id, which it answers: a verdict is final. */
  retry(replyId: ReplyName, act: Responsible): Promise<Result<string, NotOne | 'no_verdict' | 'was_sent'>>;
  cancel(replyId: ReplyName, act: Responsible): Promise<Result<ReplyHistory, NotOne | ReplyRefusal>>;
  pauseOf(channelId: string): Promise<ChannelPause | null>;
  pause(channelId: string, act: Responsible): Promise<void>;
  resume(channelId: string, act: Responsible): Promise<void>;
}

/** The channel is needed only where replies of several have the same id. */
export interface ReplyName {
  readonly replyId: string;
  readonly channelId: string | null;
}

type NotOne = 'reply_unknown' | 'reply_ambiguous';

export interface Responsible {
  readonly actor: string;
  readonly reason: string;
}

export interface OperateRepliesDependencies {
  readonly register: ReplyRegister;
  readonly replies: Replies;
  readonly pauses: ChannelPauses;
  /** Puts it on the command topic, where its place among the commands of its conversation is settled. */
  readonly send: (command: SendReply) => Promise<void>;
  readonly recordAct: (act: Responsible & { readonly action: string; readonly subject: string }) => Promise<void>;
  /** Wakes the dispatcher. */
  readonly onDue: () => void;
  readonly clock: Clock;
  readonly ids: IdGenerator;
}

export const createOperateReplies = (dependencies: OperateRepliesDependencies): OperateReplies => {
  const { register, pauses, recordAct, onDue } = dependencies;
  const show: OperateReplies['show'] = async ({ replyId, channelId }) => {
    const found = await register.find(replyId);
    const [history, ...others] = found.filter(({ command }) => channelId === null || command.channelId === channelId);
    if (history === undefined) return refuse('reply_unknown');
    return others.length > 0 ? refuse('reply_ambiguous') : ok(history);
  };
  return {
    list: register.list,
    show,
    retry: async (name, act) => {
      const shown = await show(name);
      return shown.ok ? retry(dependencies, shown.value, act) : shown;
    },
    cancel: async (name, act) => {
      const shown = await show(name);
      if (!shown.ok) return shown;
      const cancelled = await cancel(dependencies, shown.value, act);
      return cancelled.ok ? show({ ...name, channelId: shown.value.command.channelId }) : cancelled;
    },
    pauseOf: pauses.of,
    pause: async (channelId, act) => {
      await recordAct({ ...act, action: 'channel.paused', subject: channelId });
      await pauses.pause(channelId, act.actor);
    },
    resume: async (channelId, act) => {
      await recordAct({ ...act, action: 'channel.resumed', subject: channelId });
      await pauses.resume(channelId);
      onDue();
    },
  };
};

/** Of an unknown outcome an operator knows more than we do: that it never arrived, say. */
const CAN_BE_RETRIED: ReadonlySet<ReplyStanding> = new Set(['failed', 'cancelled', 'unknown']);

const retry = async (
  { send, recordAct, clock, ids }: OperateRepliesDependencies,
  { command, standing }: ReplyHistory,
  act: Responsible,
): Promise<Result<string, 'no_verdict' | 'was_sent'>> => {
  if (standing === 'sent') return refuse('was_sent');
  if (!CAN_BE_RETRIED.has(standing)) return refuse('no_verdict');
  const replyId = `retry-${ids.next()}`;
  await recordAct({ ...act, action: 'reply.retried', subject: command.replyId });
  await send({
    ...command,
    replyId,
    retryOf: command.replyId,
    requestedBy: act.actor,
    requestedAt: clock.now(),
    expiresAt: null,
  });
  return ok(replyId);
};

/** Why it cannot be taken back is known before the act is put on record, but for what happens in between. */
const cancel = async (
  { replies, recordAct, clock, onDue }: OperateRepliesDependencies,
  { command, standing }: ReplyHistory,
  act: Responsible,
): Promise<Result<unknown, ReplyRefusal>> => {
  if (standing === 'attempting' || standing === 'settling') return refuse('attempt_open');
  if (standing !== 'queued' && standing !== 'delayed' && standing !== 'cancelled') return refuse('verdict_reached');
  const { replyId, channelId, conversationId } = command;
  await recordAct({ ...act, action: 'reply.cancelled', subject: replyId });
  const atMs = clock.now();
  const taken = { replyId, channelId, conversationId, requestedBy: act.actor, requestedAt: atMs };
  const cancelled = await replies.handle(streamIdOf(command), { type: 'CancelReply', command: taken, atMs });
  onDue();
  return cancelled;
};
