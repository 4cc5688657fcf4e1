import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { type AuthWorld, createAuthWorld } from '../support/auth.ts';
import { createAuthProcesses, killNow } from '../support/auth-process.ts';
import { type CuttableLine, cuttableLine } from '../support/cuttable-line.ts';

describe('auth, while its database is away,', () => {
  let world: AuthWorld;
  let line: CuttableLine;
  let businessId: string;

  before(async () => {
    world = await createAuthWorld({
      databaseLine: async (url) => {
        line = await cuttableLine(url);
        return line.url;
      },
    });
    businessId = await world.newBusiness();
    await world.connect('account-1', businessId);
  });
  after(async () => {
    await world?.stop();
    await line?.cut();
  });

  it('answers 503 with problem documents, sends browsers back with a code, is not ready, and recovers', async () => {
    const token = await world.token('administrator', 'account-1');
    const started = await world.startConnect('account-1');
    await line.cut();

    const problems = [await world.get('/v1/channels', token), await world.accessToken(businessId)];
    for (const { status, headers, body } of problems) {
      expect([status, body.code]).to.deep.equal([503, 'unavailable']);
      expect(headers.get('content-type')).to.include('application/problem+json');
      expect(headers.get('retry-after')).not.to.equal(null);
    }
    expect(await world.consent(businessId, started)).to.match(/\/channels\?error=service_unavailable$/);
    const readiness = () => fetch(`${world.auths[0]?.addresses().internal}/health/ready`);
    await eventually('not ready', async () => (await readiness()).status === 503);
    const alive = await fetch(`${world.auths[0]?.addresses().internal}/health/live`);
    expect(alive.status).to.equal(200);

    await line.mend();
    await eventually('ready', async () => (await readiness()).status === 200);
    expect((await world.accessToken(businessId)).status).to.equal(200);
    expect(await world.consent(businessId, started)).to.include('connected=');
  });

  it('keeps the new tokens when it is lost after TikTok has renewed them', async () => {
    await world.faults({ rate_limit_qps: 0 });
    await world.advance(25 * 3_600);
    const cut = Promise.withResolvers<void>();
    world.whenAnswered('refresh_token', () => line.cut().then(cut.resolve));
    const asked = world.accessToken(businessId);
    await cut.promise;
    // Long enough for the first attempt to store them to have failed.
    await pause(700);
    await line.mend();

    expect((await asked).status).to.equal(200);
    await world.advance(25 * 3_600);
    expect((await world.accessToken(businessId)).body.status).to.equal('connected');
  });

  it('renews as soon as it is back when it was lost after the intent and before the call', async () => {
    await world.faults({ rate_limit_qps: 0 });
    const free = await holdRate();
    world.calls.length = 0;
    await world.advance(25 * 3_600);
    const asked = world.accessToken(businessId);
    await eventually('the renewal waits for its turn to call', isRenewing);
    await line.cut();
    await free();
    // Long enough for it to have failed.
    await pause(300);
    expect(world.calls.filter((call) => call.includes('refresh_token'))).to.have.length(0);

    await line.mend();
    await asked;
    await eventually('it is renewed', async () => (await world.accessToken(businessId)).status === 200);
  });

  /** Nobody's turn to call TikTok comes until the answer is called. */
  const holdRate = async (): Promise<() => Promise<void>> => {
    const held = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    const done = world.database.client.$transaction(async (tx) => {
      await tx.$executeRawUnsafe('LOCK TABLE request_rates');
      held.resolve();
      await released.promise;
    });
    await held.promise;
    return () => {
      released.resolve();
      return done;
    };
  };
  const isRenewing = async (): Promise<boolean> => {
    const rows = await world.database.client.$queryRawUnsafe<unknown[]>(
      'SELECT 1 FROM channel_tokens WHERE refresh_begun_at IS NOT NULL AND lease_holder IS NOT NULL',
    );
    return rows.length > 0;
  };
});

describe('auth, killed between the exchange of the code and the write,', () => {
  let world: AuthWorld;
  const processes = createAuthProcesses(() => world);

  before(async () => {
    world = await createAuthWorld({ replicas: 0 });
  });
  after(async () => {
    await processes.endAll();
    await world?.stop();
  });

  it('has no half-connected channel, and the next attempt connects', async () => {
    const { child } = await processes.start();
    const businessId = await world.newBusiness();
    const started = await world.startConnect('account-1');
    world.hold('business/get');
    const interrupted = world.consent(businessId, started).catch(() => 'interrupted');
    await eventually('the code is exchanged', () => world.calls.some((call) => call.includes('business/get')));
    await killNow(child);
    expect(await interrupted).to.equal('interrupted');
    world.hold(null);

    const rows = async (table: string) =>
      (await world.database.client.$queryRawUnsafe<unknown[]>(`SELECT 1 FROM ${table}`)).length;
    expect([await rows('channels'), await rows('channel_tokens'), await rows('events')]).to.deep.equal([0, 0, 0]);

    await processes.start();
    await world.advance(61);
    const { body } = await world.get('/v1/accounts/account-1/tiktok/authorizations', await administrator());
    expect((body.items as { outcome: string }[]).map(({ outcome }) => outcome)).to.deep.equal(['interrupted']);
    expect(await world.consent(businessId, started)).to.match(/error=state_reused$/);
    await world.connect('account-1', businessId);
    const events = (await world.published()).filter(
      ({ record, name }) => record.key === businessId && name?.startsWith('Channel'),
    );
    expect(events.map(({ name }) => name)).to.deep.equal(['ChannelConnected']);
  });

  it('lets a token of before the kill in, since the key pair is kept', async () => {
    const token = await administrator();
    await processes.endAll();
    await processes.start();
    expect((await world.get('/v1/channels', token)).status).to.equal(200);
  });

  const administrator = () => world.token('administrator', 'account-1');
});
