import { Command, InvalidArgumentError } from 'commander';
import {
  type ListedReply,
  REPLY_STATES,
  type ReplyOperations,
  type ReplyState,
  type ShownReply,
} from '../../../application/reply-operations.ts';
import { counted } from '../../../domain/words.ts';
import { wholeNumber } from '../arguments.ts';
import { type CommandFunction, OK } from '../command.ts';
import { header, reasonFor, shownTime, withReason } from '../operations.ts';
import { harmless, harmlessJson, type Terminal, table } from '../terminal.ts';

export interface RepliesCommand {
  readonly terminal: Terminal;
  readonly run: CommandFunction;
  readonly withReplies: <T>(work: (replies: ReplyOperations) => Promise<T>) => Promise<T>;
}

interface ListOptions {
  readonly state?: ReplyState;
  readonly channel?: string;
  readonly limit: number;
  readonly json: boolean;
}

interface OneOptions {
  readonly channel?: string;
  readonly why?: string;
  readonly json: boolean;
}

const DEFAULT_LIMIT = 50;

const replyState = (text: string): ReplyState => {
  const state = REPLY_STATES.find((known) => known === text);
  if (state === undefined) throw new InvalidArgumentError(`It is one of ${REPLY_STATES.join(', ')}.`);
  return state;
};

/** `replies list`: those that were accepted last first. */
export const repliesListCommand = ({ terminal, run, withReplies }: RepliesCommand): Command =>
  new Command('list')
    .description('replies and where they stand, the latest first; never what they say')
    .option('--state <state>', `only those that are ${REPLY_STATES.join(', ')}`, replyState)
    .option('--channel <id>', 'only of this channel')
    .option('--limit <number>', 'how many at most', wholeNumber, DEFAULT_LIMIT)
    .option('--json', 'print JSON', false)
    .action(({ state, channel: channelId, limit, json }: ListOptions) =>
      run(() =>
        withReplies(async ({ list }) => {
          const { replies, hasMore } = await list({ state, channelId, limit });
          await terminal.print(json ? harmlessJson(replies, 2) : listing(replies, terminal));
          if (hasMore) terminal.note(`There are more: say --limit ${2 * limit}, or what you look for.`);
          return OK;
        }),
      ),
    );

/** `replies show`: every call to TikTok, for its support. */
export const repliesShowCommand = ({ terminal, run, withReplies }: RepliesCommand): Command =>
  oneReply('show', 'where a reply stands, and what came of each call to TikTok; never what it says').action(
    (replyId: string, { channel: channelId, json }: OneOptions) =>
      run(() =>
        withReplies(async ({ show }) => {
          const reply = await show({ replyId, channelId });
          await terminal.print(json ? harmlessJson(reply, 2) : report(reply, terminal));
          return OK;
        }),
      ),
  );

/** `replies retry`: a verdict is final, so another reply is asked for. */
export const repliesRetryCommand = ({ terminal, run, withReplies }: RepliesCommand): Command =>
  withReason(oneReply('retry', 'ask anew for a reply that failed, was taken back, or of which nobody knows')).action(
    (replyId: string, { channel: channelId, json, ...options }: OneOptions) =>
      run(async () => {
        const reason = reasonFor(options);
        return withReplies(async ({ retry }) => {
          const asked = await retry({ replyId, channelId }, reason);
          await terminal.print(
            json ? harmlessJson({ replyId: asked, retryOf: replyId }, 2) : `asked for as ${harmless(asked)}`,
          );
          return OK;
        });
      }),
  );

/** `replies cancel`: takes back what waits. */
export const repliesCancelCommand = ({ terminal, run, withReplies }: RepliesCommand): Command =>
  withReason(oneReply('cancel', 'take back a reply that waits')).action(
    (replyId: string, { channel: channelId, json, ...options }: OneOptions) =>
      run(async () => {
        const reason = reasonFor(options);
        return withReplies(async ({ cancel }) => {
          const reply = await cancel({ replyId, channelId }, reason);
          await terminal.print(json ? harmlessJson(reply, 2) : `${harmless(reply.replyId)} is ${reply.state}`);
          return OK;
        });
      }),
  );

/** `channels pause` and `channels resume`: whether replies leave. */
export const channelCommand = (name: 'pause' | 'resume', { terminal, run, withReplies }: RepliesCommand): Command =>
  withReason(new Command(name))
    .description(CHANNEL_COMMANDS[name].description)
    .argument('<channel>', "the channel's id: TikTok's business id")
    .option('--json', 'print JSON', false)
    .action((channelId: string, options: OneOptions) =>
      run(async () => {
        const reason = reasonFor(options);
        return withReplies(async (replies) => {
          const pause = await replies[name](channelId, reason);
          await terminal.print(
            options.json ? harmlessJson(pause, 2) : `${harmless(channelId)}: ${CHANNEL_COMMANDS[name].done}`,
          );
          return OK;
        });
      }),
    );

const CHANNEL_COMMANDS = {
  pause: {
    description: 'send nothing more through a channel; what comes waits, is told so, and still expires',
    done: 'replies wait',
  },
  resume: { description: 'let the replies of a paused channel go', done: 'replies go on' },
} as const;

const oneReply = (name: string, description: string): Command =>
  new Command(name)
    .description(description)
    .argument('<reply>', "the reply's id")
    .option('--channel <id>', 'where several channels have a reply of this id')
    .option('--json', 'print JSON', false);

const listing = (replies: readonly ListedReply[], terminal: Terminal): string => {
  if (replies.length === 0) return 'none';
  const rows = replies.map(({ replyId, channelId, state, failure, delayReason, queuedAt, attempts }) => [
    shownTime(queuedAt),
    harmless(replyId),
    harmless(channelId),
    state,
    harmless(failure?.code ?? delayReason ?? '–'),
    counted(attempts, 'attempt'),
  ]);
  return table([header(terminal, ['accepted', 'reply', 'channel', 'state', 'why', 'attempts']), ...rows]);
};

const report = (reply: ShownReply, terminal: Terminal): string => {
  const { failure, delayReason, delayedUntil, retryOf, messageId } = reply;
  const facts: readonly (readonly [string, string | null])[] = [
    ['state', reply.state],
    ['channel', reply.channelId],
    ['conversation', reply.conversationId],
    ['accepted', shownTime(reply.queuedAt)],
    ['expires', shownTime(reply.expiresAt)],
    ['waits for', delayReason],
    ['until', delayedUntil === null ? null : shownTime(delayedUntil)],
    ['failed with', failure === null ? null : `${failure.code}: ${failure.message}`],
    ['what to do', failure?.advice ?? null],
    ['message', messageId],
    ['asked anew for', retryOf],
  ];
  const known = facts.flatMap(([name, value]) =>
    value === null ? [] : [[terminal.style('dim', name), harmless(value)]],
  );
  return reply.attempts.length === 0 ? table(known) : `${table(known)}\n\n${attemptsOf(reply, terminal)}`;
};

const attemptsOf = ({ attempts }: ShownReply, terminal: Terminal): string =>
  table([
    header(terminal, ['attempt', 'began', 'took', 'result', 'code', 'request id']),
    ...attempts.map(({ attempt, startedAt, durationMs, result, tiktokCode, requestId }) => [
      String(attempt),
      shownTime(startedAt),
      durationMs === null ? '–' : `${durationMs} ms`,
      harmless(result),
      tiktokCode === null ? '–' : String(tiktokCode),
      harmless(requestId ?? '–'),
    ]),
  ]);
