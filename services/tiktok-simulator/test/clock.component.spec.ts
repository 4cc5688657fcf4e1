import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import { createFollowingClock } from '@tiktok-channel/platform/clock';
import { silentLogger } from '@tiktok-channel/platform/kernel';
import { expect } from 'chai';
import { startWorld, type TestWorld } from './support.ts';

interface ClockState {
  readonly offsetMs: number;
  readonly version: number;
}

const REQUEST_START = 'http.server.request.start';

/** Resolves once the simulator, in this process, has the poll of who knows `version`: it is held then. */
const arrivalOf = (version: number): Promise<void> =>
  new Promise((resolve) => {
    const look = (message: unknown): void => {
      const { request } = message as { readonly request: IncomingMessage };
      if (!request.url?.includes(`version=${version}`)) return;
      unsubscribe(REQUEST_START, look);
      // The handlers run after this, in the same turn.
      setImmediate(resolve);
    };
    subscribe(REQUEST_START, look);
  });

describe('the clock', () => {
  let world: TestWorld;

  beforeEach(async () => {
    world = await startWorld();
  });
  afterEach(() => world.stop());

  const poll = async (query: Record<string, string> = {}, init: RequestInit = {}): Promise<ClockState> =>
    (await (
      await fetch(`${world.simulator.url}/_control/clock?${new URLSearchParams(query)}`, init)
    ).json()) as ClockState;
  /** So long a follower that does not come back is waited for at most. */
  const BOUND_MS = 5_000;
  const timed = async (action: () => Promise<unknown>) => {
    const startedMs = Date.now();
    await action();
    return Date.now() - startedMs;
  };

  it('answers who knows no version, or another one, at once', async () => {
    const { offsetMs, version } = await poll();
    expect(offsetMs).to.equal(0);
    expect(await poll({ version: String(version - 1) })).to.deep.equal({ offsetMs, version });
  });

  it('holds who knows the version until it moves', async () => {
    const { version } = await poll();
    const held = poll({ version: String(version) });
    const tooEarly = await Promise.race([held, new Promise((resolve) => setTimeout(resolve, 100, 'still held'))]);
    expect(tooEarly).to.equal('still held');
    await world.advance(3_600);
    expect(await held).to.deep.equal({ offsetMs: 3_600_000, version: version + 1 });
  });

  it('moves only when its follower has come back with the new version', async () => {
    const { version } = await poll({ follower: 'auth-1' });
    const arrived = arrivalOf(version);
    const held = poll({ follower: 'auth-1', version: String(version) });
    await arrived;
    let isBack = false;
    const moved = world.advance(60).then(() => expect(isBack, 'the follower is back').to.equal(true));
    const next = await held;
    await new Promise((resolve) => setTimeout(resolve, 200));
    isBack = true;
    const again = poll({ follower: 'auth-1', version: String(next.version) });
    await moved;
    await world.simulator.stop();
    await again.catch(() => {});
  });

  it('waits for a follower that is between two polls', async () => {
    const { version } = await poll({ follower: 'auth-1' });
    const moved = world.advance(60);
    await new Promise((resolve) => setTimeout(resolve, 200));
    let isMoved = false;
    void moved.then(() => {
      isMoved = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(isMoved).to.equal(false);
    const next = await poll({ follower: 'auth-1', version: String(version) });
    const held = poll({ follower: 'auth-1', version: String(next.version) });
    await moved;
    await world.simulator.stop();
    await held.catch(() => {});
  });

  it('does not wait for a follower whose connection is gone', async () => {
    const { version } = await poll({ follower: 'auth-1' });
    const leaving = new AbortController();
    const arrived = arrivalOf(version);
    const held = poll({ follower: 'auth-1', version: String(version) }, { signal: leaving.signal }).catch(() => {});
    await arrived;
    leaving.abort();
    await held;
    expect(await timed(() => world.advance(60))).to.be.below(BOUND_MS);
  });

  it('drops a follower that does not come back, within five seconds', async () => {
    await poll({ follower: 'frozen-1' });
    expect(await timed(() => world.advance(60))).to.be.at.least(1_000);
    expect(await timed(() => world.advance(60))).to.be.below(BOUND_MS);
  });

  it('has moved the clocks of all that follow it when it answers', async () => {
    const clocks = ['auth-1', 'outbound-2'].map((follower) =>
      createFollowingClock({ url: world.simulator.url, follower, logger: silentLogger }),
    );
    await Promise.all(clocks.map((clock) => clock.start()));
    for (let hours = 1; hours <= 20; hours += 1) {
      await world.advance(3_600);
      for (const clock of clocks) expect(clock.now() - Date.now()).to.be.closeTo(hours * 3_600_000, 50);
    }
    for (const clock of clocks) clock.stop();
  });

  it('does not go backwards', async () => {
    const answer = await world.control('POST', 'clock', { advanceSeconds: -1 }).catch(String);
    expect(answer).to.include('400');
  });
});
