import { expect } from 'chai';
import { playerUrlOf, postUrlOf } from './tiktok-addresses.ts';

describe('addresses of TikTok', () => {
  it('are framed when they are of the player', () => {
    expect(playerUrlOf('7', 'https://www.tiktok.com/player/v1/71')).to.equal('https://www.tiktok.com/player/v1/71');
    expect(playerUrlOf('71', null)).to.equal('https://www.tiktok.com/player/v1/71');
  });

  for (const address of [
    'javascript:alert(1)',
    'http://www.tiktok.com/player/v1/71',
    'https://www.tiktok.com.evil.example/player/v1/71',
    'https://www.tiktok.com@evil.example/player/v1/71',
    'https://user@www.tiktok.com/player/v1/71',
    'https://www.tiktok.com/player/v1/../../login',
    'not an address',
  ]) {
    it(`are not framed when they are ${address}`, () => {
      expect(playerUrlOf(null, address)).to.equal(null);
      expect(postUrlOf(null, address)).to.equal(null);
    });
  }

  it('are not made of what is no id', () => {
    expect(playerUrlOf('71/../login', null)).to.equal(null);
    expect(postUrlOf('71?x', null)).to.equal(null);
  });
});
