import { expect } from 'chai';
import { piecesOf } from './links.ts';

const linksIn = (text: string) => piecesOf(text).flatMap(({ href }) => href ?? []);

describe('links in a text', () => {
  it('end where the sentence ends', () => {
    expect(linksIn('See https://example.com/a?b=1. (And http://example.org!)')).to.deep.equal([
      'https://example.com/a?b=1',
      'http://example.org',
    ]);
  });

  it('are of the web alone', () => {
    for (const text of ['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', 'https://', 'example.com']) {
      expect(linksIn(text), text).to.deep.equal([]);
    }
  });

  it('leave the text as it was', () => {
    const text = 'a <b>https://example.com/x</b> "https://example.com/y" 👍\nhttps://[bad';
    expect(
      piecesOf(text)
        .map((piece) => piece.text)
        .join(''),
    ).to.equal(text);
  });
});
