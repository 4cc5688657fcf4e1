import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { execa } from 'execa';
import { NAMESPACE, secretValue } from './kubectl.ts';
import { say } from './say.ts';

/** What became of the deliveries; `missing`, `twice`, `foreign` are of the inbox. */
export interface Report {
  readonly delivered: number;
  readonly refusals: Readonly<Record<string, number>>;
  readonly [what: string]: unknown;
}

/** A pod that ends answers on: what is left is a connection that it closes just as a delivery is written to it. */
const FEW = 5;

/** Every delivery is in the inbox once, and next to none was put off. */
export const lostNothing = (report: Report): void => {
  expect(report).to.deep.include({ missing: 0, twice: 0, foreign: 0 });
  expect(report.refusals['503'] ?? 0, JSON.stringify(report.refusals)).to.be.lessThan(FEW);
};

/** The first of the list that the app's secret may be. */
export const appSecret = async (): Promise<string> => (await secretValue('tiktok-app', 'secret')).split(',')[0] ?? '';

/** Connects a channel and delivers to it, until it is told to end and has compared the inbox with what it delivered. */
export const startDriver = async (options: { readonly secret?: string } = {}) => {
  const script = await readFile(new URL('driver.js', import.meta.url), 'utf8');
  const settings = JSON.stringify({
    origin: 'http://console:8080',
    simulator: 'http://simulator:4010',
    secret: options.secret ?? (await appSecret()),
    everyMs: 200,
    conversations: 10,
  });
  const node = ['node', '--input-type=module', '--eval', script, settings];
  const child = execa('kubectl', ['--namespace', NAMESPACE, 'exec', '--stdin', 'driver', '--', ...node], {
    stdin: 'pipe',
    reject: false,
  });
  const lines: Record<string, unknown>[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line)));
  let hasEnded = false;
  void child.then(() => {
    hasEnded = true;
  });
  const line = async (n: number): Promise<Record<string, unknown>> => {
    await eventually('the driver', () => lines[n] !== undefined || hasEnded, { withinMs: 400_000 });
    const said = lines[n];
    if (said === undefined) throw new Error(`the driver ended: ${(await child).stderr}`);
    return said;
  };
  say(`channel ${(await line(0)).connected} is connected, deliveries begin`);
  return {
    end: async (): Promise<Report> => {
      say('ending the deliveries');
      child.stdin.end('end\n');
      const report = (await line(1)) as Report;
      say(JSON.stringify(report));
      return report;
    },
  };
};
