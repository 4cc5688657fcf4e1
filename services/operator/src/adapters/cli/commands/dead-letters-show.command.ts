import { Command } from 'commander';
import type { DeadLetterDetail, ServiceName } from '../../../application/operations.ts';
import { OK } from '../command.ts';
import { type OperationsCommand, serviceName, shownTime } from '../operations.ts';
import { harmless, harmlessJson, type Terminal, table } from '../terminal.ts';

/** `dead-letters show`: all that is known of one, without what it says. */
export const deadLettersShowCommand = ({ terminal, run, withOperations }: OperationsCommand): Command =>
  new Command('show')
    .description('where one came from, why it was given up, and its headers; never what it says')
    .argument('<service>', 'whose it is', serviceName)
    .argument('<id>', 'as `dead-letters list` has it')
    .option('--json', 'print JSON', false)
    .action((service: ServiceName, id: string, { json }: { readonly json: boolean }) =>
      run(() =>
        withOperations(async ({ deadLetter }) => {
          const letter = await deadLetter(service, id);
          await terminal.print(json ? harmlessJson(letter, 2) : report(letter, terminal));
          return OK;
        }),
      ),
    );

const report = (letter: DeadLetterDetail, { style }: Terminal): string => {
  const { origin, headers, isValueOmitted, sizeBytes } = letter;
  const facts = [
    ['given up', shownTime(letter.at)],
    ['for', style('red', letter.reason)],
    ['tries', String(letter.attempts)],
    ['by', letter.group],
    ['from', `${origin.topic} ${origin.partition ?? '?'}@${origin.offset ?? '?'}`],
    ['key', origin.key ?? 'none'],
    ['size', isValueOmitted ? 'left where it came from, being too large' : `${sizeBytes} bytes`],
    ['given back', letter.redrivenAt === null ? 'not yet' : style('green', shownTime(letter.redrivenAt))],
  ];
  const shown = Object.entries(headers).map(([name, value]) => [name, value]);
  const lines = [...facts, ['', ''], ...shown].map(([name = '', value = '']) => [
    style('dim', harmless(name)),
    styledOrHarmless(value),
  ]);
  return table(lines);
};

/** What was styled here holds a code or a time. */
const styledOrHarmless = (value: string): string => (value.startsWith('\u001b[') ? value : harmless(value));
