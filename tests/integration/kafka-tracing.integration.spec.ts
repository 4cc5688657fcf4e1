import { context, propagation, SpanKind, trace } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { InMemorySpanExporter, type ReadableSpan, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import type { OutgoingRecord, Producer } from '@tiktok-channel/platform/kafka';
import { eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { numberedRecords, type TestKafka, testKafka, textConsumer } from '../support/kafka.ts';
import { createPositionStore } from '../support/position-store.ts';

const recordOf = (value: string, headers: Record<string, string> = {}): OutgoingRecord => ({
  topic: 'texts',
  key: null,
  value: Buffer.from(value),
  headers,
});

describe('a trace', () => {
  const exporter = new InMemorySpanExporter();
  const tracer = trace.getTracer('spec');
  let sdk: NodeSDK;
  let test: TestKafka;
  let producer: Producer;

  const spansOf = (name: string): readonly ReadableSpan[] =>
    exporter.getFinishedSpans().filter((span) => span.name === name);

  /** Sends as a request would, in a span of its own; resolves with its trace id. */
  const sendTraced = (record: OutgoingRecord): Promise<string> =>
    tracer.startActiveSpan('request', async (span) => {
      await producer.send([record]);
      span.end();
      return span.spanContext().traceId;
    });

  before(() => {
    sdk = new NodeSDK({
      spanProcessors: [new SimpleSpanProcessor({ exporter })],
      instrumentations: [],
      metricReaders: [],
    });
    sdk.start();
  });

  beforeEach(async () => {
    exporter.reset();
    test = testKafka();
    await test.createTopic('texts');
    producer = test.kafka.createProducer();
    await producer.start();
  });

  afterEach(() => producer.stop());

  after(async () => {
    await sdk.shutdown();
    for (const api of [trace, propagation, context]) api.disable();
  });

  it('goes from the caller over the topic into the handler, also when callers share a batch', async () => {
    const handled = new Map<string, string | undefined>();
    const consumer = textConsumer(test, {
      maxBatchRecords: 1,
      apply: async ({ records }) => {
        for (const { value } of records) handled.set(value, trace.getSpanContext(context.active())?.traceId);
        return { kind: 'done' };
      },
    });
    await consumer.start();

    const traceIds = await Promise.all(['a', 'b', 'c'].map((value) => sendTraced(recordOf(value))));
    await eventually('all', () => handled.size === 3);
    await consumer.stop();

    expect(new Set(traceIds).size).to.equal(3);
    expect([...handled.values()].toSorted()).to.deep.equal(traceIds.toSorted());
    const sent = spansOf('send texts');
    const processed = spansOf('process texts');
    expect(sent.map(({ kind }) => kind)).to.deep.equal(Array(3).fill(SpanKind.PRODUCER));
    expect(processed.map((span) => span.parentSpanContext?.spanId).toSorted()).to.deep.equal(
      sent.map((span) => span.spanContext().spanId).toSorted(),
    );
  });

  it('has a span for each record of a larger batch, whose own span links to them', async () => {
    const traceIds = await Promise.all(['a', 'b', 'c'].map((value) => sendTraced(recordOf(value))));
    const store = createPositionStore();
    const consumer = textConsumer(test, store);
    await consumer.start();
    await eventually('all', () => store.applied.length === 3);
    await consumer.stop();

    const [batch] = spansOf('process texts').filter(({ links }) => links.length > 0);
    const processed = spansOf('process texts').filter((span) => span !== batch);
    expect(processed.map((span) => span.spanContext().traceId).toSorted()).to.deep.equal(traceIds.toSorted());
    expect(batch?.links.map((link) => link.context.spanId)).to.have.members(
      processed.map((span) => span.spanContext().spanId),
    );
  });

  it('that a record carries is kept: an outbox sends later than what caused it', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

    await sendTraced(recordOf('stored', { traceparent }));

    const [record] = await test.read('texts', 1);
    expect(record?.headers).to.deep.equal({ traceparent });
  });

  it('costs nothing where there is none', async () => {
    const store = createPositionStore();
    const consumer = textConsumer(test, store);
    await consumer.start();

    await producer.send(numberedRecords('texts', 0, 3));
    await eventually('all', () => store.applied.length === 3);
    await consumer.stop();

    const [record] = await test.read('texts', 1);
    expect(record?.headers).to.deep.equal({});
    expect(exporter.getFinishedSpans()).to.deep.equal([]);
  });
});
