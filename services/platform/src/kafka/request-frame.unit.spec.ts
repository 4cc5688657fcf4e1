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
          payload: fc.uint8Array({ maxLength: 2_000 }),
        }),
        async ({ correlationId, clientId, apiKey, apiVersion, payload }) => {
          const encode = async () => new Encoder().writeBuffer(Buffer.from(payload));
          const framed = { correlationId, clientId, request: { apiKey, apiVersion, encode } };
          const [ours, theirs] = await Promise.all([frameRequest(framed), kafkaJsFrame(framed)]);

          expect(ours.buffer.equals(theirs.buffer)).to.equal(true);
        },
      ),
      { seed: 4 },
    ));
});
