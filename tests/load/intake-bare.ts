/**
 * The limit that intake is compared with: Node's own HTTP, the HMAC and both JSON parses, and an answer after a timer of
 * 2 ms in place of a broker. No validation, no ids, no Avro, no Kafka.
 */
import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const key = createSecretKey(process.env.TIKTOK_APP_SECRET ?? '', 'utf8');
const SIGNATURE = /^t=(\d+),s=([0-9a-f]{64})$/;
const OK_HEADERS = { 'content-length': '0' };

const isSigned = (header: string | string[] | undefined, body: Buffer): boolean => {
  const [, timestamp = '', digest = ''] = SIGNATURE.exec(String(header)) ?? [];
  const expected = createHmac('sha256', key).update(`${timestamp}.`).update(body).digest();
  return timingSafeEqual(expected, Buffer.from(digest, 'hex'));
};

const server = createServer({ keepAliveTimeout: 75_000, noDelay: true }, (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
    if (!isSigned(request.headers['tiktok-signature'], body)) {
      response.writeHead(401).end();
      return;
    }
    const envelope = JSON.parse(body.toString());
    const content = JSON.parse(envelope.content);
    setTimeout(() => response.writeHead(content.message_id ? 200 : 500, OK_HEADERS).end(), 2);
  });
});
server.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ event: 'service.ready', port: (server.address() as AddressInfo).port }));
});
