import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { operatorSettings } from '@tiktok-channel/local';
import { metricInventory, prometheusName } from '@tiktok-channel/monitoring';
import { createKafka } from '@tiktok-channel/platform/kafka';
import { silentLogger } from '@tiktok-channel/platform/kernel';
import { eventually } from '@tiktok-channel/platform/testing';
import { topics } from '@tiktok-channel/schemas';
import { expect } from 'chai';
import pg from 'pg';
import { deliver, signatureOf } from '../support/deliveries.ts';
import { drive } from '../support/driver.ts';
import { openDatabase } from '../support/postgres.ts';
import { hurried, type Prometheus, type Rule, readRules, startPrometheus } from '../support/prometheus.ts';
import { blocksOf, createDesk } from '../support/runbooks.ts';
import { useSystem } from '../support/system.ts';

const DEPLOY = new URL('../../deploy/', import.meta.url);

/** What is counted in trouble alone, under reasons that are not known beforehand. */
const ONLY_IN_TROUBLE: ReadonlySet<string> = new Set([
  'tiktok_channel.history.waits',
  'tiktok_channel.kafka.partition_pauses',
]);

/** What an alert compares, without the comparison: that is there also while all is well. */
const measureOf = (expr: string): readonly string[] =>
  expr.split(/\b(?:or|and)\b/).map((part) =>
    part
      .trim()
      .replace(/^\((?=tiktok_channel:)/, '')
      .replace(/\s*(?:>|<|==)\s*[\d.* ]+\)?$/, '')
      .replace(/^(?:label_replace\()?absent\((.*?})\).*$/, '$1'),
  );

/** Ratios of objectives need traffic for as long as their window, and counts by reason need a reason: nothing is wrong where these are empty. */
const withoutReason = (expr: string): string =>
  /^sum by \(.*\) \((tiktok_channel:(?:dead_letters|unrecognized_deliveries):.*)\)$/.test(expr)
    ? expr.replace(/^sum by \(.*?\) \((.*)\)$/, '$1')
    : expr;

describe('a system that is watched', function () {
  this.timeout(120_000);
  const system = useSystem();
  let prometheus: Prometheus;
  let rules: readonly Rule[];
  let recordings: readonly Rule[];
  let held: { readonly channel: string; readonly replyId: string };

  before(async () => {
    const [recording, alerts] = [await readRules('recording'), await readRules('alerts')];
    rules = alerts.groups.flatMap((group) => group.rules);
    recordings = recording.groups.flatMap((group) => group.rules);
    prometheus = await startPrometheus(system().addresses.internal, [hurried(recording), hurried(alerts)]);
    await driveAll();
  });
  after(() => prometheus?.stop());

  /** Everything that a quiet day brings, and some of what a bad one does. */
  const driveAll = async (): Promise<void> => {
    const driver = drive(system().addresses);
    const business = await driver.connect();
    const mia = driver.customer(business);
    const { conversationId, messageId } = await mia.send({ type: 'text', text: 'Is this in stock?' });
    await mia.send({ type: 'image' });
    await driver.messageIs(conversationId, messageId);
    const sent = await driver.reply(conversationId, { text: 'Yes.' });
    await driver.replyIs(sent.body.replyId, 'delivered');
    await mia.read();
    await driver.replyIs(sent.body.replyId, 'read');
    await driver.faults({ send_rejects_with: 40002 });
    const refused = await driver.reply(conversationId, { text: 'No.' });
    await driver.replyIs(refused.body.replyId, 'failed');
    await driver.faults({});
    await deliver(system().addresses, JSON.stringify({ event: 'a_new_event', user_openid: business, content: '{}' }));
    await produceGarbage();
    held = await holdReply(driver);
  };

  /** A reply that an operator has held up for more than ten minutes. */
  const holdReply = async (driver: ReturnType<typeof drive>) => {
    const channel = await driver.connect();
    const { conversationId, messageId } = await driver.customer(channel).send({ type: 'text', text: 'Any news?' });
    await driver.messageIs(conversationId, messageId);
    await (await atDesk()).run('tiktok-channel channels pause <channel> --why "a cause"', { channel });
    const { replyId } = (await driver.reply(conversationId, { text: 'Not yet.' })).body;
    await driver.replyIs(replyId, 'delayed');
    await driver.advanceClock(601);
    return { channel, replyId };
  };

  const produceGarbage = async (): Promise<void> => {
    const { dependencies, topicPrefix } = system();
    const settings = { brokers: dependencies.kafka.brokers.split(','), clientId: 'test', topicPrefix };
    const producer = createKafka({ settings, logger: silentLogger }).createProducer();
    await producer.start();
    const key = `c-${randomUUID()}`;
    await producer.send([{ topic: topics.messages.name, key, value: Buffer.from('no Avro'), headers: {} }]);
    await producer.stop();
  };

  /** Where an operator of this system does what the runbooks say. */
  const atDesk = async () => {
    const { addresses, topicPrefix, databaseUrls } = system();
    const [auth = '', conversation = '', outbound = ''] = databaseUrls;
    return createDesk({
      environment: {
        ...operatorSettings(addresses),
        KAFKA_TOPIC_PREFIX: topicPrefix,
        OPERATOR_TOKEN: await drive(addresses).token('operator'),
        AUTH_DATABASE_URL: auth,
        CONVERSATION_DATABASE_URL: conversation,
        OUTBOUND_DATABASE_URL: outbound,
      },
    });
  };

  const metricsOf = async (url: string): Promise<string> => (await fetch(`${url}/metrics`)).text();

  it('tells of a delivery that it does not understand, which its runbook gives back', async () => {
    await deliver(
      system().addresses,
      JSON.stringify({ event: 'another_new_event', user_openid: 'b-1', content: '{}' }),
    );
    await fires('UnrecognizedDeliveries');

    const [check = '', act = '', verify = ''] = await blocksOf('UnrecognizedDeliveries.md');
    const desk = await atDesk();
    await desk.run(check.replace('--count 3', '--count 1'), { time: '2026-01-01T00:00:00Z' });
    await desk.run(act, { name: 'olga' });

    await desk.run(verify);
    await isResolved('UnrecognizedDeliveries');
  });

  it('tells of a record that was set aside, which its runbook gives back', async () => {
    await produceGarbage();
    await fires('DeadLetters');

    const [look = '', giveBack = ''] = await blocksOf('procedures/redrive.md');
    const desk = await atDesk();
    const listed = await desk.run('tiktok-channel dead-letters list conversation --json');
    const [, id = ''] = /"id": ?"(\d+-\d+)"/.exec(listed) ?? [];
    await desk.run(look, { id });
    await desk.run(giveBack, { id });

    const [, verify = ''] = await blocksOf('DeadLetters.md');
    expect(await desk.run(verify)).to.include(id);
    await isResolved('DeadLetters');
  });

  it('tells of a reply that waits for long, which its runbook takes back', async () => {
    const { channel, replyId } = held;
    const desk = await atDesk();
    await fires('RepliesWait');

    const [check = '', act = '', verify = ''] = await blocksOf('RepliesWait.md');
    expect(await desk.run(check)).to.include(replyId);
    await desk.run(act, { channel, reply: replyId });

    await isResolved('RepliesWait');
    expect(await desk.run(verify)).to.not.include(replyId);
    const show = (await blocksOf('UnknownOutcomesAge.md'))
      .join('')
      .split('\n')
      .find((line) => line.includes(' show '));
    expect(await desk.run(show ?? '', { reply: replyId })).to.include('cancelled');
  });

  it('tells of a row that the broker refused, which its runbook has published again', async () => {
    const [, , outbound = ''] = system().databaseUrls;
    const { client, end } = openDatabase(outbound);
    const waiting = 'SELECT count(*) AS rows FROM outbox WHERE published_at IS NULL';
    const isPublished = async () => (await client.$queryRawUnsafe<{ rows: bigint }[]>(waiting))[0]?.rows === 0n;
    await client.$executeRawUnsafe(
      `INSERT INTO outbox (event_id, topic, key, value, headers, created_at, set_aside_at)
       SELECT event_id, topic, key, value, headers, created_at, created_at FROM outbox LIMIT 1`,
    );
    await fires('OutboxRowSetAside');
    expect(await isPublished()).to.equal(false);

    const [act = ''] = await blocksOf('OutboxRowSetAside.md', 'sql');
    const [check = ''] = await blocksOf('OutboxRowSetAside.md');
    await (await atDesk()).run(check);
    await client.$executeRawUnsafe(act);

    await isResolved('OutboxRowSetAside');
    await eventually('it is published', isPublished);
    await end();
  });

  it('exports every metric that is declared, and no other, with the labels that are declared', async () => {
    const declared = new Map(metricInventory().map((metric) => [prometheusName(metric), metric]));
    const wanted = [...declared].filter(([, { name }]) => !ONLY_IN_TROUBLE.has(name)).map(([exported]) => exported);

    await eventually('every declared metric is exported', async () => {
      const seen = new Set<string>();
      for (const url of Object.values(system().addresses.internal)) {
        for (const { name } of samplesIn(await metricsOf(url))) seen.add(familyOf(name, declared));
      }
      const missing = wanted.filter((name) => !seen.has(name));
      if (missing.length > 0) throw new Error(`missing: ${missing.join(', ')}`);
      return true;
    });
    const wrong: string[] = [];
    for (const url of Object.values(system().addresses.internal)) {
      for (const { name, labels } of samplesIn(await metricsOf(url))) {
        const metric = declared.get(familyOf(name, declared));
        if (metric === undefined) {
          wrong.push(`${name} is not declared`);
          continue;
        }
        const allowed = new Map(Object.entries(metric.labels).map(([label, values]) => [flat(label), values]));
        for (const [label, value] of Object.entries(labels)) {
          if (label === 'le' || label.startsWith('otel_scope_')) continue;
          const values = allowed.get(label);
          if (values === undefined) wrong.push(`${name} has a label ${label} that is not declared`);
          else if (typeof values !== 'string' && !values.includes(value)) wrong.push(`${name} has ${label}="${value}"`);
        }
      }
    }
    expect([...new Set(wrong)]).to.deep.equal([]);
  });

  it('answers the question of every panel', async () => {
    const files = (await readdir(new URL('grafana/dashboards/', DEPLOY))).filter((file) => file.endsWith('.json'));
    const panels = await Promise.all(
      files.map(
        async (file) =>
          JSON.parse(await readFile(new URL(`grafana/dashboards/${file}`, DEPLOY), 'utf8')) as DashboardFile,
      ),
    );
    const queries = panels.flatMap(({ title, panels: all }) =>
      all.flatMap((panel) => panel.targets.map(({ expr }) => ({ where: `${title}: ${panel.title}`, expr }))),
    );
    expect(queries.length).to.be.greaterThan(50);
    await allAnswer(queries);
  });

  it('has data for every rule', async () => {
    const recorded = recordings.map(({ record = '', expr }) => ({ where: record, expr }));
    const measured = rules.flatMap(({ alert = '', expr }) =>
      measureOf(expr).map((measure) => ({ where: alert, expr: withoutReason(measure) })),
    );
    await allAnswer([...recorded, ...measured]);
  });

  const allAnswer = (queries: readonly { readonly where: string; readonly expr: string }[]) =>
    eventually(
      'every expression has data',
      async () => {
        const empty: string[] = [];
        for (const { where, expr } of queries)
          if ((await prometheus.query(expr)).length === 0) empty.push(`${where}: ${expr}`);
        if (empty.length > 0) throw new Error(empty.join('\n'));
        return true;
      },
      { withinMs: 40_000 },
    );

  const fires = (alert: string) =>
    eventually(`${alert} fires`, async () => (await prometheus.firing()).includes(alert), { withinMs: 40_000 });
  const isResolved = (alert: string) =>
    eventually(`${alert} is resolved`, async () => !(await prometheus.firing()).includes(alert), { withinMs: 60_000 });

  it('tells of a write transaction that holds a partition up, until its runbook has ended it', async () => {
    const [, url = ''] = system().databaseUrls;
    const blocker = new pg.Client({ connectionString: url });
    blocker.on('error', () => {});
    await blocker.connect();
    await blocker.query('BEGIN');
    await blocker.query('SELECT pg_current_xact_id()');
    await blocker.query('LOCK TABLE conversation.messages IN EXCLUSIVE MODE').catch(() => lockAnywhere(blocker));
    const driver = drive(system().addresses);
    await driver.customer(await driver.connect()).send({ type: 'text', text: 'Hello?' });
    await fires('LongDatabaseTransaction');
    await fires('PartitionStuck');

    const [find, end] = await blocksOf('LongDatabaseTransaction.md', 'sql');
    const operator = new pg.Client({ connectionString: url });
    await operator.connect();
    const found = await operator.query(find ?? '');
    const { pid } = found.rows[0] as { readonly pid: number };
    await operator.query((end ?? '').replace('<pid>', String(pid)));
    await operator.end();

    await isResolved('LongDatabaseTransaction');
    await isResolved('PartitionStuck');
  });

  it('tells when TikTok was made to call another address, and that it was put right', async () => {
    const { simulator, appId, appSecret } = system().addresses;
    const changed = await fetch(`${simulator}/open_api/v1.3/business/webhook/update/`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        app_id: appId,
        secret: appSecret,
        event_type: 'DIRECT_MESSAGE',
        callback_url: 'https://example.com/other',
      }),
    });
    expect(await changed.json()).to.include({ code: 0 });

    await drive(system().addresses).advanceClock(301);

    await fires('WebhookDrifts');
    await isResolved('WebhookDrifts');
    const [registered] = await prometheus.query('min(tiktok_channel_webhook_registered)');
    expect(registered?.value).to.equal(1);
  });

  it('tells of signatures that are valid and too old', async () => {
    const { public: origin, appSecret } = system().addresses;
    const body = '{"event":"im_receive_msg"}';
    const stale = signatureOf(body, appSecret, 3_600);
    const statuses = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const headers = { 'content-type': 'application/json', 'tiktok-signature': stale };
        return (await fetch(`${origin}/webhooks/tiktok`, { method: 'POST', body, headers })).status;
      }),
    );

    expect(new Set(statuses)).to.deep.equal(new Set([401]));
    await fires('StaleSignatures');
    await isResolved('StaleSignatures');
  });

  it('tells of a channel that has to be authorised again, until its administrator has done so', async () => {
    const driver = drive(system().addresses);
    const channel = await driver.connect();
    await driver.control(`/_control/businesses/${encodeURIComponent(channel)}/authorization`, { method: 'DELETE' });
    await fires('ChannelsNeedReauthorization');

    const [check = ''] = await blocksOf('ChannelsNeedReauthorization.md');
    const told = await (await atDesk()).run(check.replace('--count 10', '--count 1'));
    await driver.consent(channel);

    expect(told).to.include(channel);
    await isResolved('ChannelsNeedReauthorization');
  });

  it('tells of a process that does not answer, until it does', async () => {
    await system().kill('console', 'SIGSTOP');
    await fires('ServiceDown');

    await system().kill('console', 'SIGCONT');
    await isResolved('ServiceDown');
    const [, verify = ''] = await blocksOf('ServiceDown.md');
    await (await atDesk()).run(verify);
  });

  it('tells that TikTok is called no more while replies wait, until TikTok is back', async () => {
    const driver = drive(system().addresses);
    const channel = await driver.connect();
    const sent = await Promise.all(
      Array.from({ length: 10 }, () => driver.customer(channel).send({ type: 'text', text: 'Hello?' })),
    );
    await Promise.all(sent.map(({ conversationId, messageId }) => driver.messageIs(conversationId, messageId)));
    await driver.faults({ api_fails_with: 503, api_fails_on: 'send' });
    for (const text of ['One.', 'Two.']) {
      await Promise.all(sent.map(({ conversationId }) => driver.reply(conversationId, { text })));
    }
    await fires('CircuitOpen');

    const [, verify = ''] = await blocksOf('CircuitOpen.md');
    await driver.faults({});
    // What became of the replies is looked for ever less often.
    await eventually(
      'CircuitOpen is resolved',
      async () => {
        await driver.advanceClock(31);
        return !(await prometheus.firing()).includes('CircuitOpen');
      },
      { withinMs: 60_000, everyMs: 2_000 },
    );
    await (await atDesk()).run(verify);
  });

  const lockAnywhere = async (client: pg.Client): Promise<void> => {
    await client.query('ROLLBACK');
    await client.query('BEGIN');
    await client.query('SELECT pg_current_xact_id()');
    const { rows } = await client.query(
      "SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables WHERE table_name = 'messages' AND table_type = 'BASE TABLE'",
    );
    await client.query(`LOCK TABLE ${rows.map(({ name }) => name).join(', ')} IN EXCLUSIVE MODE`);
  };
});

interface DashboardFile {
  readonly title: string;
  readonly panels: readonly { readonly title: string; readonly targets: readonly { readonly expr: string }[] }[];
}

const flat = (label: string): string => label.replaceAll(/[^A-Za-z0-9_]/g, '_');

const familyOf = (name: string, declared: ReadonlyMap<string, unknown>): string =>
  declared.has(name) ? name : name.replace(/_(?:bucket|count|sum)$/, '');

const samplesIn = (text: string) =>
  text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#') && !line.startsWith('target_info'))
    .map((line) => {
      const [, name = '', inner = ''] = /^([A-Za-z0-9_:]+)(?:\{(.*)\})? /.exec(line) ?? [];
      const labels = Object.fromEntries(
        [...inner.matchAll(/([A-Za-z0-9_]+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, value]) => [key, value ?? '']),
      );
      return { name, labels: labels as Readonly<Record<string, string>> };
    });
