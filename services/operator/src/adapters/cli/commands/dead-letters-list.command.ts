import { Command } from 'commander';
import { type DeadLetter, SERVICES, type ServiceName } from '../../../application/operations.ts';
import { wholeNumber } from '../arguments.ts';
import {
  askServices,
  header,
  type OperationsCommand,
  serviceName,
  shortType,
  shownTime,
  tellFailures,
} from '../operations.ts';
import { harmless, harmlessJson, type Terminal, table } from '../terminal.ts';

interface Options {
  readonly reason?: string;
  readonly count: number;
  readonly json: boolean;
}

interface Listed {
  readonly service: ServiceName;
  readonly letters: readonly DeadLetter[];
  readonly hasMore: boolean;
}

const DEFAULT_COUNT = 20;

/** `dead-letters list`: what no retry helped, the newest first. */
export const deadLettersListCommand = ({ terminal, run, withOperations }: OperationsCommand): Command =>
  new Command('list')
    .description('records that were given up, the newest first')
    .argument('[service]', `${SERVICES.join(', ')}; all of them where it is left out`, serviceName)
    .option('--reason <code>', 'only those that were given up for this')
    .option('--count <n>', 'how many of each service', wholeNumber, DEFAULT_COUNT)
    .option('--json', 'print JSON', false)
    .action((service: ServiceName | undefined, { reason, count: limit, json }: Options) =>
      run(() =>
        withOperations(async ({ deadLetters }) => {
          const { answers, failures } = await askServices(service, async (name) => ({
            service: name,
            ...(await deadLetters(name, { limit, reason })),
          }));
          await terminal.print(json ? harmlessJson(answers, 2) : report(answers, terminal));
          return tellFailures(failures, terminal);
        }),
      ),
    );

const report = (listed: readonly Listed[], terminal: Terminal): string => {
  const rows = listed.flatMap(({ service, letters }) => letters.map((letter) => rowOf(service, letter, terminal)));
  if (rows.length === 0) return 'There are no dead letters.';
  const head = header(terminal, [
    'service',
    'id',
    'when (UTC)',
    'type',
    'reason',
    'tries',
    'group',
    'from',
    'given back',
  ]);
  const more = listed.filter(({ hasMore }) => hasMore).map(({ service }) => service);
  const lines = [table([head, ...rows])];
  if (more.length > 0) lines.push('', `There are more of ${more.join(', ')}: show them with --count.`);
  return lines.join('\n');
};

const rowOf = (service: ServiceName, letter: DeadLetter, { style }: Terminal): readonly string[] => {
  const { id, at, recordType, reason, attempts, group, origin, redrivenAt } = letter;
  return [
    service,
    style('bold', id),
    shownTime(at),
    style('cyan', shortType(recordType)),
    style(redrivenAt === null ? 'red' : 'dim', harmless(reason)),
    String(attempts),
    harmless(group),
    harmless(`${origin.topic} ${origin.partition ?? '?'}@${origin.offset ?? '?'}`),
    redrivenAt === null ? '–' : style('green', shownTime(redrivenAt)),
  ];
};
