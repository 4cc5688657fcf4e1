import { expect } from 'chai';
import { windowStateAt } from './reply-window.ts';

const HOUR_MS = 3_600_000;
const facts = { rule: 'later_message', certain: true, closesAt: 48 * HOUR_MS, remaining: null };

describe('the reply window as it is shown', () => {
  it('is open with time left, and presses in its last half day', () => {
    expect(windowStateAt(facts, 0)).to.deep.include({ kind: 'open', leftMs: 48 * HOUR_MS, share: 1 });
    expect(windowStateAt(facts, 36 * HOUR_MS)).to.deep.include({ kind: 'closing', share: 0.25 });
  });

  it('is closed at its end, whatever was last answered', () => {
    expect(windowStateAt(facts, 48 * HOUR_MS)).to.deep.equal({ kind: 'closed' });
  });

  it('is closed while time is left when all messages are used up', () => {
    expect(windowStateAt({ ...facts, remaining: 0 }, 0)).to.deep.equal({ kind: 'closed' });
  });

  it('leaves some messages after the silence', () => {
    expect(windowStateAt({ ...facts, closesAt: null, remaining: 2 }, 0)).to.deep.equal({
      kind: 'silence',
      remaining: 2,
    });
  });
});
