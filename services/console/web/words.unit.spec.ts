import { expect } from 'chai';
import { words } from './words.ts';

describe('the words of the page', () => {
  it('put a sentence into another one, and leave names their capitals', () => {
    const { notSent } = words.conversation.failed;
    expect(notSent('The picture is too large.')).to.equal('Not sent: the picture is too large.');
    expect(notSent('TikTok allows no more messages here.')).to.equal('Not sent: TikTok allows no more messages here.');
  });
});
