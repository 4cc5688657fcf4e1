import { createManualClock, createRecordingLogger, eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { createDispatcher, type Dispatcher } from './dispatcher.ts';
import type { LaneStep } from './lane-step.ts';
import type { ClaimedLane } from './ports.ts';

const laneOf = (laneId: string): ClaimedLane => ({
  channelId: 'biz-1',
  laneId,
  claimId: 'claim',
  leasedUntilMs: 0,
  tries: 2,
  wakes: 0n,
  recalls: 0n,
});

/** Lanes in memory, and workers that end when a test lets them. */
const createStage = ({ concurrency = 2, lookahead = 100, waiting: waitingAtFirst = 0 } = {}) => {
  const clock = createManualClock();
  const due: string[] = [];
  const working = new Map<string, (end: LaneStep | Error) => void>();
  const released: [laneId: string, next: { readonly dueAtMs: number; readonly tries: number } | null][] = [];
  let waiting = waitingAtFirst;
  let isDatabaseAway = false;
  const dispatcher: Dispatcher = createDispatcher({
    lanes: {
      claim: async ({ limit }) => {
        if (isDatabaseAway) throw new Error('away');
        return due.splice(0, limit).map(laneOf);
      },
      release: async ({ laneId }, next) => void released.push([laneId, next]),
      mend: async () => {},
    },
    advanceLane: ({ laneId }) =>
      new Promise((resolve, reject) => {
        working.set(laneId, (end) => {
          working.delete(laneId);
          if (end instanceof Error) reject(end);
          else resolve(end);
        });
      }),
    clock,
    logger: createRecordingLogger(),
    concurrency,
    lookahead,
    turns: { waiting: () => waiting, entered: () => 0 },
    leaseMs: 60_000,
    pollMs: 20,
  });
  return {
    dispatcher,
    clock,
    due,
    working,
    released,
    setWaiting: (count: number) => {
      waiting = count;
    },
    setDatabaseAway: (away: boolean) => {
      isDatabaseAway = away;
    },
  };
};

describe('the dispatcher', () => {
  const stages: ReturnType<typeof createStage>[] = [];
  const startStage = (options?: Parameters<typeof createStage>[0]) => {
    const stage = createStage(options);
    stages.push(stage);
    stage.dispatcher.start();
    return stage;
  };
  afterEach(async () => {
    for (const { dispatcher, working } of stages.splice(0)) {
      for (const end of working.values()) end({ kind: 'idle' });
      await dispatcher.stop();
    }
  });

  it('works on as many lanes at once as it may, and on the next when one ends', async () => {
    const { due, working } = startStage({ concurrency: 2 });
    due.push('a', 'b', 'c');
    await eventually('two are worked on', () => working.size === 2);
    expect([...working.keys()]).to.deep.equal(['a', 'b']);
    working.get('a')?.({ kind: 'idle' });
    await eventually('the third is worked on', () => working.has('c'));
  });

  it('claims no more lanes than will soon have their turn at TikTok', async () => {
    const { due, working, setWaiting } = startStage({ concurrency: 10, lookahead: 2, waiting: 2 });
    due.push('a', 'b', 'c');
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([...working.keys()]).to.deep.equal([]);
    setWaiting(1);
    await eventually('one is worked on', () => working.size > 0);
    expect([...working.keys()]).to.deep.equal(['a']);
  });

  it('lets a lane go with what comes next', async () => {
    const { clock, due, working, released } = startStage({ concurrency: 4 });
    due.push('again', 'wait', 'idle', 'long');
    await eventually('all are worked on', () => working.size === 4);
    working.get('again')?.({ kind: 'again' });
    working.get('wait')?.({ kind: 'wait', untilMs: clock.now() + 1_000, tries: 3 });
    working.get('idle')?.({ kind: 'idle' });
    working.get('long')?.({ kind: 'wait', untilMs: clock.now() + 86_400_000, tries: 1 });
    await eventually('all are let go', () => released.length === 4);

    expect(Object.fromEntries(released)).to.deep.equal({
      again: { dueAtMs: clock.now(), tries: 0 },
      wait: { dueAtMs: clock.now() + 1_000, tries: 3 },
      idle: null,
      long: { dueAtMs: clock.now() + 300_000, tries: 1 },
    });
  });

  it('comes back later to a lane in which something went wrong', async () => {
    const { clock, due, working, released } = startStage();
    due.push('a');
    await eventually('it is worked on', () => working.has('a'));
    working.get('a')?.(new Error('a defect'));
    await eventually('it is let go', () => released.length === 1);

    expect(released[0]).to.deep.equal(['a', { dueAtMs: clock.now() + 4_000, tries: 3 }]);
  });

  it('is not ready while the database is away, and goes on when it is back', async () => {
    const { dispatcher, due, working, setDatabaseAway } = startStage();
    setDatabaseAway(true);
    await eventually('it is not ready', () => !dispatcher.health().ready);
    expect(dispatcher.health()).to.include({ alive: true, reason: 'database_unavailable' });
    due.push('a');
    setDatabaseAway(false);
    await eventually('it goes on', () => working.has('a'));
    expect(dispatcher.health()).to.deep.equal({ alive: true, ready: true });
  });

  it('stops when what it works on has ended, and claims nothing more', async () => {
    const { dispatcher, due, working, released } = startStage();
    due.push('a');
    await eventually('it is worked on', () => working.has('a'));
    const stopped = dispatcher.stop();
    due.push('b');
    expect(released).to.deep.equal([]);
    working.get('a')?.({ kind: 'idle' });
    await stopped;

    expect(released).to.have.length(1);
    expect(due).to.deep.equal(['b']);
  });
});
