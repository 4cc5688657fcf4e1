import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { composeIngress, type Ingress, readIngressSettings } from '@tiktok-channel/ingress';
import { createRecordingLogger } from '@tiktok-channel/platform/testing';
import { type Codec, createCodec, topics, type WebhookUnrecognized } from '@tiktok-channel/schemas';
import { expect } from 'chai';
import { textDelivery } from '../support/deliveries.ts';
import { type TestKafka, testKafka } from '../support/kafka.ts';
import { hasStackTrace, NOBODY, runCommand } from '../support/operator.ts';

const SECRET = 'reparse-app-secret';
const ARRIVED_AT = 1_767_225_600_000;

/** A delivery that an older version could not read, and today's can. */
const readable = (messageId: string): Partial<WebhookUnrecognized> => ({
  rawBody: Buffer.from(
    textDelivery({ business: 'biz-1', conversationId: 'CONV+a/b==', messageId, text: 'Hi', at: ARRIVED_AT - 1_000 }),
  ),
  reason: 'unsupported_message_type',
});
/** One that today's version cannot read either. */
const unreadable: Partial<WebhookUnrecognized> = {
  rawBody: Buffer.from('{"event":"im_receive_hologram","user_openid":"biz-2","content":"{}"}'),
  channelId: 'biz-2',
  reason: 'unknown_event',
};

describe('tiktok-channel webhooks reparse', () => {
  let test: TestKafka;
  let codec: Codec;

  const unrecognized = (overrides: Partial<WebhookUnrecognized>) => ({
    topic: topics.webhooksUnrecognized.name,
    key: overrides.channelId ?? 'biz-1',
    value: codec.encode('WebhookUnrecognized', {
      channelId: 'biz-1',
      event: 'im_receive_msg',
      reason: 'unknown_event',
      detail: null,
      rawBody: null,
      logId: 'log-of-then',
      receivedAt: ARRIVED_AT,
      ...overrides,
    }),
    headers: {},
  });
  const reparse = (ingress: string, ...args: readonly string[]) =>
    runCommand(['webhooks', 'reparse', '--as', 'olga', ...args], {
      KAFKA_BROKERS: test.settings.brokers.join(','),
      KAFKA_TOPIC_PREFIX: test.settings.topicPrefix,
      SCHEMA_REGISTRY_URL: process.env.SCHEMA_REGISTRY_URL,
      INGRESS_INTERNAL_URL: ingress,
      TIKTOK_APP_SECRET: `${SECRET},an-older-secret`,
    });

  before(async () => {
    codec = await createCodec({
      registry: { url: process.env.SCHEMA_REGISTRY_URL ?? '' },
      writes: ['WebhookUnrecognized'],
    });
  });
  beforeEach(async () => {
    test = testKafka();
    for (const { name, partitions } of Object.values(topics)) await test.createTopic(name, { partitions });
  });

  describe('with today’s ingress', () => {
    let ingress: Ingress;

    beforeEach(async () => {
      ingress = composeIngress({
        settings: readIngressSettings({
          HOST: '127.0.0.1',
          PORT: '0',
          INTERNAL_PORT: '0',
          KAFKA_BROKERS: test.settings.brokers.join(','),
          KAFKA_TOPIC_PREFIX: test.settings.topicPrefix,
          SCHEMA_REGISTRY_URL: process.env.SCHEMA_REGISTRY_URL,
          TIKTOK_APP_SECRET: SECRET,
        }),
        logger: createRecordingLogger(),
      });
      await ingress.lifecycle.start();
      await test.send([
        ...Array.from({ length: 20 }, (_, index) => unrecognized(readable(`MSG-${index}`))),
        unrecognized(unreadable),
        unrecognized({ rawBody: null }),
        { topic: topics.webhooksUnrecognized.name, key: 'k', value: Buffer.from('no avro'), headers: {} },
      ]);
    });
    afterEach(() => ingress.lifecycle.stop());

    it('makes events of what can be read now, as the webhook would have, and says what still cannot', async () => {
      const result = await reparse(ingress.addresses().internal, '--why', 'version 2 reads more');
      const messages = await test.read(topics.messages.name, 20);

      expect(result.code, result.stderr).to.equal(0);
      expect(result.stdout)
        .to.match(/^20 +became MessageReceived$/m)
        .and.match(/^1 +still not read: \w+$/m);
      expect(result.stdout)
        .to.match(/^1 +blanked/m)
        .and.match(/^1 +are no record/m);
      expect(result.stdout).to.include('22 deliveries: 20 read now, 1 still not');
      const [first] = messages;
      const decoded = await codec.decode(first?.value ?? null);
      expect(messages).to.have.length(20);
      expect(decoded.name === 'MessageReceived' && decoded.value).to.include({
        receivedAt: ARRIVED_AT,
        logId: 'log-of-then',
      });
    });

    it('may be repeated: what becomes of a delivery has the same id, and what cannot be read is not written again', async () => {
      await reparse(ingress.addresses().internal, '--why', 'once');
      await reparse(ingress.addresses().internal, '--why', 'twice');
      const messages = await test.read(topics.messages.name, 40);
      const left = await test.read(topics.webhooksUnrecognized.name, 23);

      expect(new Set(messages.map(({ headers }) => headers.ce_id)).size).to.equal(20);
      expect(left).to.have.length(23);
    });

    it('puts on record who did it and why', async () => {
      await reparse(ingress.addresses().internal, '--why', 'version 2 reads more');
      const [act] = await test.read(topics.audit.name, 1);
      const decoded = await codec.decode(act?.value ?? null);

      expect(act?.headers).to.include({
        ce_source: '/tiktok-channel/operator',
        ce_type: 'tiktok.audit.v1.OperatorActed',
      });
      expect(decoded.name === 'OperatorActed' && decoded.value).to.include({
        actor: 'olga',
        role: 'operator',
        action: 'webhooks.reparse_started',
        subject: topics.webhooksUnrecognized.name,
        reason: 'version 2 reads more',
      });
    });

    it('gives nothing and puts nothing on record when it is only to count', async () => {
      const result = await reparse(ingress.addresses().internal, '--dry-run', '--json');

      expect(result.code, result.stderr).to.equal(0);
      expect(JSON.parse(result.stdout)).to.deep.include({
        matched: 22,
        readNow: 0,
        unrecognized: { unsupported_message_type: 20, unknown_event: 1 },
        blanked: 1,
        undecodable: 1,
      });
      expect(await endOf(test, topics.messages.name)).to.equal(0n);
      expect(await endOf(test, topics.audit.name)).to.equal(0n);
    });

    for (const [filter, matched] of [
      [['--channel', 'biz-2'], 1],
      [['--reason', 'unsupported_message_type'], 20],
      [['--since', '2020-01-01'], 22],
      [['--since', '2100-01-01T00:00:00Z'], 0],
    ] as const) {
      it(`takes only what is meant by ${filter.join(' ')}`, async () => {
        const result = await reparse(ingress.addresses().internal, '--dry-run', '--json', ...filter);

        expect(JSON.parse(result.stdout).matched).to.equal(matched);
      });
    }
  });

  it('signs each delivery anew, with its arrival and its log id, and gives it again while ingress answers 503', async () => {
    const delivery = readable('MSG-1');
    await test.send([unrecognized(delivery)]);
    const seen: { readonly headers: IncomingMessage['headers']; readonly body: string }[] = [];
    const server = await fakeIngress((headers, body) => {
      seen.push({ headers, body });
      return seen.length < 3 ? [503, {}] : [200, { kind: 'published', events: [{ type: 'a.v1.B', id: '1' }] }];
    });

    const result = await reparse(server.url, '--why', 'because');
    server.close();

    expect(result.code, result.stderr).to.equal(0);
    expect(seen).to.have.length(3);
    const { headers, body } = seen[2] ?? { headers: {}, body: '' };
    const [, t, s] = /^t=(\d+),s=([0-9a-f]{64})$/.exec(String(headers['tiktok-signature'])) ?? [];
    expect(body).to.equal(delivery.rawBody?.toString());
    expect(s).to.equal(createHmac('sha256', SECRET).update(`${t}.${body}`).digest('hex'));
    expect(Math.abs(Number(t) - Date.now() / 1_000)).to.be.lessThan(60);
    expect(headers).to.include({ 'x-tt-logid': 'log-of-then', 'x-received-at': String(ARRIVED_AT) });
  });

  it('ends with what to do when ingress refuses the signature, is away, or is something else', async () => {
    await test.send([unrecognized(readable('MSG-1'))]);
    const refusing = await fakeIngress(() => [401, { code: 'signature_mismatch' }]);
    const other = await fakeIngress(() => [404, {}]);

    const results = [
      await reparse(refusing.url, '--why', 'because'),
      await reparse(other.url, '--why', 'because'),
      await reparse(`http://${NOBODY}`, '--why', 'because'),
    ];
    refusing.close();
    other.close();

    expect(results.map(({ code }) => code)).to.deep.equal([1, 1, 1]);
    expect(results[0]?.stderr).to.include('TIKTOK_APP_SECRET');
    expect(results[1]?.stderr).to.include('INGRESS_INTERNAL_URL');
    expect(results[2]?.stderr).to.include('ingress takes no deliveries');
    expect(results.some(hasStackTrace)).to.equal(false);
  });

  it('gives nothing when the act cannot be put on record', async () => {
    const empty = testKafka();
    await empty.createTopic(topics.webhooksUnrecognized.name);
    await empty.send([unrecognized(readable('MSG-1'))]);
    test = empty;
    let calls = 0;
    const server = await fakeIngress(() => {
      calls += 1;
      return [200, {}];
    });

    const result = await reparse(server.url, '--why', 'because');
    server.close();

    expect(result.code).to.equal(1);
    expect(result.stderr).to.include('nothing was done');
    expect(calls).to.equal(0);
  });

  it('asks why, and who where the system does not say', async () => {
    const withoutWhy = await reparse('http://127.0.0.1:1');

    expect(withoutWhy.code).to.equal(2);
    expect(withoutWhy.stderr).to.include('--why');
  });
});

type Answer = readonly [status: number, body: object];

const fakeIngress = async (answer: (headers: IncomingMessage['headers'], body: string) => Answer) => {
  const server: Server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const [status, body] = answer(request.headers, Buffer.concat(chunks).toString());
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() };
};

const endOf = async ({ kafka }: TestKafka, topic: string): Promise<bigint> => {
  const admin = kafka.createAdmin();
  await admin.start();
  const ends = await admin.endOffsets(topic);
  await admin.stop();
  return ends.values().reduce((sum, end) => sum + end, 0n);
};
