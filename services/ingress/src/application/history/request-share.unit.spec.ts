import { createManualClock } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { createRequestShare } from './request-share.ts';
import { Stopped } from './wait-until.ts';

const START = 1_767_225_600_000;

/** A share whose waits move its clock. */
const world = ({ perSecond = 1 } = {}) => {
  const clock = createManualClock(START);
  const state = { isStopping: false };
  const share = createRequestShare({
    clock,
    perSecond,
    waitUntil: async (atMs) => {
      await Promise.resolve();
      if (state.isStopping) throw new Stopped();
      clock.advance(Math.max(0, atMs - clock.now()));
    },
  });
  const taken: [string, number][] = [];
  const take = async (name: string, isUrgent = false): Promise<void> => {
    await share.turn({ isUrgent });
    taken.push([name, clock.now() - START]);
  };
  return { clock, share, state, take, taken };
};

describe("history's share of requests", () => {
  it('is spaced evenly, so that no second holds more than it allows', async () => {
    const { take, taken } = world({ perSecond: 2 });

    await Promise.all(['a', 'b', 'c', 'd'].map((name) => take(name)));

    expect(taken).to.deep.equal([
      ['a', 0],
      ['b', 500],
      ['c', 1_000],
      ['d', 1_500],
    ]);
  });

  it('goes to what is urgent first, and every fourth time to the others all the same', async () => {
    const { take, taken } = world();

    await Promise.all([take('usual 1'), take('usual 2'), ...[1, 2, 3, 4, 5].map((n) => take(`urgent ${n}`, true))]);

    expect(taken.map(([name]) => name)).to.deep.equal([
      'urgent 1',
      'urgent 2',
      'urgent 3',
      'usual 1',
      'urgent 4',
      'urgent 5',
      'usual 2',
    ]);
  });

  it('rests after too many requests, twice as long each time, and is half of itself for a while', async () => {
    const { share, take, taken } = world();

    await take('a');
    share.exceeded();
    await take('b');
    share.exceeded();
    await take('c');
    share.answered();
    await take('d');

    expect(taken).to.deep.equal([
      ['a', 0],
      ['b', 5_000],
      ['c', 15_000],
      ['d', 17_000],
    ]);
  });

  it('is whole again after five minutes', async () => {
    const { clock, share, take, taken } = world();

    share.exceeded();
    clock.advance(300_000);
    await take('a');
    await take('b');

    expect(taken.map(([, at]) => at)).to.deep.equal([300_000, 301_000]);
  });

  it('is not given to anybody once the process ends', async () => {
    const { state, share } = world();
    state.isStopping = true;

    const failures = await Promise.all(
      [1, 2].map(() => share.turn({ isUrgent: false }).catch((error: unknown) => error)),
    );

    expect(failures.every((failure) => failure instanceof Stopped)).to.equal(true);
  });
});
