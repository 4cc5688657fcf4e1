import { randomBytes } from 'node:crypto';
import { type Auth, composeAuth, readAuthSettings } from '@tiktok-channel/auth';
import { secret } from '@tiktok-channel/platform/config';
import { createServiceTokens } from '@tiktok-channel/platform/identity';
import { eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { decodeProtectedHeader, type JWK } from 'jose';
import { type AuthWorld, createAuthWorld, SERVICE_SECRET } from '../support/auth.ts';
import { runCommand } from '../support/operator.ts';
import { startOperatorOrigin } from '../support/operator-origin.ts';

const key = () => randomBytes(32).toString('base64');

describe('the keys that seal tokens', () => {
  let world: AuthWorld;
  let running: Auth | undefined;
  let oldKey: string;
  const newKey = `k2:${key()}`;
  const newestKey = `k3:${key()}`;

  before(async () => {
    world = await createAuthWorld({ replicas: 0 });
    oldKey = String(world.environment.TOKEN_ENCRYPTION_KEYS);
    await world.faults({ rate_limit_qps: 0 });
  });
  afterEach(() => running?.lifecycle.stop());
  after(() => world?.stop());

  const runWith = async (keys: string): Promise<void> => {
    await running?.lifecycle.stop();
    const settings = readAuthSettings({ ...world.environment, TOKEN_ENCRYPTION_KEYS: keys });
    running = composeAuth({ settings, logger: world.logger });
    await running.lifecycle.start();
  };
  const keysInUse = async (): Promise<readonly (string | undefined)[]> => {
    const rows = await world.database.client.$queryRawUnsafe<{ sealed: string }[]>('SELECT sealed FROM channel_tokens');
    return rows.map(({ sealed }) => decodeProtectedHeader(sealed).kid);
  };
  /** Key pairs of local sign-in are sealed as well. */
  const pairs = async (): Promise<number> =>
    (await world.database.client.$queryRawUnsafe<unknown[]>('SELECT 1 FROM signing_keys')).length;
  const reencrypt = () =>
    world.send(
      'POST',
      '/operator/v1/tokens/reencrypt',
      { role: 'operator', accountId: 'operators' },
      { reason: 'yearly' },
    );
  let channels: readonly string[] = [];

  it('are changed without a token being lost: a new one seals, the old ones open', async () => {
    await runWith(oldKey);
    channels = await Promise.all([world.newBusiness(), world.newBusiness()]);
    for (const channel of channels) await world.connect('account-1', channel);
    await runWith(`${newKey},${oldKey}`);
    expect((await world.accessToken(channels[0] as string)).body.accessToken).to.be.a('string');
    expect(await keysInUse()).to.deep.equal(['k1', 'k1']);
    await world.connect('account-1', channels[0] as string);
    expect((await keysInUse()).toSorted()).to.deep.equal(['k1', 'k2']);
  });

  it('seal anew what older ones sealed when an operator says so, and tell which are no longer needed', async () => {
    await runWith(`${newKey},${oldKey}`);
    const { status, body } = await reencrypt();
    const k2 = 2 + (await pairs());
    expect([status, body]).to.deep.equal([200, { resealed: k2 - 1, sealedWith: { k2 } }]);
    expect((await reencrypt()).body).to.deep.equal({ resealed: 0, sealedWith: { k2 } });
    const acts = (await world.published()).filter(({ value }) => value.action === 'tokens.reencrypted');
    expect(acts.map(({ value }) => [value.role, value.reason])).to.deep.equal(Array(2).fill(['operator', 'yearly']));

    await runWith(newKey);
    for (const channel of channels) {
      expect((await world.accessToken(channel)).body.accessToken).to.be.a('string');
    }
    const agent = await world.send('POST', '/operator/v1/tokens/reencrypt', { role: 'agent', accountId: 'a' });
    expect(agent.status).to.equal(403);
  });

  it('that are taken away while they are needed are told at the start', async () => {
    await runWith(`k9:${key()}`).catch(() => 'the keys of local sign-in are sealed as well');
    const told = world.logger.lines.filter(({ event }) => event === 'sealing.key_missing').map(({ fields }) => fields);
    expect(told).to.deep.equal([{ keyId: 'k2', count: 2 + (await pairs()) }]);
    running = undefined;
  });

  it('are changed by a command as well', async () => {
    await runWith(`${newestKey},${newKey}`);
    const origin = await startOperatorOrigin(() => String(world.environment.PUBLIC_URL));
    const environment = { PUBLIC_URL: origin.url, OPERATOR_TOKEN: await world.token('operator', 'operators') };
    const { code, stdout } = await runCommand(['tokens', 'reencrypt', '--why', 'by command'], environment);
    await origin.stop();
    const values = 2 + (await pairs());
    expect([code, stdout]).to.deep.equal([0, `${values} values sealed anew\n\nkey  values\nk3   ${values}\n`]);
    expect(await keysInUse()).to.deep.equal(['k3', 'k3']);

    await runWith(newestKey);
    expect((await world.accessToken(channels[1] as string)).body.accessToken).to.be.a('string');
    const acts = (await world.published()).filter(({ value }) => value.reason === 'by command');
    expect(acts.map(({ value }) => [value.role, value.action])).to.deep.equal([['operator', 'tokens.reencrypted']]);
  });
});

describe('tokens that cannot be opened', () => {
  const BROKEN = 20;
  const HOUR = 3_600;
  let world: AuthWorld;
  let channelId: string;

  before(async () => {
    world = await createAuthWorld();
    await world.faults({ rate_limit_qps: 0 });
    channelId = await world.newBusiness();
    await world.connect('account-1', channelId);
    const sql = world.database.client;
    await sql.$executeRawUnsafe(
      `INSERT INTO channels SELECT 'broken-' || n, account_id, status, username, display_name, profile_image_url,
         granted_scopes, missing_scopes, authorized_at, visible_from, status_reason
       FROM channels, generate_series(1, ${BROKEN}) AS n`,
    );
    await sql.$executeRawUnsafe(
      `INSERT INTO channel_tokens (channel_id, version, sealed, issued_at, access_expires_at, refresh_expires_at, refresh_not_before)
       SELECT 'broken-' || n, 1, 'broken', issued_at, access_expires_at - n, refresh_expires_at, 0
       FROM channel_tokens, generate_series(1, ${BROKEN}) AS n`,
    );
  });
  after(() => world?.stop());

  it('keep no other channel from being renewed', async () => {
    const before = (await world.accessToken(channelId)).body.accessToken;
    world.calls.length = 0;
    await world.advance(13 * HOUR);
    await eventually('it is renewed, unasked', () => world.calls.some((call) => call.includes('refresh_token')));
    await eventually('it is kept', async () => (await world.accessToken(channelId)).body.accessToken !== before);
    const told = world.logger.lines.filter(({ event }) => event === 'token.renewal_failed');
    expect(new Set(told.map(({ fields }) => fields?.channelId)).size).to.be.within(1, BROKEN);
  });

  it('keep no other token from being sealed anew', async () => {
    const { status, body } = await world.send(
      'POST',
      '/operator/v1/tokens/reencrypt',
      { role: 'operator', accountId: 'operators' },
      { reason: 'yearly' },
    );
    expect([status, body]).to.deep.equal([200, { resealed: 0, sealedWith: { k1: 3, '': BROKEN } }]);
  });

  it('keep no other token from being revoked', async () => {
    const { body } = await world.accessToken(channelId);
    await world.database.client.$executeRawUnsafe(
      `INSERT INTO token_revocations SELECT 'gone-' || n, 'broken', access_expires_at, 0, 0
       FROM channel_tokens, generate_series(1, 20) AS n WHERE channel_id = $1`,
      channelId,
    );
    await world.faults({ rate_limit_qps: 0, token_endpoint_away: true });
    const person = { role: 'administrator', accountId: 'account-1' } as const;
    expect((await world.send('POST', `/v1/channels/${channelId}/disconnect`, person)).status).to.equal(200);
    await world.faults({ rate_limit_qps: 0 });
    await world.advance(61);
    await eventually('it is revoked', async () => {
      const query = new URLSearchParams({ business_id: channelId, fields: '["username"]' });
      const response = await fetch(`${world.simulator.url}/open_api/v1.3/business/get/?${query}`, {
        headers: { 'Access-Token': String(body.accessToken) },
      });
      return ((await response.json()) as { code: number }).code !== 0;
    });
    await world.advance(25 * HOUR);
    await eventually('what cannot be opened is forgotten once it has ended', async () => {
      const left = await world.database.client.$queryRawUnsafe<unknown[]>('SELECT 1 FROM token_revocations');
      return left.length === 0;
    });
  });
});

describe('the key pair of local sign-in', () => {
  const PERIOD_MS = 30 * 24 * 3_600_000;
  let world: AuthWorld;

  before(async () => {
    world = await createAuthWorld({ replicas: 2 });
  });
  after(() => world?.stop());

  const keyIdOf = (token: string) => decodeProtectedHeader(token).kid;
  const publishedBy = async (replica: number): Promise<readonly (string | undefined)[]> => {
    const response = await fetch(`${world.auths[replica]?.addresses().internal}/.well-known/jwks.json`);
    const { keys } = (await response.json()) as { readonly keys: readonly JWK[] };
    expect(keys.every((key) => key.d === undefined)).to.equal(true);
    return keys.map(({ kid }) => kid);
  };
  const isTaken = async (token: string): Promise<readonly number[]> =>
    Promise.all(
      world.auths.map(async (auth) => {
        const headers = { authorization: `Bearer ${token}` };
        return (await fetch(`${auth.addresses().public}/v1/channels`, { headers })).status;
      }),
    );

  it('changes every 30 days, known to all before it signs, and nobody has to sign in again', async () => {
    const clock = await fetch(`${world.environment.CLOCK_URL}/_control/clock`);
    const nowMs = Date.now() + Number(((await clock.json()) as { offsetMs: number }).offsetMs);
    // An hour before the end of such a period.
    await world.advance(Math.ceil((PERIOD_MS - (nowMs % PERIOD_MS)) / 1_000) + PERIOD_MS / 1_000 - 3_600);
    const old = await world.token('agent', 'account-1');
    const [first, second] = [await publishedBy(0), await publishedBy(1)];
    expect(first).to.deep.equal(second);
    expect(first).to.include(keyIdOf(old));

    await world.advance(2 * 3_600);
    const young = await world.token('agent', 'account-1');
    expect(keyIdOf(young)).not.to.equal(keyIdOf(old));
    expect(first).to.include(keyIdOf(young));
    expect([...(await isTaken(young)), ...(await isTaken(old))]).to.deep.equal([200, 200, 200, 200]);

    await world.advance((2 * PERIOD_MS) / 1_000);
    expect(await publishedBy(0)).not.to.include(keyIdOf(old));
    // Nobody could look at the next key while two periods were left out; keys are asked for every two seconds at most.
    const later = await world.token('agent', 'account-1');
    await eventually('the new key is met', async () => (await isTaken(later)).every((status) => status === 200));
    expect(await isTaken(young)).to.deep.equal([401, 401]);
  });
});

describe("the secrets of services' tokens", () => {
  let world: AuthWorld;

  before(async () => {
    world = await createAuthWorld({
      settings: { SERVICE_TOKEN_SECRETS: `the-next-service-secret,${SERVICE_SECRET}` },
    });
  });
  after(() => world?.stop());

  it('are good in the old and in the new form while they are changed, for their audience and their minute', async () => {
    const ask = async (signing: string, audience = 'auth', agoMs = 0) => {
      const clock = { now: () => Date.now() - agoMs };
      const tokens = createServiceTokens({ service: 'outbound', secrets: [secret(signing)], clock });
      const response = await fetch(`${world.auths[0]?.addresses().internal}/internal/v1/channels/nobody/access-token`, {
        method: 'POST',
        headers: { authorization: `Bearer ${await tokens(audience)}` },
      });
      return response.status;
    };
    expect(await ask(SERVICE_SECRET)).to.equal(404);
    expect(await ask('the-next-service-secret')).to.equal(404);
    expect(await ask('a-secret-of-somebody-else')).to.equal(401);
    expect(await ask(SERVICE_SECRET, 'conversation')).to.equal(401);
    expect(await ask(SERVICE_SECRET, 'auth', 61_000)).to.equal(401);
  });
});
