import { expect } from 'chai';
import { type AuthWorld, createAuthWorld } from '../support/auth.ts';
import { hasStackTrace, runCommand } from '../support/operator.ts';
import { startOperatorOrigin } from '../support/operator-origin.ts';

describe('tiktok-channel, of accounts and channels,', () => {
  let world: AuthWorld;
  let origin: Awaited<ReturnType<typeof startOperatorOrigin>>;
  let environment: Readonly<Record<string, string>>;
  const run = (...args: readonly string[]) => runCommand(args, environment);
  const acts = async () =>
    (await world.published())
      .filter(({ name }) => name === 'OperatorActed')
      .map(({ value: { action, accountId, role, reason } }) => ({ action, accountId, role, reason }));

  before(async () => {
    world = await createAuthWorld();
    await world.faults({ rate_limit_qps: 0 });
    origin = await startOperatorOrigin(() => String(world.environment.PUBLIC_URL));
    environment = { PUBLIC_URL: origin.url, OPERATOR_TOKEN: await world.token('operator', 'operators') };
  });
  after(async () => {
    await origin?.stop();
    await world?.stop();
  });

  it('switches a feature of an account, on record', async () => {
    const list = () => run('features', 'list', 'account/1');
    expect((await list()).stdout).to.equal('tiktok_channel is on\n');
    const off = await run('features', 'disable', 'account/1', 'tiktok_channel', '--why', 'not paid');
    expect([off.code, off.stdout]).to.deep.equal([0, 'tiktok_channel is off\n']);
    expect((await list()).stdout).to.equal('tiktok_channel is off\n');
    const on = await run('features', 'enable', 'account/1', 'tiktok_channel', '--why', 'paid', '--json');
    expect(JSON.parse(on.stdout)).to.deep.equal({ feature: 'tiktok_channel', isEnabled: true });
    expect(await acts()).to.deep.equal([
      { action: 'feature.disabled', accountId: 'account/1', role: 'operator', reason: 'not paid' },
      { action: 'feature.enabled', accountId: 'account/1', role: 'operator', reason: 'paid' },
    ]);
  });

  it('releases a channel for another account', async () => {
    const channelId = await world.newBusiness();
    await world.connect('account-1', channelId);
    const { code, stdout } = await run('channels', 'release', channelId, '--why', 'the shop was sold');
    expect([code, stdout]).to.deep.equal([0, `${channelId}: any account may connect it\n`]);
    await world.connect('account-2', channelId);
  });

  it('does nothing without a reason, and says what it does not know', async () => {
    for (const args of [
      ['features', 'enable', 'account-1', 'tiktok_channel'],
      ['channels', 'release', 'nobody'],
      ['tokens', 'reencrypt'],
    ]) {
      const silent = await run(...args);
      expect([silent.code, silent.stderr]).to.deep.equal([2, 'error: say why with --why "…": it goes on record\n']);
    }
    for (const args of [
      ['features', 'enable', 'account-1', 'telepathy'],
      ['channels', 'release', 'nobody'],
    ]) {
      const unknown = await run(...args, '--why', 'to see');
      expect(unknown.code).to.equal(1);
      expect(unknown.stderr).to.include('not_found');
      expect(hasStackTrace(unknown)).to.equal(false);
    }
  });
});
