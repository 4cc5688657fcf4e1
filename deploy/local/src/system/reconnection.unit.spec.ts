import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { waitUntil } from '../wait.ts';
import { createReconnection } from './reconnection.ts';

const failing = (times: number) => {
  const state = { calls: 0 };
  const connect = async (): Promise<void> => {
    state.calls += 1;
    if (state.calls <= times) throw new Error('auth is\n  starting', { cause: new Error('refused') });
  };

  return { state, connect };
};
const until = (holds: () => boolean) => waitUntil('it did not happen', async () => holds(), { deadlineMs: 2_000 });

describe('connecting the demo account again', () => {
  it('goes on until the services let it', async () => {
    const { state, connect } = failing(3);
    const told: string[] = [];
    createReconnection({ connect, onGivenUp: (problem) => told.push(problem), firstPauseMs: 1 }).begin();
    await until(() => state.calls === 4);
    await delay(20);
    expect([state.calls, told]).to.deep.equal([4, []]);
  });

  it('says once and in one line that it gave up, and why', async () => {
    const { connect } = failing(Number.POSITIVE_INFINITY);
    const told: string[] = [];
    const onGivenUp = (problem: string) => told.push(problem);
    createReconnection({ connect, onGivenUp, firstPauseMs: 1, withinMs: 20 }).begin();
    await until(() => told.length > 0);
    expect(told).to.deep.equal([
      'the demo account could not be connected again: auth is starting (refused); npm start anew connects it',
    ]);
  });

  it('ends when it is stopped, and says nothing', async () => {
    const { state, connect } = failing(Number.POSITIVE_INFINITY);
    const told: string[] = [];
    const reconnection = createReconnection({ connect, onGivenUp: (problem) => told.push(problem), firstPauseMs: 5 });
    reconnection.begin();
    await until(() => state.calls > 0);
    reconnection.stop();
    await delay(10);
    const { calls } = state;
    await delay(30);
    expect([state.calls, told]).to.deep.equal([calls, []]);
  });
});
