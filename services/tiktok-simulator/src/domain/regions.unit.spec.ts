import { expect } from 'chai';
import { canExchangeImages, isCommenterInReach, isEuropean, isServed } from './regions.ts';

const WITHOUT_IMAGES = 'AU CO EU DE FR IN IR JP NG KP PH RU KR TR UA GB UK US'.split(' ');

describe('regions', () => {
  for (const region of WITHOUT_IMAGES) {
    it(`exchange no images with ${region}, from either side`, () => {
      expect(canExchangeImages('BR', region)).to.equal(false);
      expect(canExchangeImages(region, 'BR')).to.equal(false);
    });
  }

  it('exchange images elsewhere, Switzerland and the EEA outside the EU included', () => {
    for (const region of ['BR', 'CH', 'NO', 'IS', 'LI', 'VN', 'CA']) {
      expect(canExchangeImages('BR', region), region).to.equal(true);
    }
  });

  it('of the EEA, Switzerland and the UK are European', () => {
    expect(['EU', 'DE', 'NO', 'IS', 'LI', 'CH', 'GB', 'UK'].filter((region) => !isEuropean(region))).to.deep.equal([]);
    expect(['US', 'BR', 'TR', 'UA', 'RS'].filter(isEuropean)).to.deep.equal([]);
  });

  it('in Europe are not served, in the US only after the addendum', () => {
    expect(isServed('FR', { usdsSigned: true })).to.equal(false);
    expect(isServed('US', { usdsSigned: true })).to.equal(true);
    expect(isServed('US', { usdsSigned: false })).to.equal(false);
    expect(isServed('BR', { usdsSigned: false })).to.equal(true);
  });

  it('of APAC, LATAM and METAP have people whose comments may be answered', () => {
    expect(['VN', 'BR', 'AE', 'DE', 'GB', 'US'].filter(isCommenterInReach)).to.deep.equal(['VN', 'BR', 'AE']);
  });
});
