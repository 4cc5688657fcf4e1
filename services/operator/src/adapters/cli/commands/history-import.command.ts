import { Command } from 'commander';
import type { ImportHistory, ImportReport } from '../../../application/import-history.ts';
import { OperatorFailure } from '../../../domain/failure.ts';
import { counted } from '../../../domain/words.ts';
import { type CommandFunction, INTERRUPTED, OK } from '../command.ts';
import { untilInterrupted } from '../interrupt.ts';
import { responsible } from '../responsible.ts';
import { harmless, harmlessJson, type Terminal } from '../terminal.ts';

interface Options {
  readonly conversation?: string;
  readonly as?: string;
  readonly why?: string;
  readonly json: boolean;
}

/** `history import`: reads what webhooks missed from TikTok's lists. */
export const historyImportCommand = (
  { terminal, user }: { readonly terminal: Terminal; readonly user: string | undefined },
  run: CommandFunction,
  importHistory: ImportHistory,
): Command =>
  new Command('import')
    .description('read what webhooks missed of a channel from TikTok; twice is harmless')
    .argument('<channel>', "the channel's id: TikTok's business id")
    .option('--conversation <id>', 'only this conversation')
    .option('--as <name>', 'who does it, for the audit topic (default: $USER)')
    .option('--why <text>', 'why, for the audit topic; needed')
    .option('--json', 'print JSON', false)
    .action((channelId: string, options: Options) =>
      run(async () => {
        const who = responsible(options, user);
        using interrupt = untilInterrupted();
        using patience = tellWhenNothingComes(terminal);
        const end = await importHistory({
          channelId,
          conversationId: options.conversation,
          ...who,
          signal: interrupt.signal,
          onProgress(report) {
            patience.end();
            terminal.progress(progressLine(report));
          },
        });
        if (end !== null) return show(terminal, end, options);
        terminal.note('No longer watched: the import goes on, and its reports are on `tail account-notices`.');
        return INTERRUPTED;
      }),
    );

const show = async (terminal: Terminal, end: ImportReport, { json }: Options): Promise<number> => {
  if (json) await terminal.print(harmlessJson(end, 2));
  if (end.state === 'FAILED') throw failureOf(end);
  if (!json) await terminal.print(summaryOf(end));
  return OK;
};

const PATIENCE_MS = 15_000;

const tellWhenNothingComes = (terminal: Terminal) => {
  const timer = setTimeout(() => {
    terminal.note('Nothing was heard of it yet. It is not lost: history begins it once it runs, and TikTok answers.');
  }, PATIENCE_MS);
  const end = (): void => clearTimeout(timer);
  return { end, [Symbol.dispose]: end };
};

const BAR_WIDTH = 30;

const progressLine = ({ conversationsDone, conversationsTotal, messagesFound }: ImportReport): string => {
  const total = conversationsTotal ?? 0;
  const filled = total === 0 ? 0 : Math.round((BAR_WIDTH * conversationsDone) / total);
  const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
  return `${bar} ${conversationsDone} of ${total} conversations, ${counted(messagesFound, 'message')}`;
};

const summaryOf = ({ conversationsDone, conversationsTotal, messagesFound, reason }: ImportReport): string => {
  const read = `${conversationsDone} of ${counted(conversationsTotal ?? 0, 'conversation')} read, ${counted(messagesFound, 'message')}`;
  return reason === 'conversations_skipped'
    ? `${read}. TikTok does not show some of them: the log of history names each.`
    : read;
};

const ADVICE: Readonly<Record<string, string>> = {
  channel_unknown: 'check the id: it is the `channelId` of `GET /v1/channels`',
  channel_disconnected: 'connect the channel again, which imports its history by itself',
  channel_needs_reauthorization: 'authorise the channel again, which imports its history by itself',
  token_refused: 'authorise the channel again, which imports its history by itself',
  missing_scope: 'authorise the channel again and grant `message.list.read`',
  not_found: 'check the id of the conversation; TikTok lists conversations of the past 90 days',
};

const failureOf = ({ reason, conversationsDone }: ImportReport): OperatorFailure =>
  new OperatorFailure(
    `the import failed after ${counted(conversationsDone, 'conversation')}: ${harmless(reason ?? 'unknown')}`,
    ADVICE[reason ?? ''] ?? 'look at the log of history, and run the command again once that is put right',
  );
