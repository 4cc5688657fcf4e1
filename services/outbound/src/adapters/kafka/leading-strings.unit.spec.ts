import { expect } from 'chai';
import { leadingStrings } from './leading-strings.ts';

const PREFIX = [0, 0, 0, 0, 7];
const LONG = 'ä'.repeat(100);

describe('the strings with which a record begins', () => {
  for (const { name, bytes, strings } of [
    { name: 'are read whatever follows', bytes: [4, 0x68, 0x69, 0, 0xff, 0xff], strings: ['hi', ''] },
    { name: 'may be long', bytes: [0x90, 0x03, ...Buffer.from(LONG), 2, 0x61], strings: [LONG, 'a'] },
    { name: 'are not there when the bytes end before', bytes: [4, 0x68, 0x69, 8, 0x61], strings: null },
    { name: 'are not there when a length does not end', bytes: [4, 0x68, 0x69, 0xff, 0xff], strings: null },
    { name: 'have no negative length', bytes: [3, 0x68, 0x69, 0], strings: null },
    { name: 'are shorter than all numbers', bytes: Array(400).fill(0xff), strings: null },
  ]) {
    it(name, () => expect(leadingStrings(Buffer.from([...PREFIX, ...bytes]), 2)).to.deep.equal(strings));
  }
  it('are those of the wire format only', () => {
    expect(leadingStrings(Buffer.from('{"replyId":"reply-1"}'), 1)).to.equal(null);
    expect(leadingStrings(Buffer.alloc(0), 1)).to.equal(null);
  });
});
