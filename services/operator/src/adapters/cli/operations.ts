import { dateAt } from '@tiktok-channel/platform/clock';
import { type Command, InvalidArgumentError } from 'commander';
import { type Operations, SERVICES, type ServiceName } from '../../application/operations.ts';
import { OperatorFailure, WrongUsage } from '../../domain/failure.ts';
import { type CommandFunction, FAILED, OK } from './command.ts';
import { harmless, type Terminal } from './terminal.ts';

/** Opens the operator endpoints, does something with them, and closes. */
export type WithOperations = <T>(work: (operations: Operations) => Promise<T>) => Promise<T>;

export interface OperationsCommand {
  readonly terminal: Terminal;
  readonly run: CommandFunction;
  readonly withOperations: WithOperations;
}

export const serviceName = (text: string): ServiceName => {
  const service = SERVICES.find((name) => name === text);
  if (service === undefined) throw new InvalidArgumentError(`It is one of ${SERVICES.join(', ')}.`);
  return service;
};

export interface Asked<T> {
  readonly answers: readonly T[];
  readonly failures: readonly OperatorFailure[];
}

/** Asks one service, or every one: then one that is away hides none of the others, unless all are. */
export const askServices = async <T>(
  service: ServiceName | undefined,
  ask: (service: ServiceName) => Promise<T>,
): Promise<Asked<T>> => {
  if (service !== undefined) return { answers: [await ask(service)], failures: [] };
  const asked = await Promise.all(SERVICES.map((name) => answerOrFailure(() => ask(name))));
  const answers = asked.flatMap((each) => ('answer' in each ? [each.answer] : []));
  const failures = asked.flatMap((each) => ('failure' in each ? [each.failure] : []));
  const [first] = failures;
  if (answers.length === 0 && first !== undefined) throw first;
  return { answers, failures };
};

const answerOrFailure = async <T>(
  ask: () => Promise<T>,
): Promise<{ readonly answer: T } | { readonly failure: OperatorFailure }> => {
  try {
    return { answer: await ask() };
  } catch (error) {
    if (!(error instanceof OperatorFailure)) throw error;
    return { failure: error };
  }
};

/** Says what did not answer, beside the result; what it answers is the exit code. */
export const tellFailures = (failures: readonly OperatorFailure[], { note, style }: Terminal): number => {
  for (const { message } of failures) note(`${style('red', '✖')} ${harmless(message)}`);
  return failures.length === 0 ? OK : FAILED;
};

/** Why, for the audit topic; who is whose token it is. */
export const reasonFor = ({ why }: { readonly why?: string }): string => {
  if (why === undefined || why.trim() === '') throw new WrongUsage('say why with --why "…": it goes on record');
  return why;
};

export const withReason = (command: Command): Command =>
  command.option('--why <text>', 'why, for the audit topic; needed');

/** UTC, as people read it in a table. */
export const shownTime = (timeMs: number | null): string =>
  timeMs === null ? '–' : dateAt(timeMs).toISOString().replace('T', ' ').replace('Z', '');

/** `tiktok.messages.v1.MessageReceived` without its namespace. */
export const shortType = (type: string | null): string => type?.split('.').at(-1) ?? '–';

export const header = (terminal: Terminal, names: readonly string[]): readonly string[] =>
  names.map((name) => terminal.style('dim', name));
