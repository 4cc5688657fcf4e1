import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { createLiveness } from './liveness.ts';
import { createRestartLimit } from './restart-limit.ts';

const STUCK_AFTER_MS = 20;
/** Past the limit of a quiet loop and its next check. */
const QUIET_MS = 5 * STUCK_AFTER_MS;

describe('liveness', () => {
  const answering = () => Promise.resolve();
  const away = () => Promise.reject(new Error('connection refused'));

  for (const [what, askBroker, alive] of [
    ['is lost by a loop that stands still while the broker answers', answering, false],
    ['is kept by a loop whose broker is away', away, true],
  ] as const) {
    it(what, async () => {
      const liveness = createLiveness({ stuckAfterMs: STUCK_AFTER_MS, askBroker });
      liveness.loopTurned();

      await delay(QUIET_MS);
      liveness.stop();

      expect(liveness.health().alive).to.equal(alive);
    });
  }

  it('comes back when the loop turns again', async () => {
    const liveness = createLiveness({ stuckAfterMs: STUCK_AFTER_MS, askBroker: answering });
    liveness.loopTurned();
    await delay(QUIET_MS);
    liveness.stop();

    liveness.loopTurned();

    expect(liveness.health()).to.deep.equal({ alive: true });
  });

  it('is a matter of progress: a batch that moves on may take long', async () => {
    const liveness = createLiveness({ stuckAfterMs: STUCK_AFTER_MS, askBroker: answering });
    let movedAt = performance.now();
    const work = liveness.startWork(() => movedAt);

    await delay(2 * STUCK_AFTER_MS);
    expect(liveness.health().alive).to.equal(false);
    movedAt = performance.now();
    expect(liveness.health().alive).to.equal(true);

    work.end();
    liveness.stop();
  });
});

describe('restarts', () => {
  it('are too many when one follows the other', () => {
    const restarts = createRestartLimit();

    expect([1, 2, 3, 4, 5, 6].map(() => restarts.isTooMany())).to.deep.equal([false, false, false, false, false, true]);
  });
});
