import { expect } from 'chai';
import {
  askAgainAfterRefusal,
  goodUntil,
  isRefreshDue,
  isRefusedAgain,
  refusalReason,
  type StoredTokens,
  works,
} from './refresh-rules.ts';

const pair: StoredTokens = {
  accessToken: 'a',
  refreshToken: 'r',
  issuedAtMs: 0,
  accessExpiresAtMs: 86_400_000,
  refreshExpiresAtMs: 31_536_000_000,
  version: 1,
  refreshNotBeforeMs: 0,
  accessRefusedAtMs: null,
  replacesRefused: false,
};

describe('a token', () => {
  it('is to be renewed from the middle of its life on', () => {
    expect(isRefreshDue(pair, 43_199_999)).to.equal(false);
    expect(isRefreshDue(pair, 43_200_000)).to.equal(true);
  });

  it('is not given out in its last minute', () => {
    expect(goodUntil(pair)).to.equal(86_340_000);
    expect(works(pair, 86_339_999)).to.equal(true);
    expect(works(pair, 86_340_000)).to.equal(false);
  });

  it('that TikTok refuses does not work, and is to be renewed at once', () => {
    const refused = { ...pair, accessRefusedAtMs: 10 };
    expect([works(refused, 11), isRefreshDue(refused, 11)]).to.deep.equal([false, true]);
  });

  it('is not renewed before its time', () => {
    expect(isRefreshDue({ ...pair, accessRefusedAtMs: 10, refreshNotBeforeMs: 20 }, 11)).to.equal(false);
  });

  it('is refused again when it came in place of a refused one and lasted less than ten minutes', () => {
    expect(isRefusedAgain({ ...pair, replacesRefused: true }, 599_999)).to.equal(true);
    expect(isRefusedAgain({ ...pair, replacesRefused: true }, 600_000)).to.equal(false);
    expect(isRefusedAgain(pair, 1)).to.equal(false);
  });
});

describe('after a refusal to renew', () => {
  it('TikTok is asked every five minutes while the token works, and when it ends', () => {
    expect(askAgainAfterRefusal(pair, 43_200_000)).to.equal(43_500_000);
    expect(askAgainAfterRefusal(pair, 86_339_000)).to.equal(86_340_000);
  });

  it('it is asked at ever longer intervals when it does not, once a day at last', () => {
    const minutes = (lostForMinutes: number) => {
      const nowMs = 86_340_000 + lostForMinutes * 60_000;
      return (askAgainAfterRefusal(pair, nowMs) - nowMs) / 60_000;
    };
    expect([0, 5, 10, 20, 10_000].map(minutes)).to.deep.equal([5, 5, 10, 20, 1_440]);
  });

  for (const [what, tokens, wasBegunBefore, reason] of [
    ['alone', {}, false, 'refresh_refused'],
    ['of a pair whose renewal was begun before', {}, true, 'refresh_answer_lost'],
    ['of a pair whose access token is refused as well', { accessRefusedAtMs: 1 }, false, 'token_refused'],
    ['of a refresh token that has ended', { refreshExpiresAtMs: 5 }, true, 'refresh_token_expired'],
  ] as const) {
    it(`${what} the reason is ${reason}`, () => {
      expect(refusalReason({ ...pair, ...tokens }, { nowMs: 10, wasBegunBefore })).to.equal(reason);
    });
  }
});
