import { Command } from 'commander';
import type { Redriven, Redriving, ServiceName } from '../../../application/operations.ts';
import { WrongUsage } from '../../../domain/failure.ts';
import { counted } from '../../../domain/words.ts';
import { OK } from '../command.ts';
import { type OperationsCommand, reasonFor, serviceName } from '../operations.ts';
import { harmless, harmlessJson } from '../terminal.ts';

interface Options {
  readonly all: boolean;
  readonly reason?: string;
  readonly why?: string;
  readonly json: boolean;
}

/** `dead-letters redrive`: gives records back to the group that had given them up. */
export const deadLettersRedriveCommand = ({ terminal, run, withOperations }: OperationsCommand): Command =>
  new Command('redrive')
    .description('give records back to the group that had given them up; twice is harmless')
    .argument('<service>', 'whose they are', serviceName)
    .argument('[ids...]', 'as `dead-letters list` has them; those that were given back before are again')
    .option('--all', 'in place of ids: all that were not given back yet', false)
    .option('--reason <code>', 'with --all: only those that were given up for this')
    .option('--why <text>', 'why, for the audit topic; needed')
    .option('--json', 'print JSON', false)
    .action((service: ServiceName, ids: readonly string[], options: Options) =>
      run(async () => {
        const redriving = redrivingOf(ids, options);
        return withOperations(async ({ redrive }) => {
          const end = await redrive(service, redriving);
          await terminal.print(options.json ? harmlessJson(end, 2) : report(end));
          return OK;
        });
      }),
    );

const redrivingOf = (ids: readonly string[], options: Options): Redriving => {
  const reason = reasonFor(options);
  if (options.all === ids.length > 0) throw new WrongUsage('name ids, or say --all');
  if (options.reason !== undefined && !options.all) throw new WrongUsage('--reason goes with --all');
  return options.all ? { reason, all: true, matchingReason: options.reason } : { reason, ids };
};

const SKIPPED: Readonly<Record<string, string>> = {
  already_redriven: 'given back before: name the id to do it again',
  group_gone: 'given up by a group that nobody reads for any more',
  value_gone: 'too large to come along, and the original is gone',
};

const report = ({ redriven, skipped }: Redriven): string =>
  [
    `${counted(redriven, 'record')} given back`,
    ...Object.entries(skipped).map(([why, count]) => `${count} left: ${SKIPPED[why] ?? harmless(why)}`),
  ].join('\n');
