import { eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { drive } from '../support/driver.ts';
import { startSpanSink } from '../support/span-sink.ts';
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
  }));

  it('follows one message from the webhook to the projection in one trace', async () => {
    const driver = drive(system().addresses);
    const business = await driver.connect();
    const { conversationId, messageId } = await driver
      .customer(business)
      .send({ type: 'text', text: 'Is this a secret?' });
    await driver.messageIs(conversationId, messageId);

    const services = await eventually('one trace holds spans of both services', () => {
      const published = sink.spans.filter(({ service, name }) => service === 'ingress' && name.startsWith('send '));
      return published
        .map(
          ({ traceId }) => new Set(sink.spans.filter((span) => span.traceId === traceId).map(({ service }) => service)),
        )
        .find((found) => found.has('conversation'));
    });

    expect([...services]).to.include.members(['ingress', 'conversation']);
  });

  it('tells neither the words of people nor tokens', () => {
    const told = sink.bodies.join('\n');

    expect(told).to.include('/webhooks/tiktok');
    expect(told).to.not.match(/Is this a secret\?|act\.|rft\.|Bearer /);
  });

  it('tells neither the code nor the state of an authorization', async () => {
    await eventually('the callback is told', () => sink.bodies.some((body) => body.includes('/tiktok/callback')));

    expect(sink.bodies.join('\n')).to.not.match(/[?&"](?:code|state)=(?!REDACTED)/);
  });
});
