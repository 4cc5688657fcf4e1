import { expect } from 'chai';
import fc from 'fast-check';
import { eventIds } from './event-ids.ts';
import { fingerprint, naturalId } from './natural-id.ts';

describe('a natural id', () => {
  it('is a UUID of version 5', () => {
    expect(naturalId(['a'])).to.match(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('stays the same from version to version of this product', () => {
    expect(eventIds.message('tiktok.messages.v1.MessageReceived', 'biz-1', 'MSG-1')).to.equal(
      '9c79cb22-6bad-5545-ba36-7307977e11d7',
    );
  });

  it('differs wherever its parts differ, also in where one ends', () => {
    const parts = fc.array(fc.string(), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(parts, parts, (one, other) => {
        const same = JSON.stringify(one) === JSON.stringify(other);
        expect(naturalId(one) === naturalId(other)).to.equal(same);
      }),
      { seed: 1 },
    );
  });
});

describe('a fingerprint', () => {
  it('does not depend on the order of keys, nor on keys without value', () => {
    expect(fingerprint({ a: 1, b: { d: 2, c: [3], f: null }, e: undefined })).to.equal(
      fingerprint({ b: { c: [3], d: 2 }, a: 1 }),
    );
  });

  it('differs with the order of a list', () => {
    expect(fingerprint([1, 2])).to.not.equal(fingerprint([2, 1]));
  });
});
