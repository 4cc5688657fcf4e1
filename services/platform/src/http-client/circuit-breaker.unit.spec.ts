import { expect } from 'chai';
import { eventually } from '../testing/index.ts';
import { CircuitOpen, createCircuitBreaker } from './index.ts';

describe('a circuit breaker', () => {
  const create = (openMs = 60_000) => {
    const states: string[] = [];
    let calls = 0;
    const breaker = createCircuitBreaker({ failures: 2, openMs, onChange: (state) => states.push(state) });
    const call = (answer: 'good' | 'bad' | 'broken') =>
      breaker
        .call(
          async () => {
            calls += 1;
            if (answer === 'broken') throw new Error('broken');
            return answer;
          },
          (result) => result === 'bad',
        )
        .catch((error: unknown) => error);
    return { breaker, call, states, calls: () => calls };
  };

  it('answers what came, failures too', async () => {
    const { call } = create();
    expect([await call('good'), await call('bad')]).to.deep.equal(['good', 'bad']);
  });

  it('opens after failures in a row, of whatever kind, and makes no call then', async () => {
    const { breaker, call, calls } = create();
    await call('bad');
    await call('broken');

    expect(await call('good')).to.be.instanceOf(CircuitOpen);
    expect([calls(), breaker.state()]).to.deep.equal([2, 'open']);
    expect(breaker.opensInMs()).to.be.within(1, 60_000);
  });

  it('stays closed when a success comes in between', async () => {
    const { breaker, call } = create();
    for (const answer of ['bad', 'good', 'bad', 'good'] as const) await call(answer);
    expect([breaker.state(), breaker.opensInMs()]).to.deep.equal(['closed', 0]);
  });

  it('closes again by a probe that succeeds', async () => {
    const { breaker, call, states } = create(20);
    await call('bad');
    await call('bad');
    await eventually('it may probe', () => breaker.opensInMs() === 0);
    await eventually('the probe succeeds', async () => (await call('good')) === 'good');

    expect(states).to.deep.equal(['open', 'half_open', 'closed']);
  });
});
