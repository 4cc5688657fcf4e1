import { createRequire } from 'node:module';
import { expect } from 'chai';
import fc from 'fast-check';
import { frameRequest } from './request-frame.ts';

const require = createRequire(import.meta.url);

type Frame = typeof frameRequest;

/** kafkajs's own: loaded anew, since the room may have replaced it for this process. */
const loadKafkaJsFrame = (): Frame => {
  const path = require.resolve('kafkajs/src/protocol/request.js');
  const replaced = require.cache[path];
  delete require.cache[path];
  const frame = require(path);
  require.cache[path] = replaced;
  return frame;
};

describe('the frame of a request', () => {
  const kafkaJsFrame = loadKafkaJsFrame();
  const Encoder = require('kafkajs/src/protocol/encoder.js');

  it('has the bytes that kafkajs would write', () =>
    fc.assert(
      fc.asyncProperty(
        fc.record({
          correlationId: fc.nat(),
          clientId: fc.string({ unit: 'binary' }),
          apiKey: fc.nat({ max: 60 }),
          apiVersion: fc.nat({ max: 12 }),
          payload: fc.uint8Array({ maxLength: 2_000 }).map((bytes) => Buffer.from(bytes)),
          room: fc.nat({ max: 60 }),
        }),
        async ({ correlationId, clientId, apiKey, apiVersion, payload, room }) => {
          const whole = Buffer.concat([Buffer.alloc(room), payload]);
          const framed = (encode: () => Promise<{ readonly buffer: Buffer }>) => ({
            correlationId,
            clientId,
            request: { apiKey, apiVersion, encode },
          });
          const theirs = await kafkaJsFrame(framed(async () => new Encoder().writeBuffer(payload)));
          const copied = await frameRequest(framed(async () => ({ buffer: payload })));
          const inPlace = await frameRequest(framed(async () => ({ buffer: whole.subarray(room), whole })));

          expect(copied.buffer.equals(theirs.buffer)).to.equal(true);
          expect(inPlace.buffer.equals(theirs.buffer)).to.equal(true);
        },
      ),
      { seed: 4 },
    ));
});
