import { Command } from 'commander';
import type { ReparseOptions } from '../../../application/reparse-webhooks.ts';
import { WrongUsage } from '../../../domain/failure.ts';
import type { ReparseTally } from '../../../domain/reparse-tally.ts';
import { isoTime } from '../arguments.ts';
import { type CommandFunction, INTERRUPTED, OK } from '../command.ts';
import { untilInterrupted } from '../interrupt.ts';
import { harmless, type Terminal, table } from '../terminal.ts';

export type ReparseWebhooks = (options: ReparseOptions) => Promise<ReparseTally>;

interface Options {
  readonly since?: number;
  readonly channel?: string;
  readonly reason?: string;
  readonly dryRun: boolean;
  readonly as?: string;
  readonly why?: string;
  readonly json: boolean;
}

/** `webhooks reparse`: gives deliveries that an older version could not read to today's ingress. */
export const webhooksReparseCommand = (
  { terminal, user }: { readonly terminal: Terminal; readonly user: string | undefined },
  run: CommandFunction,
  reparseWebhooks: ReparseWebhooks,
): Command =>
  new Command('reparse')
    .description('give deliveries that could not be read to ingress anew; twice is harmless')
    .option('--since <time>', 'only what arrived since then, such as 2026-01-31T12:00:00Z', isoTime)
    .option('--channel <id>', 'only deliveries of this channel')
    .option('--reason <reason>', 'only what could not be read for this reason')
    .option('--dry-run', 'count them by reason, and give none', false)
    .option('--as <name>', 'who does it, for the audit topic (default: $USER)')
    .option('--why <text>', 'why, for the audit topic; needed unless --dry-run')
    .option('--json', 'print JSON', false)
    .action((options: Options) =>
      run(async () => {
        const { actor, why } = responsible(options, user);
        using interrupt = untilInterrupted();
        const tally = await reparseWebhooks({
          sinceMs: options.since,
          channelId: options.channel,
          reason: options.reason,
          dryRun: options.dryRun,
          actor,
          why,
          signal: interrupt.signal,
          onProgress: (so) => terminal.progress(`${so.matched} given, ${so.readNow} read now`),
        });
        await terminal.print(options.json ? jsonOf(tally) : asTable(tally, options.dryRun));
        if (!interrupt.signal.aborted) return OK;
        terminal.note('Interrupted: run it again to go on, what was given before does no harm twice.');
        return INTERRUPTED;
      }),
    );

const responsible = ({ as: name, why, dryRun }: Options, user: string | undefined) => {
  const actor = name ?? user ?? '';
  if (dryRun) return { actor, why: why ?? '' };
  if (why === undefined || why.trim() === '') throw new WrongUsage('say why with --why "…": it goes on record');
  if (actor === '') throw new WrongUsage('say who does it with --as <name>, since USER is not set: it goes on record');
  return { actor, why };
};

const jsonOf = (tally: ReparseTally): string =>
  JSON.stringify(
    {
      ...tally,
      published: Object.fromEntries(tally.published),
      unrecognized: Object.fromEntries(tally.unrecognized),
    },
    null,
    2,
  );

const asTable = (tally: ReparseTally, dryRun: boolean): string => {
  const still = dryRun ? 'would be given' : 'still not read';
  const rows = [
    ...sorted(tally.published).map(([type, count]) => [String(count), `became ${harmless(type)}`]),
    ...sorted(tally.unrecognized).map(([reason, count]) => [String(count), `${still}: ${harmless(reason)}`]),
    ...(tally.blanked > 0 ? [[String(tally.blanked), 'blanked: nothing is left to give']] : []),
    ...(tally.undecodable > 0 ? [[String(tally.undecodable), 'are no record that this version can decode']] : []),
  ];
  const total = sum(tally.unrecognized);
  const deliveries = tally.matched === 1 ? '1 delivery' : `${tally.matched} deliveries`;
  const summary = dryRun
    ? `${deliveries}, nothing was given (dry run)`
    : `${deliveries}: ${tally.readNow} read now, ${total} still not`;
  return rows.length === 0 ? summary : `${table(rows)}\n\n${summary}`;
};

const sum = (counts: ReadonlyMap<string, number>): number => counts.values().reduce((total, count) => total + count, 0);

const sorted = (counts: ReadonlyMap<string, number>): readonly [string, number][] =>
  [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
