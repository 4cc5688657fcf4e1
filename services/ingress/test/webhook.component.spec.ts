import { connect } from 'node:net';
import { eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import fc from 'fast-check';
import { createTestIngress, OLDER_SECRET, signatureOf } from './support.ts';

const BODY =
  '{"client_key":"7300000000000000001","event":"im_receive_msg","create_time":1767225599,"user_openid":"biz-open-id-1","content":"{\\"from\\":\\"mia.shopper\\",\\"to\\":\\"acme.store\\",\\"unique_identifier\\":\\"u-7f3a\\",\\"from_user\\":{\\"id\\":\\"u-7f3a\\",\\"role\\":\\"personal_account\\"},\\"to_user\\":{\\"id\\":\\"biz-open-id-1\\",\\"role\\":\\"business_account\\"},\\"conversation_id\\":\\"CONV+a/b==\\",\\"message_id\\":\\"MSG-0001\\",\\"timestamp\\":1767225599120,\\"type\\":\\"text\\",\\"text\\":{\\"body\\":\\"Hi\\"}}"}';
const T = 1_767_225_600;

const ingress = createTestIngress(T * 1_000);
const { published, log } = ingress;

const sign = (body: string | Buffer, options: { readonly t?: number; readonly secret?: string } = {}): string =>
  signatureOf(body, { t: T, ...options });

const deliver = async (
  body: string | Buffer,
  { signature = sign(body), method = 'POST' }: { signature?: string | null; method?: string } = {},
) => {
  const response = await fetch(`${ingress.addresses().public}/webhooks/tiktok`, {
    method,
    ...(method === 'GET' ? {} : { body: new Uint8Array(Buffer.from(body)) }),
    headers: signature === null ? {} : { 'Tiktok-Signature': signature },
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, code: text === '' ? null : JSON.parse(text).code };
};

describe('the webhook', () => {
  before(() => ingress.lifecycle.start());
  after(() => ingress.lifecycle.stop());
  beforeEach(() => ingress.reset());

  it('takes the documented example with its documented signature', async () => {
    const signature = `t=${T},s=876bbb1254417e7897dc6a2b27c83f79a1826ab3ed9aa937320825464ffd6d66`;

    expect((await deliver(BODY, { signature })).status).to.equal(200);
    expect(published.map(({ type }) => type)).to.deep.equal(['MessageReceived']);
  });

  for (const [what, signature] of [
    ['with a space after the comma', sign(BODY).replace(',', ', ')],
    ['with its parts the other way round', sign(BODY).split(',').reverse().join(',')],
    ['with an unknown part beside', `v=2,${sign(BODY)}`],
    ['of an older secret, while it is being rotated', sign(BODY, { secret: OLDER_SECRET })],
    ['from five minutes ago', sign(BODY, { t: T - 300 })],
    ['from five minutes ahead', sign(BODY, { t: T + 300 })],
  ] as const) {
    it(`takes a signature ${what}`, async () => {
      expect((await deliver(BODY, { signature })).status).to.equal(200);
    });
  }

  for (const [what, signature, code] of [
    ['no signature', null, 'signature_missing'],
    ['a signature without a stamp', 's=00', 'signature_malformed'],
    ['a stamp that is no number', sign(BODY).replace(/t=\d+/, 't=soon'), 'signature_malformed'],
    ['a signature of another body', sign(`${BODY} `), 'signature_mismatch'],
    ['a signature of a foreign secret', sign(BODY, { secret: 'another-secret' }), 'signature_mismatch'],
    ['a stale signature', sign(BODY, { t: T - 301 }), 'signature_stale'],
    ['a future signature', sign(BODY, { t: T + 301 }), 'signature_future'],
  ] as const) {
    it(`answers 401 to ${what}, and publishes nothing`, async () => {
      const { status, code: answered } = await deliver(BODY, { signature });

      expect([status, answered]).to.deep.equal([401, code]);
      expect(published).to.deep.equal([]);
    });
  }

  it('refuses a body of which any byte was changed', async () => {
    const bytes = Buffer.from(BODY);
    const signature = sign(BODY);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ flip;
        expect((await deliver(changed, { signature })).status).to.equal(401);
      }),
      { seed: 1, numRuns: 50 },
    );
  });

  it('answers 413 to a body that is too large, signed or not', async () => {
    const body = 'x'.repeat(2001);

    expect([(await deliver(body)).code, (await deliver(body, { signature: null })).status]).to.deep.equal([
      'body_too_large',
      413,
    ]);
  });

  it('answers 413 to a body that does not tell its length and is too large', async () => {
    const body = new ReadableStream({
      start(controller) {
        for (let chunk = 0; chunk < 3; chunk += 1) controller.enqueue(Buffer.alloc(1_000, 'x'));
        controller.close();
      },
    });
    const address = `${ingress.addresses().public}/webhooks/tiktok`;

    expect((await fetch(address, { method: 'POST', body, duplex: 'half' })).status).to.equal(413);
  });

  it('takes a delivery whatever query its address has', async () => {
    const response = await fetch(`${ingress.addresses().public}/webhooks/tiktok?a=1`, {
      method: 'POST',
      body: BODY,
      headers: { 'Tiktok-Signature': sign(BODY) },
    });

    expect(response.status).to.equal(200);
  });

  it('reads the rest of a body that is too large, so that its sender sees the answer and goes on', async () => {
    const socket = connect(Number(new URL(ingress.addresses().public).port), '127.0.0.1');
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk;
    });
    try {
      socket.write(`POST /webhooks/tiktok HTTP/1.1\r\nHost: a\r\nContent-Length: 3000\r\n\r\n${'x'.repeat(2500)}`);
      await eventually('the body is refused', () => received.includes(' 413 '));
      socket.write(`${'x'.repeat(500)}GET /webhooks/tiktok HTTP/1.1\r\nHost: a\r\n\r\n`);

      await eventually('the next request is answered', () => received.includes(' 405 '));
    } finally {
      socket.destroy();
    }
  });

  for (const method of ['GET', 'PUT', 'DELETE']) {
    it(`answers 405 to ${method}, and names POST`, async () => {
      const { status, headers } = await deliver(BODY, { method });

      expect([status, headers.get('allow')]).to.deep.equal([405, 'POST']);
    });
  }

  it('answers 200 to what it cannot read, and publishes it whole', async () => {
    const body = Buffer.from([0xff, 0xfe, 0x00, 0x7b]);

    expect((await deliver(body)).status).to.equal(200);
    expect(published[0]).to.have.nested.property('record.rawBody').that.deep.equals(body);
  });

  for (const reason of ['buffer_full', 'deadline_exceeded', 'stopped', 'record_refused'] as const) {
    it(`answers 503 with Retry-After when the event was not stored: ${reason}`, async () => {
      ingress.failWith(reason);
      const { status, headers } = await deliver(BODY);

      expect([status, headers.get('retry-after')]).to.deep.equal([503, '5']);
    });
  }

  it('survives a sender that goes away in the middle of the body', async () => {
    const { port } = new URL(ingress.addresses().public);
    const before = log.length;
    const socket = connect(Number(port), '127.0.0.1');
    socket.write('POST /webhooks/tiktok HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf');
    await eventually('the half was sent', () => socket.bytesWritten > 0 && !socket.connecting);
    socket.destroy();

    expect((await deliver(BODY)).status).to.equal(200);
    expect(log.slice(before).filter(({ level }) => level === 'error')).to.deep.equal([]);
  });

  it('tells the words of nobody, whatever happens', async () => {
    ingress.failWith('defect');
    await deliver(BODY.replace('Hi', 'hunter2'));
    ingress.reset();
    await deliver(BODY.replace('"type', 'hunter2'));

    expect(JSON.stringify(log)).to.not.include('hunter2');
  });

  it('stores what is under way when it is told to stop, and says that the connection ends', async () => {
    const own = createTestIngress(T * 1_000);
    await own.lifecycle.start();
    const { port } = new URL(own.addresses().public);
    const socket = connect(Number(port), '127.0.0.1');
    const nextAnswer = () => new Promise<string>((resolve) => socket.once('data', (data) => resolve(data.toString())));
    const begun = nextAnswer();
    socket.write(
      `POST /webhooks/tiktok HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nTiktok-Signature: ${sign('{}')}\r\nContent-Length: 2\r\n\r\n`,
    );
    expect(await begun).to.match(/^HTTP\/1\.1 100 /);
    const answer = nextAnswer();
    const stopped = own.lifecycle.stop();
    socket.write('{}');

    expect(await answer).to.match(/^HTTP\/1\.1 200 [\s\S]*\r\nConnection: close\r\n/);
    expect(own.published).to.have.lengthOf(1);
    await stopped;
  });
});
