import { createServer, type Server, type Socket } from 'node:net';
import { operatorSettings } from '@tiktok-channel/local';
import { topics } from '@tiktok-channel/schemas';
import { expect } from 'chai';
import { testKafka } from '../support/kafka.ts';
import { startOpenIdProvider } from '../support/openid-provider.ts';
import { hasStackTrace, NOBODY, runCommand } from '../support/operator.ts';
import { useSystem } from '../support/system.ts';

interface Finding {
  readonly status: 'ok' | 'failed' | 'unchecked';
  readonly name: string;
  readonly detail: string;
  readonly next?: string;
}

const doctor = async (environment: Readonly<Record<string, string | undefined>>, ...options: readonly string[]) => {
  const result = await runCommand(['doctor', '--json', ...options], environment);
  const findings = JSON.parse(result.stdout || '[]') as readonly Finding[];
  return { ...result, findings, find: (name: string) => findings.find((finding) => finding.name === name) };
};

describe('tiktok-channel doctor beside the whole product', () => {
  const system = useSystem();
  const environment = (): Record<string, string> => {
    const { addresses, topicPrefix, dependencies } = system();
    const databases = ['auth', 'conversation', 'outbound'].map((service) => [
      `${service.toUpperCase()}_DATABASE_URL`,
      `${dependencies.postgres.url}/${topicPrefix.replace('.', '_')}${service}`,
    ]);
    return { ...operatorSettings(addresses), KAFKA_TOPIC_PREFIX: topicPrefix, ...Object.fromEntries(databases) };
  };

  it('finds all of it well', async () => {
    const { code, findings } = await doctor(environment());

    expect(findings.filter(({ status }) => status === 'failed')).to.deep.equal([]);
    expect(findings.filter(({ status }) => status === 'unchecked').map(({ name }) => name)).to.deep.equal([
      'KAFKA_SSL',
      'KAFKA_SSL_CA',
      'KAFKA_SSL_CERT',
      'KAFKA_SSL_KEY',
      'KAFKA_SASL_MECHANISM',
      'KAFKA_SASL_USERNAME',
      'KAFKA_SASL_PASSWORD',
      'KAFKA_REPLICATION_FACTOR',
      'KAFKA_MIN_INSYNC_REPLICAS',
      'TIKTOK_SCOPES',
      'TIKTOK_API_VERSION',
      'WEBHOOK_CALLBACK_URL',
      'WEBHOOK_TOLERANCE_SECONDS',
      'OPERATOR_TOKEN',
      "redirect address, by TikTok's rules",
      'identity provider',
    ]);
    expect(code).to.equal(0);
  });

  it('shows it in lines for people, and no secret in any of them', async () => {
    const { code, stdout } = await runCommand(['doctor'], environment());

    expect(code).to.equal(0);
    expect(stdout).to.match(/^✔ +webhook registration +TikTok delivers to http/m);
    expect(stdout)
      .to.match(/^✔ +ingress is ready +/m)
      .and.match(/^– +TIKTOK_API_VERSION +not set: v1\.3$/m);
    expect(stdout).to.not.include(system().addresses.appSecret).and.not.include('postgres:postgres');
  });

  it('finds what is not right, and says of each what to do', async () => {
    const { addresses } = system();
    const { code, find, findings } = await doctor({
      ...environment(),
      PUBLIC_URL: addresses.simulator,
      OIDC_JWKS_URL: addresses.simulator,
      OUTBOUND_INTERNAL_URL: `http://${NOBODY}`,
      AUTH_DATABASE_URL: `${environment().AUTH_DATABASE_URL}_of_nobody`,
      KAFKA_REPLICATION_FACTOR: 'two',
    });

    expect(code).to.equal(1);
    for (const name of [
      'webhook callback',
      'webhook registration',
      'redirect address',
      "identity provider's keys",
      'outbound is alive',
      'outbound is ready',
      'database of auth',
      'KAFKA_REPLICATION_FACTOR',
    ]) {
      expect(find(name), name).to.include({ status: 'failed' });
      expect(find(name)?.next, name).to.be.a('string').and.not.equal('');
    }
    expect(findings.filter(({ status }) => status === 'failed')).to.have.length(8);
  });

  it('finds that TikTok refuses the secret', async () => {
    const { find } = await doctor({ ...environment(), TIKTOK_APP_SECRET: 'a-secret-of-another-app' });

    expect(find('TikTok API')).to.include({ status: 'ok' });
    expect(find('webhook registration')).to.include({ status: 'failed' });
  });

  it('takes it as well when TikTok takes another secret of the list, and knows a callback of its own', async () => {
    const { addresses } = system();
    const { find } = await doctor({
      ...environment(),
      TIKTOK_APP_SECRET: `the-next-secret-of-the-app,${addresses.appSecret}`,
      WEBHOOK_CALLBACK_URL: `${addresses.public}/webhooks/tiktok`,
    });
    expect(find('webhook registration')).to.include({ status: 'ok' });

    const { find: findElse } = await doctor({ ...environment(), WEBHOOK_CALLBACK_URL: 'https://else.example/hook' });
    expect(findElse('webhook registration')).to.include({ status: 'failed' });
  });

  it('finds where the redirect address leads, and that auth knows itself by another name', async () => {
    const { addresses } = system();
    const { find } = await doctor(environment());
    expect(find('redirect address')?.detail).to.match(/\/tiktok\/callback leads to auth/);

    // The same machine by another name: what TikTok would compare differs.
    const { find: findElse } = await doctor({
      ...environment(),
      PUBLIC_URL: addresses.public.replace('127.0.0.1', 'localhost'),
    });
    expect(findElse('redirect address')).to.include({
      status: 'failed',
      detail: `auth takes ${addresses.public} for the public origin`,
    });
  });

  it('says of an account whether it may connect channels', async () => {
    const { addresses } = system();
    const account = addresses.account;
    const ofRole = async (role: string) => {
      const response = await fetch(`${addresses.auth}/local/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ role, accountId: 'operators' }),
      });
      return String(((await response.json()) as { token: string }).token);
    };
    const look = async (token: string) => {
      const { find } = await doctor({ ...environment(), OPERATOR_TOKEN: token }, '--account', account);
      return find(`TikTok channels of ${account}`);
    };
    expect(await look(await ofRole('operator'))).to.include({ status: 'ok', detail: 'switched on' });
    expect(await look(await ofRole('agent'))).to.include({ status: 'failed', detail: 'auth answered 403' });
  });
});

describe('tiktok-channel doctor', () => {
  it('compares the identity provider with what it says of itself', async () => {
    const provider = await startOpenIdProvider([]);
    const { OIDC_ISSUER, OIDC_JWKS_URL } = provider.environment;
    const look = async (settings: Record<string, string | undefined>) =>
      (await doctor({ OIDC_ISSUER, OIDC_JWKS_URL, ...settings })).find('identity provider');

    expect(await look({})).to.include({ status: 'ok' });
    expect(await look({ OIDC_ISSUER: `${OIDC_ISSUER}/` })).to.include({
      status: 'failed',
      next: `set OIDC_ISSUER to ${OIDC_ISSUER}`,
    });
    expect(await look({ OIDC_JWKS_URL: `${OIDC_ISSUER}/elsewhere` })).to.include({
      status: 'failed',
      next: `set OIDC_JWKS_URL to ${OIDC_JWKS_URL}`,
    });
    await provider.stop();
  });

  it('knows what TikTok takes for a redirect address', async () => {
    const { find } = await doctor({ PUBLIC_URL: 'http://channel.invalid:8080' });
    expect(find("redirect address, by TikTok's rules")).to.include({
      status: 'failed',
      detail: 'it is not https, names a port',
    });
  });

  it('finds topics that are missing, that have other settings, and that have other partitions', async () => {
    const test = testKafka();
    await test.createTopic(topics.statuses.name, { partitions: 12, config: { 'retention.ms': '1000' } });
    await test.createTopic(topics.messages.name, { partitions: 3 });

    const { code, find } = await doctor({
      KAFKA_BROKERS: test.settings.brokers.join(','),
      KAFKA_TOPIC_PREFIX: test.settings.topicPrefix,
    });

    expect(code).to.equal(1);
    expect(find('Kafka')).to.include({ status: 'ok' });
    expect(find(`topic ${topics.messages.name}`)?.detail).to.equal('has 3 partitions instead of 12');
    expect(find(`topic ${topics.statuses.name}`)?.detail).to.include('retention.ms is 1000 instead of -1');
    expect(find(`topic ${topics.audit.name}`)?.detail).to.equal('is not there');
  });

  it('is not held up by what takes the connection and says nothing', async function () {
    this.timeout(30_000);
    const { server, address, close } = await silentServer();
    const url = `http://${address}`;
    const startedAt = performance.now();

    const result = await doctor({
      KAFKA_BROKERS: address,
      SCHEMA_REGISTRY_URL: url,
      PUBLIC_URL: url,
      TIKTOK_APP_ID: 'app',
      TIKTOK_APP_SECRET: 'app-secret',
      TIKTOK_API_BASE_URL: url,
      OIDC_JWKS_URL: url,
      INGRESS_INTERNAL_URL: url,
      AUTH_DATABASE_URL: `postgres://${address}/auth`,
    });
    const seconds = (performance.now() - startedAt) / 1_000;
    close();

    expect(server.listening).to.equal(false);
    expect(result.code).to.equal(1);
    expect(seconds).to.be.lessThan(20);
    for (const name of [
      'Kafka',
      'schema registry',
      'TikTok API',
      'webhook callback',
      'ingress is alive',
      'database of auth',
    ]) {
      expect(result.find(name), name).to.include({ status: 'failed' });
    }
    expect(hasStackTrace(result)).to.equal(false);
  });

  it('shows no credentials of an address', async () => {
    const url = `http://olga:hunter2-password@${NOBODY}/path?token=hunter2-token`;
    const { stdout, stderr, find } = await doctor({
      SCHEMA_REGISTRY_URL: url,
      PUBLIC_URL: url,
      TIKTOK_APP_ID: 'app',
      TIKTOK_APP_SECRET: 'app-secret',
      TIKTOK_API_BASE_URL: url,
      OIDC_JWKS_URL: url,
      INGRESS_INTERNAL_URL: url,
    });

    expect(find('webhook callback')).to.include({ status: 'failed' });
    expect(find('TikTok API')?.detail).to.equal(`http://${NOBODY}/path is unreachable`);
    expect(stdout + stderr).to.not.include('hunter2-password');
  });

  it('names every setting that every installation has and this one lacks', async () => {
    const { code, findings } = await doctor({});

    expect(code).to.equal(1);
    expect(findings.filter(({ status }) => status === 'failed').map(({ name }) => name)).to.deep.equal([
      'KAFKA_BROKERS',
      'SCHEMA_REGISTRY_URL',
      'PUBLIC_URL',
      'TIKTOK_APP_ID',
      'TIKTOK_APP_SECRET',
    ]);
  });
});

const silentServer = async () => {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port');
  const close = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { server, address: `127.0.0.1:${address.port}`, close };
};
