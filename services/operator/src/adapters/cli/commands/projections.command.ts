import { Command } from 'commander';
import type { Projections } from '../../../application/ports.ts';
import type { WatchBuild } from '../../../application/watch-build.ts';
import { type Build, type Comparison, progressOf } from '../../../domain/build.ts';
import { WrongUsage } from '../../../domain/failure.ts';
import { counted } from '../../../domain/words.ts';
import { wholeNumber } from '../arguments.ts';
import { type CommandFunction, INTERRUPTED, OK } from '../command.ts';
import { untilInterrupted } from '../interrupt.ts';
import { harmless, harmlessJson, type Terminal, table } from '../terminal.ts';

/** Opens what the commands need, runs one of them, and closes it. */
export type WithProjections = <T>(
  work: (tools: { readonly projections: Projections; readonly watchBuild: WatchBuild }) => Promise<T>,
) => Promise<T>;

interface Options {
  readonly why?: string;
  readonly json: boolean;
}

interface Dependencies {
  readonly terminal: Terminal;
  readonly run: CommandFunction;
  readonly withProjections: WithProjections;
}

const WHY = ['--why <text>', 'why, for the audit topic; needed'] as const;
const JSON_OPTION = ['--json', 'print JSON', false] as const;
const BUILD = ['<build>', 'its number, as `projections list` has it', wholeNumber] as const;

/** `projections`: read models made anew beside the served ones. */
export const projectionsCommands = (dependencies: Dependencies): readonly Command[] => [
  listCommand(dependencies),
  rebuildCommand(dependencies),
  compareCommand(dependencies),
  switchCommand(dependencies),
  dropCommand(dependencies),
];

const listCommand = ({ terminal, run, withProjections }: Dependencies): Command =>
  new Command('list')
    .description('builds of the read models, and how far each is')
    .option(...JSON_OPTION)
    .action(({ json }: Options) =>
      run(() =>
        withProjections(async ({ projections }) => {
          const builds = await projections.list();
          await terminal.print(json ? harmlessJson(builds, 2) : listOf(builds));
          return OK;
        }),
      ),
    );

const rebuildCommand = ({ terminal, run, withProjections }: Dependencies): Command =>
  new Command('rebuild')
    .description('make the read models anew from the start of the topics, beside the served ones')
    .argument('[build]', 'watch this one, which was begun before', wholeNumber)
    .option(...WHY)
    .action((known: number | undefined, options: Options) =>
      run(() =>
        withProjections(async ({ projections, watchBuild }) => {
          using interrupt = untilInterrupted();
          const number = known ?? (await projections.rebuild(reasonIn(options))).build;
          terminal.note(`Build ${number} is made. Ctrl-C ends the watching and not the build.`);
          const end = await watchBuild(number, {
            signal: interrupt.signal,
            onProgress: (build) => terminal.progress(progressLine(build)),
            onSilence: ({ message }) => terminal.note(`${message}. The build goes on; it is asked again.`),
          });
          if (end === null) {
            terminal.note(`No longer watched: watch it again with \`projections rebuild ${number}\`.`);
            return INTERRUPTED;
          }
          await terminal.print(nextSteps(end));
          return OK;
        }),
      ),
    );

const compareCommand = ({ terminal, run, withProjections }: Dependencies): Command =>
  new Command('compare')
    .description('compare every row of a build with the served one; shows ids and columns, never words')
    .argument(...BUILD)
    .option(...WHY)
    .option(...JSON_OPTION)
    .action((number: number, options: Options) =>
      run(() =>
        withProjections(async ({ projections }) => {
          const reason = reasonIn(options);
          terminal.note('Every row of both is read, which takes minutes where there are millions.');
          const comparison = await projections.compare(number, reason);
          await terminal.print(options.json ? harmlessJson(comparison, 2) : comparisonOf(comparison));
          return OK;
        }),
      ),
    );

const switchCommand = ({ terminal, run, withProjections }: Dependencies): Command =>
  new Command('switch')
    .description('serve this build from now on; the one before follows on, so that can be switched back')
    .argument(...BUILD)
    .option(...WHY)
    .action((number: number, options: Options) =>
      run(() =>
        withProjections(async ({ projections }) => {
          const before = (await projections.list()).find(({ state }) => state === 'served');
          await projections.switchTo(number, reasonIn(options));
          await terminal.print(`Build ${number} is served. Readers are told of every row that differs.`);
          if (before !== undefined) {
            const back = `projections switch ${before.build}`;
            terminal.note(`Back: ${back}. Once it is not needed any more: projections drop ${before.build}`);
          }
          return OK;
        }),
      ),
    );

const dropCommand = ({ terminal, run, withProjections }: Dependencies): Command =>
  new Command('drop')
    .description('delete a build that is not served')
    .argument(...BUILD)
    .option(...WHY)
    .action((number: number, options: Options) =>
      run(() =>
        withProjections(async ({ projections }) => {
          await projections.drop(number, reasonIn(options));
          await terminal.print(`Build ${number} is deleted.`);
          return OK;
        }),
      ),
    );

const reasonIn = ({ why }: Options): string => {
  if (why === undefined || why.trim() === '') throw new WrongUsage('say why with --why "…": it goes on record');
  return why;
};

const BAR_WIDTH = 30;

const progressLine = (build: Build): string => {
  const { done, total } = progressOf(build);
  const filled = total === 0 ? BAR_WIDTH : Math.floor((BAR_WIDTH * done) / total);
  const open = build.partitions.filter(({ position, endOffset }) => position < endOffset).length;
  return `${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)} ${done} of ${total} records, ${counted(open, 'partition')} to go`;
};

const STATES = { served: 'served', building: 'is made', caught_up: 'caught up' } as const;

const listOf = (builds: readonly Build[]): string =>
  table([
    ['build', 'state', 'records', 'behind', 'left out'],
    ...builds.map((build) => {
      const { done, total } = progressOf(build);
      const state = build.isTelling ? `${STATES[build.state]}, readers are told` : STATES[build.state];
      return [String(build.build), state, `${done} of ${total}`, String(build.behind), String(build.leftOut)];
    }),
  ]);

const nextSteps = ({ build, state, leftOut }: Build): string => {
  if (state === 'served') return `Build ${build} is the one that is served.`;
  const out =
    leftOut === 0 ? '' : ` ${counted(leftOut, 'record')} could not be read or stored, and the log says which.`;
  return [
    `Build ${build} has what the served one has.${out}`,
    `What to do next: tiktok-channel projections compare ${build} --why "…"`,
    `Then:            tiktok-channel projections switch ${build} --why "…"`,
  ].join('\n');
};

const KINDS = { differs: 'differs', only_served: 'only in the served one', only_build: 'only in the build' } as const;

const comparisonOf = ({ build, servedBuild, tables, differences, hasMore }: Comparison): string => {
  const counts = table([
    ['table', `served (${servedBuild})`, `build ${build}`, 'differing'],
    ...tables.map((each) => [each.table, String(each.served), String(each.build), String(each.differing)]),
  ]);
  if (differences.length === 0) return `${counts}\n\nNo row differs.`;
  const rows = differences.flatMap(({ channelId, conversationId, found }) =>
    found.map(({ table: name, kind, column, rows: number }) => [
      harmless(conversationId ?? `channel ${channelId}`),
      column === null ? name : `${name}.${column}`,
      KINDS[kind],
      counted(number, 'row'),
    ]),
  );
  const more = hasMore ? '\nMore conversations differ than are listed.' : '';
  return `${counts}\n\n${table(rows)}\n\n${counted(differences.length, 'conversation')} listed.${more}`;
};
