/**
 * Intake against the bare limit and against the broker's own producer tool, in one run. Processor time per request is
 * compared within each round, so that whatever else the machine does falls on all of them alike; the median round counts.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { measureProducerTool, startKafka, startRegistry } from '@tiktok-channel/local';
import { createKafka } from '@tiktok-channel/platform/kafka';
import { registerSchemas, topics } from '@tiktok-channel/schemas';
import { type Aim, median, type Row, reportBench } from './bench.ts';
import type { LoadOrder, LoadResult } from './intake-load.ts';
import { type MeasuredServer, startServer } from './intake-server.ts';

const CONNECTIONS = [64, 256] as const;
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 7);
const REQUESTS = Number(process.env.BENCH_REQUESTS ?? 10_240);
/** Rounds that count for nothing but the records in the topic: the compiler is still at work. */
const WARM_UPS = 3;
const LARGEST_RATIO = 1.7;
const SECRET = 'a-secret-of-the-benchmark';
const TOOL_RECORDS = 200_000;
/** What one of intake's records is on the wire: value, key and headers. */
const RECORD_SIZE_BYTES = 1_200;

const silent = { debug() {}, info() {}, warn: console.error, error: console.error };

type Target = 'bare' | 'intake' | 'intake with telemetry';

interface Measurement extends LoadResult {
  readonly microsPerRequest: number;
}

const main = async (): Promise<void> => {
  const stops: (() => unknown)[] = [];
  try {
    await bench(stops);
  } finally {
    for (const stop of stops.toReversed()) await stop();
  }
};

const bench = async (stops: (() => unknown)[]): Promise<void> => {
  const [kafka, registry] = await Promise.all([startKafka({ way: 'process' }), startRegistry({ way: 'process' })]);
  stops.push(
    () => kafka.dispose(),
    () => registry.dispose(),
  );
  await registerSchemas({ url: registry.url });
  const sink = await startSink();
  stops.push(sink.stop);

  const intakes = {
    intake: await startIntake('off.', { OTEL_SDK_DISABLED: 'true' }),
    'intake with telemetry': await startIntake('on.', { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url }),
  };
  const bare = await startServer([join(import.meta.dirname, 'intake-bare.ts')], { TIKTOK_APP_SECRET: SECRET });
  stops.push(bare.stop, intakes.intake.stop, intakes['intake with telemetry'].stop);
  const servers: Readonly<Record<Target, MeasuredServer>> = { bare, ...intakes };

  async function startIntake(prefix: string, telemetry: Readonly<Record<string, string>>): Promise<MeasuredServer> {
    await createTopics(kafka.brokers, prefix);
    const main = join(import.meta.dirname, '../../services/ingress/src/main.ts');
    const register = '@tiktok-channel/platform/telemetry/register';
    return startServer(['--disable-warning=TimeoutNegativeWarning', '--import', register, main], {
      HOST: '127.0.0.1',
      PORT: '0',
      INTERNAL_PORT: '0',
      KAFKA_BROKERS: kafka.brokers,
      KAFKA_TOPIC_PREFIX: prefix,
      SCHEMA_REGISTRY_URL: registry.url,
      TIKTOK_APP_SECRET: SECRET,
      ...telemetry,
    });
  }

  const measurements = await measureRounds(servers);
  const stored = {
    intake: await recordsIn(kafka.brokers, 'off.'),
    'intake with telemetry': await recordsIn(kafka.brokers, 'on.'),
  };
  const tool: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    const topic = `tool.${topics.messages.name}`;
    if (round === 0) await createTopics(kafka.brokers, 'tool.');
    tool.push(
      await measureProducerTool({
        brokers: kafka.brokers,
        topic,
        records: TOOL_RECORDS,
        recordSizeBytes: RECORD_SIZE_BYTES,
      }),
    );
  }
  await report(measurements, stored, median(tool));
};

/** `${target} ${connections}` to one measurement a round; the warm-up round counts for `accepted` alone. */
interface Measurements {
  readonly of: ReadonlyMap<string, Measurement[]>;
  readonly accepted: ReadonlyMap<Target, number>;
  readonly others: number;
}

const measureRounds = async (servers: Readonly<Record<Target, MeasuredServer>>): Promise<Measurements> => {
  const of = new Map<string, Measurement[]>();
  const accepted = new Map<Target, number>();
  let others = 0;
  for (let round = -WARM_UPS; round < ROUNDS; round += 1) {
    for (const connections of CONNECTIONS) {
      for (const target of rotated(Object.keys(servers) as Target[], round)) {
        const measured = await measure(servers[target], connections, `${round + WARM_UPS}-${connections}`);
        accepted.set(target, (accepted.get(target) ?? 0) + measured.accepted);
        others += measured.others;
        if (round < 0) continue;
        const name = `${target} ${connections}`;
        of.set(name, [...(of.get(name) ?? []), measured]);
      }
    }
    console.log(round < 0 ? 'warmed up' : `round ${round + 1} of ${ROUNDS}`);
  }
  return { of, accepted, others };
};

/** Each target is first in turn. */
const rotated = <T>(items: readonly T[], by: number): readonly T[] => {
  const start = ((by % items.length) + items.length) % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
};

const measure = async (server: MeasuredServer, connections: number, run: string): Promise<Measurement> => {
  const generator = fork(join(import.meta.dirname, 'intake-load.ts'));
  const order: LoadOrder = {
    url: server.url,
    secret: SECRET,
    connections,
    requestsPerConnection: REQUESTS / connections,
    run,
  };
  await ask(generator, order);
  const before = await server.cpuMicros();
  const result = (await ask(generator, 'go')) as LoadResult;
  const after = await server.cpuMicros();
  const exit = once(generator, 'exit');
  generator.disconnect();
  await exit;
  return { ...result, microsPerRequest: (after - before) / result.accepted };
};

const ask = async (child: ChildProcess, message: LoadOrder | 'go'): Promise<unknown> => {
  const answer = once(child, 'message');
  child.send(message);
  return (await answer)[0];
};

const createTopics = async (brokers: string, topicPrefix: string): Promise<void> => {
  const admin = createKafka({
    settings: { brokers: [brokers], clientId: 'bench', topicPrefix },
    logger: silent,
  }).createAdmin();
  await admin.start();
  const written = [topics.messages, topics.statuses, topics.webhooksUnrecognized];
  await admin.ensureTopics(written.map(({ name, partitions }) => ({ topic: name, partitions })));
  await admin.stop();
};

const recordsIn = async (brokers: string, topicPrefix: string): Promise<number> => {
  const admin = createKafka({
    settings: { brokers: [brokers], clientId: 'bench', topicPrefix },
    logger: silent,
  }).createAdmin();
  await admin.start();
  const ends = await admin.endOffsets(topics.messages.name);
  await admin.stop();
  return Number([...ends.values()].reduce((sum, end) => sum + end, 0n));
};

/** Takes spans and forgets them. */
const startSink = async (): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> => {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
};

const report = async (
  { of, accepted, others }: Measurements,
  stored: Readonly<Record<Exclude<Target, 'bare'>, number>>,
  toolPerSecond: number,
): Promise<void> => {
  const rows: Row[] = [];
  const aims: Aim[] = [];
  const valuesOf = (target: Target, connections: number) => of.get(`${target} ${connections}`) ?? [];
  for (const connections of CONNECTIONS) {
    const at = `at ${connections} connections`;
    for (const target of ['bare', 'intake', 'intake with telemetry'] as const) {
      const values = valuesOf(target, connections);
      const take = (pick: (value: Measurement) => number) => median(values.map(pick));
      rows.push(
        { what: `${target} ${at}: processor time`, value: take((value) => value.microsPerRequest), unit: 'µs/request' },
        { what: `${target} ${at}: accepted`, value: take((value) => value.accepted / value.seconds), unit: '/s' },
        { what: `${target} ${at}: median`, value: take((value) => value.medianMs), unit: 'ms' },
        { what: `${target} ${at}: 99th percentile`, value: take((value) => value.p99Ms), unit: 'ms' },
      );
    }
    const ratios = (target: Target) =>
      valuesOf(target, connections).map(
        ({ microsPerRequest }, round) =>
          microsPerRequest / (valuesOf('bare', connections)[round]?.microsPerRequest ?? Number.NaN),
      );
    const off = ratios('intake');
    rows.push(
      { what: `intake to bare ${at}: lowest`, value: Math.min(...off), unit: '×' },
      { what: `intake to bare ${at}: highest`, value: Math.max(...off), unit: '×' },
      { what: `intake with telemetry to bare ${at}`, value: median(ratios('intake with telemetry')), unit: '×' },
    );
    aims.push({
      what: `intake to bare ${at}`,
      aim: `at most ${LARGEST_RATIO} ×`,
      value: median(off),
      holds: median(off) <= LARGEST_RATIO,
    });
  }
  rows.push({ what: "the broker's producer tool", value: toolPerSecond, unit: 'records/s' });
  for (const target of ['intake', 'intake with telemetry'] as const) {
    const missing = (accepted.get(target) ?? 0) - stored[target];
    rows.push({ what: `${target}: answered 200`, value: accepted.get(target) ?? 0, unit: '' });
    rows.push({ what: `${target}: records in the topic`, value: stored[target], unit: '' });
    aims.push({ what: `${target}: answered 200 without a record`, aim: '0', value: missing, holds: missing === 0 });
  }
  aims.push({ what: 'requests not answered 200', aim: '0', value: others, holds: others === 0 });
  await reportBench('intake', rows, aims);
};

await main();
