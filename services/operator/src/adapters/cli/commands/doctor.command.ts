import { Command } from 'commander';
import type { Finding } from '../../../domain/finding.ts';
import { type CommandFunction, FAILED, OK } from '../command.ts';
import { harmless, harmlessJson, type Terminal, table } from '../terminal.ts';

/** `accountId`: whose features are looked at as well; null for nobody's. */
export type Diagnose = (options: { readonly accountId: string | null }) => Promise<readonly Finding[]>;

/** `doctor`: looks at every setting and every dependency, and says what to do. */
export const doctorCommand = (terminal: Terminal, run: CommandFunction, diagnose: Diagnose): Command =>
  new Command('doctor')
    .description('check every setting and every dependency, and say what to do')
    .option('--json', 'print JSON', false)
    .option('--account <id>', 'say whether this account may connect TikTok channels (needs OPERATOR_TOKEN)')
    .action(({ json, account = null }) =>
      run(async () => {
        const findings = await diagnose({ accountId: account });
        await terminal.print(json ? harmlessJson(findings, 2) : report(findings, terminal.style));
        return findings.some(({ status }) => status === 'failed') ? FAILED : OK;
      }),
    );

const report = (findings: readonly Finding[], style: Terminal['style']): string => {
  const rows = table(findings.map((finding) => [markOf(finding, style), finding.name, harmless(finding.detail)])).split(
    '\n',
  );
  const lines = findings.flatMap((finding, index) => {
    const row = rows[index] ?? '';
    return finding.status === 'failed' ? [row, `   ${style('bold', 'What to do:')} ${harmless(finding.next)}`] : [row];
  });
  return [...lines, '', summaryOf(findings)].join('\n');
};

const markOf = ({ status }: Finding, style: Terminal['style']): string => {
  if (status === 'ok') return style('green', '✔');
  return status === 'failed' ? style('red', '✖') : style('dim', '–');
};

const summaryOf = (findings: readonly Finding[]): string => {
  const count = (wanted: Finding['status']) => findings.filter(({ status }) => status === wanted).length;
  return `${count('ok')} well, ${count('failed')} not, ${count('unchecked')} not checked`;
};
