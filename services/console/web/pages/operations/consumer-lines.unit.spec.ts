import { expect } from 'chai';
import type { ConsumerReport } from '../../api/types.ts';
import { linesOf } from './consumer-lines.ts';

const report = (overrides: Partial<ConsumerReport> = {}): ConsumerReport => ({
  group: 'outbound.facts',
  topic: 'tiktok.messages.v1',
  partition: 0,
  position: '5',
  endOffset: '5',
  lag: 0,
  lastProgressAt: null,
  state: 'idle',
  reason: null,
  ...overrides,
});

describe('a consumer in one line', () => {
  it('is as far behind as its partitions together, and as bad as the worst of them', () => {
    const [line] = linesOf([
      report({ lastProgressAt: 2_000 }),
      report({ partition: 1, lag: 3, state: 'running', lastProgressAt: 9_000 }),
      report({ partition: 2, lag: 4, state: 'retrying', reason: 'database_unavailable' }),
    ]);
    expect(line).to.deep.include({
      lag: 7,
      state: 'retrying',
      reason: 'database_unavailable',
      lastProgressAt: 9_000,
      partitions: 3,
    });
    expect(line?.behind.map(({ partition }) => partition)).to.deep.equal([1, 2]);
  });

  it('has no lag where that of a partition is not known', () => {
    const [line] = linesOf([report({ lag: 3 }), report({ partition: 1, lag: null, state: 'elsewhere' })]);
    expect(line).to.deep.include({ lag: null, state: 'elsewhere' });
    expect(line?.behind).to.have.length(2);
  });

  it('is one for each group and topic, in the order in which they came', () => {
    const lines = linesOf([report(), report({ topic: 'tiktok.statuses.v1' }), report({ partition: 1 })]);
    expect(lines.map(({ topic, partitions }) => [topic, partitions])).to.deep.equal([
      ['tiktok.messages.v1', 2],
      ['tiktok.statuses.v1', 1],
    ]);
    expect(linesOf([])).to.deep.equal([]);
  });
});
