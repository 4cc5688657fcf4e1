import { createHmac } from 'node:crypto';
import { createManualClock, createRecordingLogger } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { PublishError, type PublishErrorCode } from '../src/application/ports.ts';
import { composeIngress, readIngressSettings } from '../src/compose.ts';
import type { WebhookEvent } from '../src/domain/events.ts';
import { RECEIVED_AT, rawBodyOf, read } from './fixtures/fixtures.ts';

const SECRET = 'demo-app-secret';
/** Long after the delivery first arrived. */
const NOW = RECEIVED_AT + 30 * 24 * 3_600_000;

const clock = createManualClock(NOW);
const logger = createRecordingLogger();
const published: WebhookEvent[] = [];
let failure: PublishErrorCode | null = null;

const ingress = composeIngress({
  settings: readIngressSettings({
    HOST: '127.0.0.1',
    PORT: '0',
    INTERNAL_PORT: '0',
    KAFKA_BROKERS: 'nowhere:1',
    SCHEMA_REGISTRY_URL: 'http://nowhere',
    TIKTOK_APP_SECRET: SECRET,
    WEBHOOK_MAX_BODY_BYTES: '2000',
  }),
  logger,
  clock,
  publisher: {
    name: 'publisher',
    publish: async (events) => {
      if (failure !== null) throw new PublishError(failure);
      published.push(...events);
    },
  },
});

const sign = (body: Buffer, { atMs = NOW, secret = SECRET } = {}): string => {
  const t = Math.floor(atMs / 1_000);
  return `t=${t},s=${createHmac('sha256', secret).update(`${t}.`).update(body).digest('hex')}`;
};

const redeliver = async (body: Buffer, headers: Readonly<Record<string, string>> = {}, method = 'POST') => {
  const response = await fetch(`${ingress.addresses().internal}/internal/v1/redeliveries`, {
    method,
    ...(method === 'GET' ? {} : { body: new Uint8Array(body) }),
    headers: {
      'tiktok-signature': sign(body),
      'x-tt-logid': 'log-1',
      'x-received-at': String(RECEIVED_AT),
      ...headers,
    },
  });
  return { status: response.status, answer: JSON.parse(await response.text()) };
};

describe('a delivery that an operator gives back', () => {
  before(() => ingress.lifecycle.start());
  after(() => ingress.lifecycle.stop());
  beforeEach(() => {
    published.length = 0;
    failure = null;
  });

  it('is published as it would have been at its arrival, and its events are named', async () => {
    const events = read('reactions-several');
    const { status, answer } = await redeliver(rawBodyOf('reactions-several'));

    expect(status).to.equal(200);
    expect(answer).to.deep.equal({ kind: 'published', events: events.map(({ type, id }) => ({ type, id })) });
    expect(published).to.deep.equal([...events]);
  });

  it('may have come without a log id', async () => {
    await redeliver(rawBodyOf('text'), { 'x-tt-logid': '' });

    expect(published[0]?.record).to.include({ logId: null, receivedAt: RECEIVED_AT });
  });

  it('is not published again when it still cannot be read, and the answer says why', async () => {
    const { status, answer } = await redeliver(rawBodyOf('message-without-id'));

    expect([status, published]).to.deep.equal([200, []]);
    expect(answer).to.deep.equal({
      kind: 'unrecognized',
      reason: 'invalid_content',
      detail: 'content.message_id',
    });
  });

  const body = rawBodyOf('text');
  for (const [what, headers, status, code] of [
    ['without a signature', { 'tiktok-signature': '' }, 401, 'signature_missing'],
    [
      'with the signature of its arrival',
      { 'tiktok-signature': sign(body, { atMs: RECEIVED_AT }) },
      401,
      'signature_stale',
    ],
    ['signed by another secret', { 'tiktok-signature': sign(body, { secret: 'other' }) }, 401, 'signature_mismatch'],
    ['without its arrival', { 'x-received-at': '' }, 400, 'invalid_request'],
    ['with an arrival in seconds', { 'x-received-at': '1767225600' }, 400, 'invalid_request'],
    ['with an arrival that is no number', { 'x-received-at': 'yesterday' }, 400, 'invalid_request'],
  ] as const) {
    it(`is refused ${what}, and nothing is published`, async () => {
      const { status: answered, answer } = await redeliver(body, headers);

      expect([answered, answer.code, published]).to.deep.equal([status, code, []]);
    });
  }

  it('is told which header is wrong', async () => {
    expect((await redeliver(body, { 'x-received-at': '1' })).answer.errors[0].field).to.equal('x-received-at');
  });

  it('is answered 413 when it is too large', async () => {
    expect((await redeliver(Buffer.alloc(2_001))).answer.code).to.equal('body_too_large');
  });

  it('is answered 405 to another method', async () => {
    expect((await redeliver(body, {}, 'GET')).status).to.equal(405);
  });

  for (const code of ['buffer_full', 'deadline_exceeded', 'stopped', 'record_refused'] as const) {
    it(`is answered 503 when it could not be stored: ${code}`, async () => {
      failure = code;

      expect((await redeliver(body)).status).to.equal(503);
    });
  }

  it('is not on the public port', async () => {
    const response = await fetch(`${ingress.addresses().public}/internal/v1/redeliveries`, {
      method: 'POST',
      body: '{}',
    });

    expect(response.status).to.equal(404);
  });

  it('is logged by its ids and never by its words', async () => {
    const before = logger.lines.length;
    await redeliver(rawBodyOf('text'));
    const lines = logger.lines.slice(before);

    expect(lines).to.deep.equal([
      {
        level: 'info',
        event: 'redelivery.published',
        fields: { eventId: read('text')[0].id, type: 'MessageReceived', count: 1, logId: 'log-1' },
        error: undefined,
      },
    ]);
  });
});
