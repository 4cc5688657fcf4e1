import { expect } from 'chai';
import { goodUntil, isRefreshDue, works } from './refresh-rules.ts';

describe('a token', () => {
  const pair = {
    accessToken: 'a',
    refreshToken: 'r',
    issuedAtMs: 0,
    accessExpiresAtMs: 86_400_000,
    refreshExpiresAtMs: 31_536_000_000,
  };

  it('is to be renewed from the middle of its life on', () => {
    expect(isRefreshDue(pair, 43_199_999)).to.equal(false);
    expect(isRefreshDue(pair, 43_200_000)).to.equal(true);
  });

  it('is not given out in its last minute', () => {
    expect(goodUntil(pair)).to.equal(86_340_000);
    expect(works(pair, 86_339_999)).to.equal(true);
    expect(works(pair, 86_340_000)).to.equal(false);
  });
});
