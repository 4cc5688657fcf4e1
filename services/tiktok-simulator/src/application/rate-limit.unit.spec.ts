import { createManualClock } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { NORMAL_SWITCHES, type Switches } from '../domain/switches.ts';
import { createRateLimit } from './rate-limit.ts';
import { createSwitchBoard } from './switch-board.ts';

const MIDNIGHT = Date.UTC(2026, 0, 1);
const DAY_MS = 86_400_000;
const SEND = { kind: 'messaging', path: '/business/message/send/', businessId: 'one' } as const;
const PROFILE = { kind: 'accounts', path: '/business/get/', businessId: 'one' } as const;

const start = (changes: Partial<Switches> = {}) => {
  const clock = createManualClock(MIDNIGHT);
  const switches = createSwitchBoard();
  switches.set({ ...NORMAL_SWITCHES, ...changes });
  const { take } = createRateLimit({ clock, switches });
  /** Calls in bursts that keep the limit per second; how many were let through. */
  const takeMany = (count: number, perSecond: number, call: Parameters<typeof take>[0] = SEND) => {
    let passed = 0;
    for (let n = 0; n < count; n += 1) {
      if (n > 0 && n % perSecond === 0) clock.advance(1_000);
      if (take(call)) passed += 1;
    }
    return passed;
  };
  return { clock, take, takeMany };
};

describe('the rate limit', () => {
  it('lets ten calls through in any one second', () => {
    const { clock, takeMany } = start();
    expect(takeMany(11, 100)).to.equal(10);
    clock.advance(999);
    expect(takeMany(1, 100)).to.equal(0);
    clock.advance(1);
    expect(takeMany(11, 100)).to.equal(10);
  });

  it('keeps messaging at ten a second whatever the level, and the app at its level', () => {
    const { takeMany } = start({ rate_limit_level: 'advanced', rate_limit_account_qpm: 0 });
    expect(takeMany(20, 100)).to.equal(10);
    expect(takeMany(20, 100, PROFILE)).to.equal(10);
  });

  const levels = [
    ['basic', 10, 600],
    ['advanced', 20, 1_200],
    ['premium', 30, 1_800],
    ['ultimate', 50, 3_000],
  ] as const;
  for (const [level, perSecond, perMinute] of levels) {
    it(`lets ${perSecond} calls a second and ${perMinute} a minute through at level ${level}`, () => {
      const options = { rate_limit_level: level, rate_limit_qps: 10_000 } as const;
      expect(start({ ...options, rate_limit_qps: perSecond }).takeMany(perSecond + 1, 10_000)).to.equal(perSecond);
      expect(start(options).takeMany(perMinute + 1, 10_000)).to.equal(perMinute);
    });
  }

  it('is closed for five minutes after a breach of the minute', () => {
    const { clock, takeMany } = start({ rate_limit_qps: 10_000 });
    expect(takeMany(601, 10_000)).to.equal(600);
    clock.advance(5 * 60_000 - 1);
    expect(takeMany(1, 1)).to.equal(0);
    clock.advance(1);
    expect(takeMany(1, 1)).to.equal(1);
  });

  it('is closed until 00:00 UTC after a breach of the day', () => {
    const { clock, takeMany } = start({ rate_limit_qpd: 30 });
    expect(takeMany(31, 10)).to.equal(30);
    clock.advance(MIDNIGHT + DAY_MS - clock.now() - 1);
    expect(takeMany(1, 1)).to.equal(0);
    clock.advance(1);
    expect(takeMany(31, 10)).to.equal(30);
  });

  it('lets a day through at ten calls a second', () => {
    expect(start().takeMany(864_000, 10)).to.equal(864_000);
  });

  it('lets 40 calls a minute of an account and an endpoint through, other accounts beside it', () => {
    const { clock, takeMany } = start();
    expect(takeMany(41, 10, PROFILE)).to.equal(40);
    expect(takeMany(1, 1, { ...PROFILE, businessId: 'two' })).to.equal(1);
    expect(takeMany(1, 1)).to.equal(1);
    clock.advance(5 * 60_000);
    expect(takeMany(1, 1, PROFILE)).to.equal(1);
  });

  it('is none at 0', () => {
    expect(start({ rate_limit_qps: 0 }).takeMany(5_000, 10_000)).to.equal(5_000);
  });
});
