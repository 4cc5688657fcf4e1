import { expect } from 'chai';
import fc from 'fast-check';
import { Partitioners } from './kafkajs.ts';
import { createStickyPartitioner } from './producer-connection.ts';

const partitionMetadata = Array.from({ length: 12 }, (_, partitionId) => ({
  partitionId,
  leader: 1,
  partitionErrorCode: 0,
  replicas: [],
  isr: [],
}));

describe('the partition of a key', () => {
  it("is the one that kafkajs and Java's client choose", () => {
    const ours = createStickyPartitioner()();
    const theirs = Partitioners.DefaultPartitioner();
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (key) => {
        const args = () => ({ topic: 'a-topic', partitionMetadata, message: { key, value: null } });

        expect(ours(args())).to.equal(theirs(args()));
      }),
      { numRuns: 500, seed: 1 },
    );
  });

  it('stays with a record that is sent again after its topic has grown', () => {
    const partition = createStickyPartitioner()();
    const message = { key: 'CONV+a/b==', value: null };
    const before = partition({ topic: 'a-topic', partitionMetadata: partitionMetadata.slice(0, 5), message });

    expect(partition({ topic: 'a-topic', partitionMetadata, message })).to.equal(before);
  });
});
