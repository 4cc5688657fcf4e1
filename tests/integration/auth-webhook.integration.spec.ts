import { eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { type AuthWorld, createAuthWorld } from '../support/auth.ts';

const CHECK_SECONDS = 300;

describe('the webhook of the app', () => {
  let world: AuthWorld;

  before(async () => {
    world = await createAuthWorld({ replicas: 2, settings: { WEBHOOK_CHECK_SECONDS: String(CHECK_SECONDS) } });
  });
  after(() => world?.stop());
  afterEach(() => world.faults({}));

  const ours = () => `${world.environment.PUBLIC_URL}/webhooks/tiktok`;
  const atTikTok = async (): Promise<string | null> => {
    const response = await fetch(`${world.simulator.url}/_control/app`);
    const { callbacks } = (await response.json()) as { callbacks: { DIRECT_MESSAGE: string | null } };
    return callbacks.DIRECT_MESSAGE;
  };
  const change = (webhookUrl: string | null) =>
    fetch(`${world.simulator.url}/_control/app`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ webhookUrl }),
    });
  const checks = () =>
    world.logger.lines.filter(({ event }) => event === 'webhook.checked').map(({ fields }) => fields ?? {});
  const calls = (path: string) => world.calls.filter((call) => call.includes(path)).length;

  it('is registered by the service itself, by one replica, and seen to be', async () => {
    await eventually('it is registered', () => checks().some(({ outcome }) => outcome === 'registered'));
    expect(await atTikTok()).to.equal(ours());
    expect(calls('webhook/update')).to.equal(1);
  });

  it('is left as it is while it is right', async () => {
    const before = calls('webhook/list');
    await world.advance(CHECK_SECONDS + 1);
    await eventually('it is checked', () => calls('webhook/list') > before);
    expect(calls('webhook/update')).to.equal(1);
  });

  for (const [what, drifted] of [
    ['points elsewhere', 'http://127.0.0.1:9/elsewhere'],
    ['is gone', null],
  ] as const) {
    it(`that ${what} is put right, and the drift is told`, async () => {
      await change(drifted);
      const before = checks().length;
      await world.advance(CHECK_SECONDS + 1);
      await eventually('it is put right', async () => (await atTikTok()) === ours());
      const told = await eventually('it is told', () => checks()[before]);
      expect(told).to.include({ outcome: drifted === null ? 'registered' : 'repaired', found: drifted });
    });
  }

  it('is not known to be right while TikTok is away, which the health of each channel says', async () => {
    const channelId = await world.newBusiness();
    await world.connect('account-1', channelId);
    const webhook = async () => {
      const { body } = await world.get(`/v1/channels/${channelId}`, await world.token('agent', 'account-1'));
      return (body.webhook as { state: string }).state;
    };
    expect(await webhook()).to.equal('registered');

    await world.faults({ api_away: true });
    await world.advance(CHECK_SECONDS + 1);
    await eventually('it is not known', async () => (await webhook()) === 'unavailable');
    await world.faults({});
    await world.advance(61);
    await eventually('it is known again', async () => (await webhook()) === 'registered');
  });
});

describe('the webhook of an app whose secret is wrong', () => {
  let world: AuthWorld;

  before(async () => {
    world = await createAuthWorld({
      settings: { WEBHOOK_CHECK_SECONDS: '300', TIKTOK_APP_SECRET: 'not-the-secret-of-the-app' },
    });
  });
  after(() => world?.stop());

  it('is told to be refused, without the secret', async () => {
    const told = await eventually('it is told', () =>
      world.logger.lines.find(({ event, level }) => event === 'webhook.checked' && level === 'warn'),
    );
    expect(told.fields).to.include({ outcome: 'refused', tiktokCode: 40002 });
    expect(JSON.stringify(world.logger.lines)).not.to.include('not-the-secret-of-the-app');
  });
});

describe('the webhook of an app whose secret is being changed', () => {
  let world: AuthWorld;

  before(async () => {
    world = await createAuthWorld({
      settings: {
        WEBHOOK_CHECK_SECONDS: '300',
        TIKTOK_APP_SECRET: 'the-next-secret-of-the-app,the-app-secret-of-this-suite',
      },
    });
  });
  after(() => world?.stop());

  it('is registered, and people connect and tokens are renewed, with the one that TikTok takes', async () => {
    await eventually('it is registered', () =>
      world.logger.lines.some(({ event, fields }) => event === 'webhook.checked' && fields?.outcome === 'registered'),
    );
    const channelId = await world.newBusiness();
    await world.connect('account-1', channelId);
    const before = await world.accessToken(channelId);
    await world.advance(13 * 3_600);
    const after = await eventually('it is renewed', async () => {
      const { body } = await world.accessToken(channelId);
      return body.accessToken !== before.body.accessToken && body;
    });
    expect(after.status).to.equal('connected');
  });
});
