import { expect } from 'chai';
import { createRecordingLogger, eventually } from '../testing/index.ts';
import { type BackgroundLoop, createBackgroundLoop } from './index.ts';

const LONG_MS = 600_000;

describe('a background loop', () => {
  let loop: BackgroundLoop | undefined;
  afterEach(() => loop?.stop());

  const run = (
    answers: (turn: number) => boolean | Promise<boolean>,
    options: { readonly everyMs?: number; readonly stuckAfterMs?: number } = {},
  ) => {
    let turns = 0;
    const logger = createRecordingLogger();
    loop = createBackgroundLoop({
      name: 'work',
      everyMs: LONG_MS,
      logger,
      ...options,
      work: async () => {
        turns += 1;
        return answers(turns);
      },
    });
    loop.start();
    return { loop, logger, turns: () => turns };
  };

  it('goes on at once while there is more to do, then rests', async () => {
    const { turns } = run((turn) => turn < 5);
    await eventually('it has done all', () => turns() === 5);
  });

  it('looks again when it is poked, also when that happened while it worked', async () => {
    const working = Promise.withResolvers<boolean>();
    const { loop, turns } = run((turn) => (turn === 1 ? working.promise : false));
    loop.poke();
    working.resolve(false);
    await eventually('it has looked again', () => turns() === 2);
    loop.poke();
    await eventually('and again', () => turns() === 3);
  });

  it('logs what its work throws, and takes a rest before it tries again, poked or not', async () => {
    const { loop, logger, turns } = run(() => Promise.reject(new Error('broken')), { everyMs: 1 });
    await eventually('it has failed', () => logger.lines.length === 1);
    loop.poke();
    await new Promise(setImmediate);
    expect(turns()).to.equal(1);
    expect(logger.lines[0]).to.deep.include({ event: 'loop.failed', fields: { loop: 'work', retryAfterMs: 1_000 } });
    await eventually('it tries again', () => turns() === 2);
  });

  it('is dead when a turn takes longer than it may, until that turn ends', async () => {
    const working = Promise.withResolvers<boolean>();
    const { loop } = run(() => working.promise, { stuckAfterMs: 1 });
    await eventually('it hangs', () => !loop.health().alive);
    working.resolve(false);
    await eventually('it goes on', () => loop.health().alive);
  });

  it('ends when the turn under way has ended, and rests no longer', async () => {
    const working = Promise.withResolvers<boolean>();
    const { loop, turns } = run(() => working.promise);
    let isStopped = false;
    const stopped = loop.stop().then(() => {
      isStopped = true;
    });
    await new Promise(setImmediate);
    expect(isStopped).to.equal(false);
    working.resolve(true);
    await stopped;
    expect(turns()).to.equal(1);
    expect(loop.health()).to.deep.equal({ alive: true });
  });
});
