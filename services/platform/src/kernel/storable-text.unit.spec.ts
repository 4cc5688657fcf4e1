import { expect } from 'chai';
import { storableText } from './storable-text.ts';

describe('text', () => {
  it('has U+FFFD where no database could store it', () => {
    expect(storableText('a\0b\ud800c\u{1f600}')).to.equal('a\ufffdb\ufffdc\u{1f600}');
  });
});
