import { expect } from 'chai';
import { createIds } from './ids.ts';

describe('ids', () => {
  const ids = createIds('seed');

  it('of conversations hold what must be encoded', () => {
    for (let index = 0; index < 200; index += 1) {
      const id = ids.conversation('business', `user-${index}`);
      expect(id)
        .to.match(/^[A-Za-z0-9+/]{42}==$/)
        .and.include('+')
        .and.include('/');
    }
  });

  it('follow from the seed, the names and the times', () => {
    const again = createIds('seed');
    expect(again.business('acme')).to.equal(ids.business('acme'));
    expect(again.message('conversation', 7)).to.equal(ids.message('conversation', 7));
    expect(createIds('other').business('acme')).not.to.equal(ids.business('acme'));
    expect(ids.message('conversation', 8)).not.to.equal(ids.message('conversation', 7));
  });

  it('of requests begin with the time', () => {
    expect(ids.request(1767225600000)).to.match(/^20260101000000[0-9A-F]{18}$/);
  });
});
