import { createRequire } from 'node:module';
import { expect } from 'chai';
import fc from 'fast-check';
import { crc32c } from './crc32c.ts';
import { type ProduceArguments, produceRequest } from './produce-request.ts';

const require = createRequire(import.meta.url);

type KafkaJsRequest = (request: ProduceArguments) => { encode(): Promise<{ readonly buffer: Buffer }> };

/** kafkajs's own: loaded anew, since the room has replaced it for this process. */
const loadKafkaJsRequest = (): KafkaJsRequest => {
  const path = require.resolve('kafkajs/src/protocol/requests/produce/v3/request.js');
  const replaced = require.cache[path];
  delete require.cache[path];
  const request = require(path);
  require.cache[path] = replaced;
  return request;
};

const EMPTY = { acks: -1, timeout: 1, producerId: '1', producerEpoch: 0, topicData: [] };

const text = (maxLength: number) => fc.oneof(fc.string({ maxLength }), fc.string({ unit: 'binary', maxLength }));
const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));

const record = fc.record({
  key: fc.option(fc.oneof(text(200), bytes)),
  // Lengths around the places where the length of a length changes.
  value: fc.option(
    fc.oneof(
      text(100),
      bytes,
      fc.constantFrom(8_050, 8_190, 9_000).map((size) => Buffer.alloc(size, 7)),
    ),
  ),
  headers: fc.dictionary(
    text(80).filter((name) => name !== ''),
    text(80),
    { maxKeys: 10, noNullPrototype: true },
  ),
});

const request = fc.record({
  acks: fc.constantFrom(-1, 1),
  timeout: fc.nat(),
  transactionalId: fc.option(text(40), { nil: undefined }),
  producerId: fc.nat().map(String),
  producerEpoch: fc.nat({ max: 32_767 }),
  topicData: fc.array(
    fc.record({
      topic: text(40),
      partitions: fc.array(
        fc.record({
          partition: fc.nat({ max: 100 }),
          firstSequence: fc.nat(),
          messages: fc.array(record, { minLength: 1, maxLength: 4 }),
        }),
        { maxLength: 2 },
      ),
    }),
    { maxLength: 2 },
  ),
});

describe('the Produce request', () => {
  const kafkaJsRequest = loadKafkaJsRequest();
  const { now } = Date;

  before(() => {
    Date.now = () => 1_767_225_600_123;
  });

  after(() => {
    Date.now = now;
  });

  it('has the bytes that kafkajs would write', () =>
    fc.assert(
      fc.asyncProperty(request, async (sample) => {
        const { buffer } = await kafkaJsRequest(sample).encode();

        expect((await produceRequest(sample).encode()).buffer.equals(buffer)).to.equal(true);
      }),
      { numRuns: 100, seed: 4 },
    ));

  it('counts records on when their number takes two bytes', async () => {
    const messages = Array.from({ length: 200 }, (_, index) => ({ key: String(index), value: Buffer.alloc(index) }));
    const partitions = [{ partition: 3, firstSequence: 7, messages }];
    const sample = { ...EMPTY, topicData: [{ topic: 'a-topic', partitions }] };
    const { buffer } = await kafkaJsRequest(sample).encode();

    expect((await produceRequest(sample).encode()).buffer.equals(buffer)).to.equal(true);
  });

  for (const [what, asked] of [
    ['compression', { compression: 1 }],
    ['a time of a single record', { topicData: [topicWith({ value: null, timestamp: '1767225600123' })] }],
  ] as const) {
    it(`refuses ${what} instead of leaving it out`, async () => {
      const refusal = await produceRequest({ ...EMPTY, ...asked })
        .encode()
        .catch(String);

      expect(refusal).to.match(/^TypeError: .* not offered$/);
    });
  }
});

describe('CRC-32C', () => {
  it('gives the check value of its definition', () => {
    expect(crc32c(Buffer.from('..123456789.'), 2, 11)).to.equal(0xe3069283);
  });
});

function topicWith(message: { readonly value: null; readonly timestamp: string }) {
  return { topic: 'a-topic', partitions: [{ partition: 0, firstSequence: 0, messages: [message] }] };
}
