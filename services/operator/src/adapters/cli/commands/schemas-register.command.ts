import type { Registration } from '@tiktok-channel/schemas/subjects';
import { Command } from 'commander';
import { type CommandFunction, FAILED, OK } from '../command.ts';
import { harmless, type Terminal } from '../terminal.ts';

/** Registers one after the other, and tells of each when it is done. */
export type RegisterSchemas = (
  options: { readonly dryRun: boolean },
  told: (registration: Registration) => void,
) => Promise<void>;

/** `schemas register`: brings every record of the contract into the registry. */
export const schemasRegisterCommand = (
  terminal: Terminal,
  run: CommandFunction,
  registerSchemas: RegisterSchemas,
): Command =>
  new Command('register')
    .description('register every record of the contract at FULL_TRANSITIVE')
    .option('--dry-run', 'say what would be done, and change nothing', false)
    .option('--json', 'print JSON', false)
    .action(({ dryRun, json }) =>
      run(async () => {
        const registrations: Registration[] = [];
        await registerSchemas({ dryRun }, (registration) => {
          registrations.push(registration);
          if (!json) void terminal.print(lineOf(registration, dryRun, terminal.style));
        });
        if (json) await terminal.print(JSON.stringify(registrations, null, 2));
        else await terminal.print(`\n${summaryOf(registrations, dryRun)}`);
        return registrations.some(({ kind }) => kind === 'refused') ? FAILED : OK;
      }),
    );

const lineOf = (registration: Registration, dryRun: boolean, style: Terminal['style']): string => {
  const { subject } = registration;
  switch (registration.kind) {
    case 'registered':
      return `${style('green', dryRun ? 'would be new' : 'new version')}  ${subject}`;
    case 'refused':
      return `${style('red', 'refused    ')}  ${subject}\n             ${harmless(registration.reason)}`;
    default:
      return `${style('dim', 'as it was  ')}  ${subject}${levelRemark(registration.levelBefore, dryRun)}`;
  }
};

const levelRemark = (levelBefore: string | null, dryRun: boolean): string => {
  if (levelBefore === null) return '';
  return `, its level ${dryRun ? 'would be' : 'was'} put right (${levelBefore} -> FULL_TRANSITIVE)`;
};

const summaryOf = (registrations: readonly Registration[], dryRun: boolean): string => {
  const count = (wanted: Registration['kind']) => registrations.filter(({ kind }) => kind === wanted).length;
  const refused = count('refused');
  const summary = `${count('registered')} new${dryRun ? ' (dry run: nothing was changed)' : ''}, ${count('unchanged')} as they were, ${refused} refused`;
  if (refused === 0) return summary;
  return `${summary}\nWhat to do: a version that breaks readers is not for this subject. Take the change back, or make it a v2 topic.`;
};
