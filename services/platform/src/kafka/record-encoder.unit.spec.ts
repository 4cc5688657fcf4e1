import { createRequire } from 'node:module';
import { expect } from 'chai';
import fc from 'fast-check';
import { type EncodableRecord, encodeRecord } from './record-encoder.ts';

const require = createRequire(import.meta.url);

/** kafkajs's own: loaded anew, since the room may have replaced it for this process. */
const loadKafkaJsEncoder = (): ((record: EncodableRecord) => { readonly buffer: Buffer }) => {
  const path = require.resolve('kafkajs/src/protocol/recordBatch/record/v0/index.js');
  const replaced = require.cache[path];
  delete require.cache[path];
  const encoder = require(path);
  require.cache[path] = replaced;
  return encoder;
};

describe('the record encoder', () => {
  const kafkaJsEncoder = loadKafkaJsEncoder();

  it('writes the bytes that kafkajs would write', () => {
    const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
    const record = fc.record({
      offsetDelta: fc.nat({ max: 100_000 }),
      timestampDelta: fc.integer({ min: -100_000, max: 100_000 }),
      key: fc.option(fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), bytes)),
      value: fc.option(bytes),
      headers: fc.dictionary(fc.string({ unit: 'binary', minLength: 1 }), fc.string({ unit: 'binary' }), {
        maxKeys: 12,
        noNullPrototype: true,
      }),
    });

    fc.assert(
      fc.property(record, (sample) => {
        expect(encodeRecord(sample).buffer.equals(kafkaJsEncoder(sample).buffer)).to.equal(true);
      }),
      { numRuns: 500, seed: 4 },
    );
  });
});
