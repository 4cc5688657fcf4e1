import { eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { execa } from 'execa';
import { deployOnce, rolledOut, SERVICES } from '../support/cluster/deployed.ts';
import { lostNothing, startDriver } from '../support/cluster/driver.ts';
import { kubectl, NAMESPACE } from '../support/cluster/kubectl.ts';
import { say } from '../support/cluster/say.ts';

describe('the system in a cluster', () => {
  before(deployOnce);

  it('runs Node 24 as nobody in particular, with nothing to write to and no package of the development', async () => {
    const found = await kubectl(['exec', 'deployment/webhooks', '--', 'node', '--eval', LOOK_AROUND]);

    expect(JSON.parse(found)).to.deep.equal({ node: '24', user: 1000, canWrite: false, hasTestRunner: false });
  });

  it('loses and doubles no delivery while every deployment is restarted and every node drained', async () => {
    const driver = await startDriver();
    say('restarting every deployment');
    await kubectl(['rollout', 'restart', 'deployment', '--selector', SERVICES]);
    await rolledOut();
    for (const node of await nodes()) {
      say(`draining ${node}`);
      await drain(node);
    }
    await rolledOut();
    const report = await driver.end();

    lostNothing(report);
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

const LOOK_AROUND = `const fs = require('node:fs');
  let canWrite = true;
  try { fs.writeFileSync('/app/written', ''); } catch { canWrite = false; }
  console.log(JSON.stringify({ node: process.versions.node.split('.')[0], user: process.getuid(), canWrite,
    hasTestRunner: fs.existsSync('/app/node_modules/mocha') }));`;

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
