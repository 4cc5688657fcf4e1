import { eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { deployOnce, OVERLAY } from '../support/cluster/deployed.ts';
import { type Desk, openDesk, startOperator } from '../support/cluster/desk.ts';
import { appSecret, lostNothing, startDriver } from '../support/cluster/driver.ts';
import { kubectl, secretValue } from '../support/cluster/kubectl.ts';
import { nextVersion, versionsInPlace } from '../support/cluster/next-version.ts';
import { say } from '../support/cluster/say.ts';
import { blocksOf } from '../support/runbooks.ts';

const DATABASES = ['auth', 'conversation', 'outbound'];

describe('the procedures of operators in a cluster', () => {
  let desk: Desk;

  before(async () => {
    await deployOnce();
    desk = await openDesk();
  });
  beforeEach(startOperator);
  after(() => desk?.close());

  /** As often as it takes: a busy machine may be slow to answer. The origin of a test is nothing that TikTok would take. */
  const isWell = (look: string) =>
    eventually(
      'doctor finds nothing',
      async () => {
        const found = (await desk.run(`${look.trim()} || true`)).split('\n').filter((line) => line.startsWith('✖'));
        const others = found.filter((line) => !line.includes("redirect address, by TikTok's rules"));
        if (others.length > 0) throw new Error(others.join('\n'));
        return true;
      },
      { withinMs: 180_000, everyMs: 2_000 },
    );

  /** A pod that was told to end answers for a while by the settings that it has. */
  const areGone = () =>
    eventually(
      'pods of before are gone',
      async () =>
        (await kubectl(['get', 'pods', '--output', 'jsonpath={.items[*].metadata.deletionTimestamp}'])) === '',
      { withinMs: 120_000, everyMs: 1_000 },
    );

  it('change the secret of the app, while deliveries of the old and of the new one come', async () => {
    const [rollOut = '', look = ''] = await blocksOf('procedures/secret-rotation.md');
    const old = await appSecret();
    const fresh = `${old.slice(0, 16)}-changed`;
    const before = await startDriver({ secret: old });
    const reports = [];
    try {
      await set('tiktok-app', 'secret', `${old},${fresh}`);
      say('rolling out the new secret beside the old one');
      await desk.run(rollOut);
      await isWell(look);
      await areGone();
      const after = await startDriver({ secret: fresh });
      reports.push(await before.end(), await after.end());
    } finally {
      say('putting the old one back');
      await set('tiktok-app', 'secret', old);
      await desk.run(rollOut);
    }

    for (const report of reports) lostNothing(report);
    expect(reports[1]?.refusals).to.deep.equal({});
  });

  it('seal the tokens with another key', async () => {
    const [make = '', rollOut = '', reencrypt = ''] = await blocksOf('procedures/token-reencryption.md');
    const old = await secretValue('auth-secrets', 'token-encryption-keys');
    const fresh = (await desk.run(make)).trim();

    for (const keys of [`${old},${fresh}`, `${fresh},${old}`]) {
      say('rolling out a list of keys');
      await set('auth-secrets', 'token-encryption-keys', keys);
      await desk.run(rollOut);
    }
    const sealed = await desk.run(reencrypt);
    say('rolling out the new key alone');
    await set('auth-secrets', 'token-encryption-keys', fresh);
    await desk.run(rollOut);

    expect(sealed).to.include(fresh.slice(0, fresh.indexOf(':')));
    expect(await logsOf('auth')).to.not.include('sealing.key_missing');
  });

  it('take the step of an upgrade and go back, while deliveries come', async () => {
    const [, ours = '', apply = '', logs = '', , goBack = ''] = await blocksOf('procedures/upgrade-and-rollback.md');
    const next = await nextVersion();
    const before = await versionsInPlace();
    const driver = await startDriver();
    let during: readonly string[];
    try {
      say('taking the step');
      await desk.run(ours);
      await desk.run(apply, { overlay: next.overlay });
      await desk.run(logs);
      during = await versionsInPlace();
    } finally {
      say('going back');
      await desk.run(goBack, { 'overlay of the version before': OVERLAY });
      await next.remove();
    }

    expect(before).to.have.lengthOf(1);
    expect(during).to.have.lengthOf(1).and.to.not.deep.equal(before);
    expect(await versionsInPlace()).to.deep.equal(before);
    lostNothing(await driver.end());
  });

  it('restore every database from a backup, and lose no message', async () => {
    const blocks = await blocksOf('procedures/restore-from-backup.md');
    const [, stop = '', migrate = '', , start = ''] = blocks;
    const look = blocks.at(-1) ?? '';
    const sortOut = blocks.find((block) => block.includes('tiktok-channel lineage')) ?? '';
    const [pauseAll = '', lift = '', goOn = ''] = await blocksOf('procedures/restore-from-backup.md', 'sql');
    const driver = await startDriver();
    say('making a backup');
    await desk.run(stop);
    for (const name of DATABASES) await sql(`CREATE DATABASE ${name}_backup TEMPLATE ${name}`);
    await desk.run(start);
    const inBackup = await projected();
    await eventually('more was projected', async () => (await projected()) > inBackup + 20, {
      withinMs: 120_000,
      everyMs: 1_000,
    });

    say('going back to it');
    await desk.run(stop);
    for (const name of DATABASES) {
      await sql(`DROP DATABASE ${name}`);
      await sql(`ALTER DATABASE ${name}_backup RENAME TO ${name}`);
    }
    await desk.run(migrate, { overlay: OVERLAY });
    await sql(pauseAll, 'outbound');
    await sql(lift, 'auth');
    await desk.run(start);
    await desk.run(sortOut);
    await sql(goOn, 'outbound');
    await isWell(look);

    lostNothing(await driver.end());
  });
});

/** One value of a Secret anew. */
const set = (name: string, key: string, value: string): Promise<string> =>
  kubectl(['patch', 'secret', name, '--type=merge', '--patch', JSON.stringify({ stringData: { [key]: value } })]);

const sql = (statement: string, database = 'postgres'): Promise<string> => {
  const psql = ['psql', '--host=127.0.0.1', '--username=postgres', `--dbname=${database}`, '-v', 'ON_ERROR_STOP=1'];
  return kubectl(['exec', 'postgres-0', '--', ...psql, '--no-align', '--tuples-only', '--command', statement]);
};

/** How many messages the read model has. */
const projected = async (): Promise<number> =>
  Number(await sql('SELECT count(*) FROM projection_1.messages', 'conversation'));

const logsOf = (name: string): Promise<string> =>
  kubectl(['logs', '--selector', `app.kubernetes.io/name=${name}`, '--tail=-1']);
