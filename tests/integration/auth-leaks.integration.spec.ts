import { eventually } from '@tiktok-channel/platform/testing';
import { topics } from '@tiktok-channel/schemas';
import { expect } from 'chai';
import { type AuthWorld, createAuthWorld, type StartedConnect } from '../support/auth.ts';
import { createAuthProcesses } from '../support/auth-process.ts';
import { type CuttableLine, cuttableLine } from '../support/cuttable-line.ts';
import { dumpDatabase } from '../support/database-dump.ts';
import { startSpanSink } from '../support/span-sink.ts';

const HOUR = 3_600;

/** Auth as a process, taken through all that it does, failures included; then every place that it wrote to is searched. */
describe('no token, secret, code or state of auth', () => {
  let world: AuthWorld;
  let line: CuttableLine;
  let sink: Awaited<ReturnType<typeof startSpanSink>>;
  let places: Readonly<Record<string, string>>;
  const secrets = new Map<string, string>();
  const processes = createAuthProcesses(() => world);

  before(async function () {
    this.timeout(120_000);
    sink = await startSpanSink();
    world = await createAuthWorld({
      replicas: 0,
      settings: { WEBHOOK_CHECK_SECONDS: '60' },
      databaseLine: async (url) => {
        line = await cuttableLine(url);
        return line.url;
      },
    });
    const { output } = await processes.start({
      OTEL_SERVICE_NAME: 'auth',
      OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_BSP_SCHEDULE_DELAY: '200',
    });
    const answers = await goThroughAll();
    const metrics = await (await fetch(`http://127.0.0.1:${world.environment.INTERNAL_PORT}/metrics`)).text();
    const records = await world.published();
    await eventually('spans have arrived', () => sink.bodies.length > 2);
    await processes.endAll();
    places = {
      'the log': output(),
      'the spans': sink.bodies.join('\n'),
      'the metrics': metrics,
      'the topics': records.map(({ record }) => `${record.value} ${JSON.stringify(record.headers)}`).join('\n'),
      'the database': await dumpDatabase(world.database),
      'the answers': answers.join('\n'),
    };
    collectSecrets();
  });
  after(async () => {
    await processes.endAll();
    await world?.stop();
    await line?.cut();
    await sink?.stop();
  });

  const person = { role: 'administrator', accountId: 'account-1' } as const;
  const keep = (kind: string, ...values: readonly (string | null | undefined)[]) => {
    for (const value of values) if (value) secrets.set(value, kind);
  };
  const start = async (body: object = {}): Promise<StartedConnect> => {
    const token = await world.token('administrator', 'account-1');
    keep("a person's token", token, token.split('.')[2]);
    const started = await world.startConnect('account-1', body, token);
    const state = new URL(started.url).searchParams.get('state');
    keep('a state', state, state?.split('.')[2]);
    keep("a browser's key", /=([^;]+)/.exec(started.cookie)?.[1]);
    return started;
  };

  /** Connects, fails, renews, is refused, ends; answers all that people and callers were told, but for tokens that were asked for. */
  const goThroughAll = async (): Promise<readonly string[]> => {
    const told: string[] = [];
    const tell = async (answer: Promise<{ readonly body: object } | string>) => {
      const got = await answer;
      told.push(typeof got === 'string' ? got : JSON.stringify(got.body));
    };
    await world.faults({ rate_limit_qps: 0 });
    const [kept, lost, ended, released] = await Promise.all([1, 2, 3, 4].map(() => world.newBusiness()));
    for (const channel of [kept, lost, ended, released]) await tell(world.consent(channel as string, await start()));

    await tell(world.consent(await world.newBusiness(), await start(), { deny: true }));
    await tell(world.consent(await world.newBusiness(), await start(), { grant: ['message.list.read'] }));
    await tell(world.consent(await world.newBusiness(), await start({ channelId: kept })));
    const used = await start();
    const visit = (query: Record<string, string>, cookie = used.cookie) =>
      fetch(`${world.environment.PUBLIC_URL}/tiktok/callback?${new URLSearchParams(query)}`, {
        redirect: 'manual',
        headers: { cookie: cookie.split(';')[0] ?? '' },
      }).then(({ headers }) => String(headers.get('location')));
    const state = new URL(used.url).searchParams.get('state') ?? '';
    keep('a code', 'a-code-that-TikTok-does-not-know');
    await tell(visit({ state, code: 'a-code-that-TikTok-does-not-know' }, ''));
    await tell(visit({ state, code: 'a-code-that-TikTok-does-not-know' }));
    await tell(visit({ state, code: 'a-code-that-TikTok-does-not-know' }));
    await tell(visit({ state: `${state}x`, code: 'a-code-that-TikTok-does-not-know' }));

    const { body } = await world.accessToken(kept as string);
    await world.accessToken(kept as string, { refused: body.accessToken });
    await tell(world.accessToken(kept as string, { service: 'console' }));
    await world.removeAtTikTok(lost as string);
    await world.advance(13 * HOUR);
    await eventually(
      'the loss is seen',
      async () => (await world.accessToken(lost as string)).body.status === 'expiring',
    );
    await world.publish(topics.accountNotices.name, lost as string, [
      'AuthorizationRemoved',
      {
        channelId: lost as string,
        reason: 'UNKNOWN',
        tiktokReason: 0,
        occurredAt: null,
        logId: null,
        receivedAt: Date.now() + 14 * HOUR * 1_000,
        rawContent: null,
      },
    ]);
    // From here on one channel alone is renewed: it is its answer that the database is cut off at, and nothing else under way.
    await eventually(
      'the notice is believed',
      async () => (await world.accessToken(lost as string)).body.status === 'needs_reauthorization',
    );
    await world.faults({ token_endpoint_away: true, api_away: true, rate_limit_qps: 0 });
    await tell(world.send('POST', `/v1/channels/${ended}/disconnect`, person, { reason: 'we leave' }));
    await world.advance(25 * HOUR);
    await tell(world.accessToken(kept as string));
    await world.faults({ rate_limit_qps: 0 });
    await tell(
      world.send('POST', `/operator/v1/channels/${released}/release`, { ...person, role: 'operator' }, { reason: 'x' }),
    );
    await tell(world.send('POST', '/operator/v1/tokens/reencrypt', { ...person, role: 'operator' }, { reason: 'x' }));

    const cut = Promise.withResolvers<void>();
    world.whenAnswered('refresh_token', () => line.cut().then(cut.resolve));
    await world.advance(HOUR);
    await cut.promise;
    await tell(world.accessToken(kept as string));
    await tell(world.get('/v1/channels', [...secrets].find(([, kind]) => kind === "a person's token")?.[0]));
    await line.mend();
    await eventually('it is back', async () => (await world.accessToken(kept as string)).status === 200);
    await tell(world.get('/v1/channels', await world.token('agent', 'account-1')));
    await tell(
      world.get('/v1/accounts/account-1/tiktok/authorizations', await world.token('administrator', 'account-1')),
    );
    return told;
  };

  const collectSecrets = () => {
    keep('a token of TikTok', ...world.issued);
    const { environment } = world;
    keep('a setting', environment.TIKTOK_APP_SECRET, environment.STATE_SECRETS, environment.SERVICE_TOKEN_SECRETS);
    keep('a setting', environment.TOKEN_ENCRYPTION_KEYS?.split(':')[1]);
    const { username, password } = new URL(environment.DATABASE_URL ?? '');
    if (password !== '' && password !== username) keep('a setting', password);
  };

  it('was left out of the search', () => {
    const kinds = Map.groupBy([...secrets], ([, kind]) => kind);
    expect([...kinds.keys()]).to.include.members([
      'a token of TikTok',
      'a setting',
      'a state',
      'a code',
      "a browser's key",
      "a person's token",
    ]);
    expect(kinds.get('a token of TikTok')).to.have.length.above(10);
  });

  for (const place of ['the log', 'the spans', 'the metrics', 'the topics', 'the database', 'the answers']) {
    it(`stands in clear in ${place}`, () => {
      const text = places[place] ?? '';
      expect(text, place).to.have.length.above(500);
      const found = [...secrets].filter(([secret]) => text.includes(secret)).map(([, kind]) => kind);
      expect(found, place).to.deep.equal([]);
    });
  }
});
