import { Command, CommanderError } from 'commander';
import type { ImportHistory } from '../../application/import-history.ts';
import { OperatorFailure, WrongUsage } from '../../domain/failure.ts';
import type { TopicPlan } from '../../domain/topic-plan.ts';
import { type CommandFunction, FAILED, OK, WRONG_USAGE } from './command.ts';
import {
  type AuthCommand,
  channelReleaseCommand,
  featureSwitchCommand,
  featuresListCommand,
  tokensReencryptCommand,
} from './commands/auth.command.ts';
import { consumersCommand } from './commands/consumers.command.ts';
import { deadLettersListCommand } from './commands/dead-letters-list.command.ts';
import { deadLettersRedriveCommand } from './commands/dead-letters-redrive.command.ts';
import { deadLettersShowCommand } from './commands/dead-letters-show.command.ts';
import { type Diagnose, doctorCommand } from './commands/doctor.command.ts';
import { historyImportCommand } from './commands/history-import.command.ts';
import { lineageCommand } from './commands/lineage.command.ts';
import { projectionsCommands, type WithProjections } from './commands/projections.command.ts';
import {
  channelCommand,
  type RepliesCommand,
  repliesCancelCommand,
  repliesListCommand,
  repliesRetryCommand,
  repliesShowCommand,
} from './commands/replies.command.ts';
import { type RegisterSchemas, schemasRegisterCommand } from './commands/schemas-register.command.ts';
import { type TailTopic, tailCommand } from './commands/tail.command.ts';
import { type EnsureTopicsOptions, topicsEnsureCommand } from './commands/topics-ensure.command.ts';
import { type ReparseWebhooks, webhooksReparseCommand } from './commands/webhooks-reparse.command.ts';
import type { WithOperations } from './operations.ts';
import { harmless, type Terminal } from './terminal.ts';

/** What the commands do. Each opens what it needs when it is called, and closes it. */
export interface Actions {
  readonly ensureTopics: (options: EnsureTopicsOptions) => Promise<readonly TopicPlan[]>;
  readonly registerSchemas: RegisterSchemas;
  readonly tailTopic: TailTopic;
  readonly reparseWebhooks: ReparseWebhooks;
  readonly importHistory: ImportHistory;
  readonly withProjections: WithProjections;
  readonly withOperations: WithOperations;
  readonly withReplies: RepliesCommand['withReplies'];
  readonly withAuth: AuthCommand['withAuth'];
  readonly diagnose: Diagnose;
}

interface ProgramOptions {
  readonly terminal: Terminal;
  readonly actions: Actions;
  /** Who runs it, as the system says. */
  readonly user: string | undefined;
}

/** Parses the arguments, runs the command, and answers the exit code. Never rejects for what can be expected. */
export const runProgram = async (args: readonly string[], options: ProgramOptions): Promise<number> => {
  const { terminal } = options;
  let exitCode = OK;
  const run: CommandFunction = async (work) => {
    exitCode = await work();
  };
  try {
    await createProgram(options, run).parseAsync([...args], { from: 'user' });
    return exitCode;
  } catch (error) {
    return explain(error, terminal);
  }
};

const createProgram = ({ terminal, actions, user }: ProgramOptions, run: CommandFunction): Command => {
  const operating = { terminal, run, ...actions };
  const commands = [
    group('topics', 'the topics of the contract', [topicsEnsureCommand(terminal, run, actions.ensureTopics)]),
    group('schemas', 'the schemas of the contract', [schemasRegisterCommand(terminal, run, actions.registerSchemas)]),
    tailCommand(terminal, run, actions.tailTopic),
    group('webhooks', "TikTok's deliveries", [
      webhooksReparseCommand({ terminal, user }, run, actions.reparseWebhooks),
    ]),
    group('history', 'what webhooks missed', [historyImportCommand({ terminal, user }, run, actions.importHistory)]),
    group('projections', 'read models made anew', projectionsCommands({ terminal, run, ...actions })),
    group('dead-letters', 'records that no retry helped', [
      deadLettersListCommand(operating),
      deadLettersShowCommand(operating),
      deadLettersRedriveCommand(operating),
    ]),
    consumersCommand(operating),
    group('replies', 'what is sent to customers', [
      repliesListCommand(operating),
      repliesShowCommand(operating),
      repliesRetryCommand(operating),
      repliesCancelCommand(operating),
    ]),
    group('channels', 'through which replies leave', [
      channelCommand('pause', operating),
      channelCommand('resume', operating),
      channelReleaseCommand(operating),
    ]),
    group('features', 'what is switched on for an account', [
      featuresListCommand(operating),
      featureSwitchCommand('enable', operating),
      featureSwitchCommand('disable', operating),
    ]),
    group('tokens', 'what auth keeps sealed', [tokensReencryptCommand(operating)]),
    lineageCommand(operating),
    doctorCommand(terminal, run, actions.diagnose),
  ];
  const program = new Command('tiktok-channel').description('For people who run a TikTok channel on Kafka.');
  for (const command of commands) program.addCommand(command);
  return withManners(program, terminal);
};

const group = (name: string, description: string, commands: readonly Command[]): Command => {
  const grouped = new Command(name).description(description);
  for (const command of commands) grouped.addCommand(command);
  return grouped;
};

/** Every command alike: its errors come back here, and what it writes goes to the terminal. */
const withManners = (command: Command, terminal: Terminal): Command => {
  command
    .exitOverride()
    .showHelpAfterError('(add --help for what there is)')
    .configureOutput({
      writeOut: (text) => void terminal.print(text.trimEnd()),
      writeErr: (text) => terminal.note(text.trimEnd()),
    });
  for (const inner of command.commands) withManners(inner, terminal);
  return command;
};

const explain = (error: unknown, terminal: Terminal): number => {
  const { style } = terminal;
  if (error instanceof CommanderError) return error.exitCode === 0 ? OK : WRONG_USAGE;
  if (error instanceof WrongUsage) {
    terminal.note(`${style('red', 'error:')} ${error.message}`);
    return WRONG_USAGE;
  }
  if (error instanceof OperatorFailure) {
    terminal.note(`${style('red', '✖')} ${sentence(error.message)}\n  What to do: ${sentence(error.next)}`);
    return FAILED;
  }
  // A defect: whoever looks into it needs to know where.
  terminal.note(
    `${style('red', '✖')} This is a defect of tiktok-channel.\n${error instanceof Error ? error.stack : error}`,
  );
  return FAILED;
};

const sentence = (text: string): string => {
  const safe = text.split('\n').map(harmless).join('\n');
  return /[.:…]$/.test(safe) || safe.includes('\n') ? safe : `${safe}.`;
};
