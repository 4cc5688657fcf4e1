import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { dumpDatabase } from '../support/database-dump.ts';
import { drive } from '../support/driver.ts';
import { openDatabase } from '../support/postgres.ts';
import { SERVER, startSpanSink } from '../support/span-sink.ts';
import { useSystem } from '../support/system.ts';

describe('telemetry', () => {
  let sink: Awaited<ReturnType<typeof startSpanSink>>;

  before(async () => {
    sink = await startSpanSink();
  });
  after(() => sink.stop());

  const system = useSystem(() => ({
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_BSP_SCHEDULE_DELAY: '200',
    OTEL_METRICS_EXPORTER: 'otlp',
    OTEL_METRIC_EXPORT_INTERVAL: '500',
    OTEL_METRIC_EXPORT_TIMEOUT: '500',
  }));

  /** Each service tells its spans in its own time, the caller not before the called. */
  const traceHas = (traceId: string, services: readonly string[]): Promise<unknown> =>
    eventually(`the trace has spans of ${services.join(' and ')}`, () => {
      const told = new Set(sink.spans.filter((span) => span.traceId === traceId).map(({ service }) => service));
      return services.every((service) => told.has(service));
    });

  it('follows one message from the webhook to the projection in one trace', async () => {
    const driver = drive(system().addresses);
    const business = await driver.connect();
    const { conversationId, messageId } = await driver
      .customer(business)
      .send({ type: 'text', text: 'Is this a secret?' });
    await driver.messageIs(conversationId, messageId);

    const sent = await eventually('the record that it became is told', () =>
      sink.spans.find(({ service, name }) => service === 'ingress' && name.startsWith('send ')),
    );

    await eventually('the request that brought it is told in the same trace', () =>
      sink.spans.some(
        ({ service, name, kind, traceId }) =>
          service === 'ingress' && kind === SERVER && name.startsWith('POST') && traceId === sent.traceId,
      ),
    );
    await traceHas(sent.traceId, ['ingress', 'conversation']);
  });

  it('follows one reply from its command to TikTok in one trace, and links its echo to it', async () => {
    const driver = drive(system().addresses);
    const business = await driver.connect();
    const mia = driver.customer(business);
    const { conversationId, messageId } = await mia.send({ type: 'text', text: 'Is this a secret?' });
    await driver.messageIs(conversationId, messageId);

    const { body } = await driver.reply(conversationId, { text: 'Is this a secret?' });
    await driver.replyIs(body.replyId, 'delivered');

    const send = await eventually('the call that sends is told', () =>
      sink.spans.find(({ service, name }) => service === 'outbound' && name === 'send reply'),
    );
    const echo = await eventually('the echo is linked to it', () =>
      sink.spans.find(({ name, linkedTraceIds }) => name === 'match echo' && linkedTraceIds.includes(send.traceId)),
    );

    expect(echo.traceId).to.not.equal(send.traceId);
    await traceHas(send.traceId, ['conversation', 'outbound']);
    await traceHas(echo.traceId, ['ingress', 'outbound']);
  });

  it('pushes metrics where that is asked for', async () => {
    await eventually('metrics arrive', () => sink.paths.includes('/v1/metrics'));

    expect(sink.bodies.filter((_body, index) => sink.paths[index] === '/v1/metrics').join('')).to.include(
      'tiktok_channel.webhook.deliveries',
    );
  });

  it('tells neither the words of people nor tokens', () => {
    const told = sink.bodies.join('\n');

    expect(told).to.include('/webhooks/tiktok');
    expect(told).to.not.match(/Is this a secret\?|act\.|rft\.|Bearer /);
  });

  it('leaves neither the words of people nor tokens nor secrets in a log', () => {
    const logs = readdirSync(system().logFolder).filter((file) => !file.startsWith('simulator'));
    const written = logs.map((file) => readFileSync(join(system().logFolder, file), 'utf8')).join('\n');

    expect(written).to.include('service.ready');
    expect(written).to.not.match(/Is this a secret\?|act\.|rft\.|Bearer /);
    expect(written).to.not.include(system().addresses.appSecret);
  });

  it('leaves neither tokens nor secrets in a database, nor in a record that waited there for its topic', async () => {
    const dumps = await Promise.all(
      system().databaseUrls.map(async (url) => {
        const { client, end } = openDatabase(url);
        const dump = await dumpDatabase({ client });
        await end();
        return dump;
      }),
    );

    for (const dump of dumps) {
      expect(dump).to.have.length.above(1_000);
      expect(dump).to.not.match(/\bact\.|\brft\.|Bearer /);
      expect(dump).to.not.include(system().addresses.appSecret);
    }
  });

  it('tells neither the code nor the state of an authorization', async () => {
    await eventually('the callback is told', () => sink.bodies.some((body) => body.includes('/tiktok/callback')));

    expect(sink.bodies.join('\n')).to.not.match(/[?&"](?:code|state)=(?!REDACTED)/);
  });
});
