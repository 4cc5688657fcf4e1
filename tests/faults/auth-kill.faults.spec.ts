import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { type AuthWorld, createAuthWorld } from '../support/auth.ts';
import { createAuthProcesses, killNow } from '../support/auth-process.ts';
import { type CuttableLine, cuttableLine } from '../support/cuttable-line.ts';

const HOUR = 3_600;
/** Longer than whoever died keeps the lease. */
const LEASE_SECONDS = 150;

describe('auth, killed while it renews a token', () => {
  let world: AuthWorld;
  let line: CuttableLine;
  /** What came after the last death. It dies in the next test. */
  let running: Auth;
  const processes = createAuthProcesses(() => world);

  before(async () => {
    world = await createAuthWorld({
      replicas: 0,
      databaseLine: async (url) => {
        line = await cuttableLine(url);
        return line.url;
      },
    });
    running = await processes.start();
  });
  afterEach(async () => {
    // The next test's steps are those of its own channel: no other one is to be renewed meanwhile.
    await world.database.client.$executeRawUnsafe('DELETE FROM channel_tokens');
  });
  after(async () => {
    await processes.endAll();
    await world?.stop();
    await line?.cut();
  });

  type Auth = Awaited<ReturnType<typeof processes.start>>;
  const refreshes = () => world.calls.filter((call) => call.includes('refresh_token')).length;
  const shown = async (channelId: string) =>
    (await world.get(`/v1/channels/${channelId}`, await world.token('agent', 'account-1'))).body;
  const versionOf = async (channelId: string) => {
    const [row] = await world.database.client.$queryRawUnsafe<{ version: number }[]>(
      'SELECT version FROM channel_tokens WHERE channel_id = $1',
      channelId,
    );
    return row?.version;
  };
  const isSetAt = async (channelId: string, column: 'refresh_begun_at' | 'lease_until') => {
    const rows = await world.database.client.$queryRawUnsafe<unknown[]>(
      `SELECT 1 FROM channel_tokens WHERE channel_id = $1 AND ${column} IS NOT NULL`,
      channelId,
    );
    return rows.length === 1;
  };

  /** Each lets the renewal come so far, and kills. */
  const steps = {
    'after the intent': async (auth: Auth, channelId: string) => {
      world.hold('refresh_token');
      await world.advance(13 * HOUR);
      await eventually('it asks', () => refreshes() > 0);
      expect(await isSetAt(channelId, 'refresh_begun_at')).to.equal(true);
      await killNow(auth.child);
      world.hold(null);
    },
    'after the call': async (auth: Auth) => {
      const killed = Promise.withResolvers<void>();
      world.whenAnswered('refresh_token', () => killNow(auth.child).then(killed.resolve));
      await world.advance(13 * HOUR);
      await killed.promise;
    },
    'before the write': async (auth: Auth) => {
      const cut = Promise.withResolvers<void>();
      world.whenAnswered('refresh_token', () => line.cut().then(cut.resolve));
      await world.advance(13 * HOUR);
      await cut.promise;
      // Long enough for it to have got the answer and to have failed to write.
      await pause(300);
      await killNow(auth.child);
      await line.mend();
    },
    'after the write': async (auth: Auth, channelId: string) => {
      await world.advance(13 * HOUR);
      await eventually('it is written', async () => (await versionOf(channelId)) === 2);
      await killNow(auth.child);
    },
  } as const;

  const recovers = async (channelId: string) => {
    await eventually('it is renewed', async () => (await versionOf(channelId)) === 2);
    expect(await shown(channelId)).to.include({ state: 'connected', reason: null });
    const { status, body } = await world.accessToken(channelId);
    expect([status, body.status]).to.deep.equal([200, 'connected']);
    await world.advance(13 * HOUR);
    await eventually('it goes on being renewed', async () => (await versionOf(channelId)) === 3);
  };

  const asksItsOwner = async (channelId: string, auth: Auth) => {
    await eventually('it is expiring', async () => (await shown(channelId)).state === 'expiring');
    expect((await shown(channelId)).reason).to.include({ code: 'refresh_answer_lost' });
    expect((await world.accessToken(channelId)).body.accessToken).to.be.a('string');
    expect(auth.output()).to.match(/"level":"warn".*"event":"channel.changed".*"status":"expiring"/);

    await world.advance(12 * HOUR);
    await eventually('it is lost', async () => (await shown(channelId)).state === 'needs_reauthorization');
    expect((await shown(channelId)).reason).to.include({ code: 'refresh_answer_lost' });
    expect((await world.accessToken(channelId)).body).to.include({ accessToken: null });
    await world.connect('account-1', channelId);
    expect((await shown(channelId)).state).to.equal('connected');
  };

  for (const rotates of [true, false]) {
    for (const step of Object.keys(steps) as (keyof typeof steps)[]) {
      const isLost = rotates && (step === 'after the call' || step === 'before the write');
      const end = isLost ? 'goes on as expiring, then asks its owner, and says why' : 'recovers by itself';

      it(`${step}, with refresh tokens that ${rotates ? 'rotate' : 'stay'}, ${end}`, async () => {
        await world.faults({ rate_limit_qps: 0, refresh_token_rotates: rotates });
        const channelId = await world.newBusiness();
        await world.connect('account-1', channelId);
        world.calls.length = 0;
        await steps[step](running, channelId);

        running = await processes.start();
        await world.advance(LEASE_SECONDS);
        await (isLost ? asksItsOwner(channelId, running) : recovers(channelId));
      });
    }
  }
});
