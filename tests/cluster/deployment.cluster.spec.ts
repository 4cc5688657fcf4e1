import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { execa } from 'execa';
import { buildImages, deploy, rolledOut, SERVICES } from '../support/cluster/deployed.ts';
import { kubectl, NAMESPACE, secretValue } from '../support/cluster/kubectl.ts';

const startedAt = performance.now();
/** A run takes minutes, and says what it waits for. */
const say = (what: string): void =>
  void process.stdout.write(`    ${((performance.now() - startedAt) / 1_000).toFixed(0).padStart(4)} s  ${what}\n`);

describe('the system in a cluster', () => {
  before(async () => {
    await buildImages(say);
    await deploy(say);
  });

  it('loses and doubles no delivery while every deployment is restarted and every node drained', async () => {
    const driver = await startDriver();
    say('restarting every deployment');
    await kubectl(['rollout', 'restart', 'deployment', '--selector', SERVICES]);
    await rolledOut(say);
    for (const node of await nodes()) {
      say(`draining ${node}`);
      await drain(node);
    }
    await rolledOut(say);
    say('ending the deliveries');
    const report = await driver.end();
    say(JSON.stringify(report));

    expect(report).to.include({ missing: 0, twice: 0, foreign: 0 });
    expect(report.delivered).to.be.greaterThan(100);
  });

  for (const [from, to, port, isAllowed] of [
    ['deployment/console', 'webhooks', 8080, true],
    ['deployment/projector', 'auth', 9090, true],
    ['deployment/dispatcher', 'api', 9090, true],
    ['deployment/webhooks', 'kafka', 9092, true],
    ['deployment/webhooks', 'auth', 9090, false],
    ['deployment/webhooks', 'postgres', 5432, false],
    ['deployment/webhooks', 'api', 8080, false],
    ['deployment/console', 'kafka', 9092, false],
    ['deployment/console', 'postgres', 5432, false],
    ['deployment/console', 'auth', 9090, false],
    ['deployment/api', 'dispatcher', 9090, false],
    ['pod/stranger', 'webhooks', 8080, false],
    ['pod/stranger', 'api', 8080, false],
    ['pod/stranger', 'auth', 9090, false],
    ['pod/stranger', 'kafka', 9092, false],
    ['pod/stranger', 'postgres', 5432, false],
    ['pod/stranger', 'registry', 8080, false],
  ] as const) {
    it(`${isAllowed ? 'lets' : 'keeps'} ${from} ${isAllowed ? 'reach' : 'from'} port ${port} of ${to}`, async () => {
      const reached = () => reaches(from, to, port);
      await eventually('the policy', async () => (await reached()) === isAllowed, { withinMs: 30_000, everyMs: 1_000 });
    });
  }
});

interface Report {
  readonly delivered: number;
  readonly [what: string]: unknown;
}

const startDriver = async () => {
  const script = await readFile(new URL('../support/cluster/driver.js', import.meta.url), 'utf8');
  const options = JSON.stringify({
    origin: 'http://console:8080',
    simulator: 'http://simulator:4010',
    secret: await secretValue('tiktok-app', 'secret'),
    everyMs: 200,
    conversations: 10,
  });
  const node = ['node', '--input-type=module', '--eval', script, options];
  const child = execa('kubectl', ['--namespace', NAMESPACE, 'exec', '--stdin', 'driver', '--', ...node], {
    stdin: 'pipe',
    reject: false,
  });
  const lines: Record<string, unknown>[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line)));
  const line = async (n: number): Promise<Record<string, unknown>> => {
    let hasEnded = false;
    void child.then(() => {
      hasEnded = true;
    });
    await eventually('the driver', () => lines[n] !== undefined || hasEnded, { withinMs: 400_000 });
    const said = lines[n];
    if (said === undefined) throw new Error(`the driver ended: ${(await child).stderr}`);
    return said;
  };
  say(`channel ${(await line(0)).connected} is connected, deliveries begin`);
  return {
    end: async (): Promise<Report> => {
      child.stdin.end('end\n');
      return (await line(1)) as Report;
    },
  };
};

const nodes = async (): Promise<readonly string[]> =>
  (await kubectl(['get', 'nodes', '--output', 'name'])).split('\n').filter((name) => name !== '');

/**
 * Moves what serves off the node. Where it is the only node its replacements wait for it to take pods again, and the budgets let no
 * second pod of a deployment go before: so it takes them again as soon as the first have gone.
 */
const drain = async (node: string): Promise<void> => {
  const draining = kubectl(['drain', node, '--pod-selector', SERVICES, '--delete-emptydir-data', '--timeout=900s']);
  let isOver = false;
  const over = draining.finally(() => {
    isOver = true;
  });
  const waiting = async () =>
    isOver || (await kubectl(['get', 'pods', '--field-selector=status.phase=Pending', '--output', 'name'])) !== '';
  try {
    await eventually('pods have gone', waiting, { withinMs: 120_000, everyMs: 1_000 });
    if ((await nodes()).length === 1) await kubectl(['uncordon', node]);
    await over;
  } finally {
    await kubectl(['uncordon', node]);
  }
};

const reaches = async (from: string, host: string, port: number): Promise<boolean> => {
  const script = `const s = require('node:net').connect(${port}, '${host}', () => process.exit(0));
    s.on('error', () => process.exit(7)); setTimeout(() => process.exit(7), 4_000);`;
  const { exitCode, stderr } = await execa(
    'kubectl',
    ['--namespace', NAMESPACE, 'exec', from, '--', 'node', '--eval', script],
    { reject: false },
  );
  if (exitCode !== 0 && exitCode !== 7) throw new Error(`no word from ${from}: ${stderr}`);
  return exitCode === 0;
};
