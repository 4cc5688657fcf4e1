import { expect } from 'chai';
import fc from 'fast-check';
import { newestFirst, type Stretch } from './newest-first.ts';

interface Letter {
  readonly partition: number;
  readonly offset: bigint;
  readonly at: number;
}

const lettersOf = (times: readonly (readonly number[])[]): readonly (readonly Letter[])[] =>
  times.map((partitionTimes, partition) =>
    partitionTimes.map((at, index) => ({ partition, offset: BigInt(index), at })),
  );

const listing = (letters: readonly (readonly Letter[])[]) => {
  let reads = 0;
  const stretches = letters.map((list, partition) => ({ partition, low: 0n, end: BigInt(list.length) }));
  const read = async ({ partition, low, end }: Stretch) => {
    reads += 1;
    return (letters[partition] ?? []).filter(({ offset }) => offset >= low && offset < end);
  };
  return { listed: newestFirst(stretches, read), reads: () => reads };
};

describe('a list from the newest back', () => {
  it('has each record once, those of a partition in its order, and all by time where the partitions are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(fc.nat(1_000), { maxLength: 130 }), { maxLength: 4 }), async (times) => {
        const letters = lettersOf(times.map((list) => list.toSorted((one, other) => one - other)));
        const listed: Letter[] = [];
        for await (const letter of listing(letters).listed) listed.push(letter);

        expect(listed.length).to.equal(letters.flat().length);
        expect(listed.map(({ at }) => at)).to.deep.equal(
          letters
            .flat()
            .map(({ at }) => at)
            .toSorted((one, other) => other - one),
        );
        for (const [partition, list] of letters.entries()) {
          expect(listed.filter((letter) => letter.partition === partition)).to.deep.equal(list.toReversed());
        }
      }),
      { seed: 7, numRuns: 100 },
    );
  });

  it('reads no more than a page needs', async () => {
    const { listed, reads } = listing(lettersOf([Array.from({ length: 100_000 }, (_, index) => index)]));

    for (let taken = 0; taken < 50; taken += 1) await listed.next();

    expect(reads()).to.equal(1);
  });
});
