import { DependencyUnavailable } from '@tiktok-channel/platform/kernel';
import { expect } from 'chai';
import { batched } from './batched.ts';

/** Doubles numbers, as batches that a test ends. */
const createRuns = (options: Parameters<typeof batched>[1]) => {
  const runs: { readonly inputs: readonly number[]; readonly end: (error?: Error) => void }[] = [];
  const double = batched<number, number>(
    (inputs) =>
      new Promise((resolve, reject) => {
        runs.push({
          inputs,
          end: (error) => (error === undefined ? resolve(inputs.map((input) => 2 * input)) : reject(error)),
        });
      }),
    options,
  );
  return { runs, double };
};

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('batched questions', () => {
  it('go together when they are asked at the same time, and each gets its own answer', async () => {
    const { runs, double } = createRuns({});
    const answers = Promise.all([1, 2, 3].map(double));
    await turn();
    expect(runs.map(({ inputs }) => inputs)).to.deep.equal([[1, 2, 3]]);
    runs[0]?.end();

    expect(await answers).to.deep.equal([2, 4, 6]);
  });

  it('gather while as many batches are under way as may be, and no batch is larger than it may be', async () => {
    const { runs, double } = createRuns({ atOnce: 1, most: 2 });
    const first = double(1);
    await turn();
    const others = Promise.all([2, 3, 4].map(double));
    await turn();
    expect(runs).to.have.length(1);
    runs[0]?.end();
    await first;
    await turn();
    runs[1]?.end();
    await turn();
    runs[2]?.end();

    expect(await others).to.deep.equal([4, 6, 8]);
    expect(runs.map(({ inputs }) => inputs)).to.deep.equal([[1], [2, 3], [4]]);
  });

  it('are asked one by one when they fail together, so that only one fails', async () => {
    const { runs, double } = createRuns({});
    const answers = Promise.allSettled([1, 2].map(double));
    await turn();
    runs[0]?.end(new Error('one of them is bad'));
    await turn();
    expect(runs.slice(1).map(({ inputs }) => inputs)).to.deep.equal([[1], [2]]);
    runs[1]?.end(new Error('this one'));
    runs[2]?.end();

    expect((await answers).map(({ status }) => status)).to.deep.equal(['rejected', 'fulfilled']);
  });

  it('fail together when the database is away', async () => {
    const { runs, double } = createRuns({});
    const answers = Promise.allSettled([1, 2].map(double));
    await turn();
    runs[0]?.end(new DependencyUnavailable('database'));

    expect((await answers).map(({ status }) => status)).to.deep.equal(['rejected', 'rejected']);
    expect(runs).to.have.length(1);
  });
});
