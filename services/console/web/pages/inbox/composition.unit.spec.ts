import { expect } from 'chai';
import { charactersIn, composition } from './composition.ts';

const limits = { textCharacters: 10, imageBytes: 5, imageTypes: ['image/png'] };
const picture = (key: string, { type = 'image/png', bytes = 5 } = {}) => ({
  key,
  file: new File([new Uint8Array(bytes)], `${key}.png`, { type }),
});
const composed = (input: Partial<Parameters<typeof composition>[0]>) =>
  composition({ text: '', pictures: [], limits, remaining: null, ...input });

describe('what is to be sent', () => {
  it('goes as pictures in their order and then the text, since TikTok takes one thing per message', () => {
    const { messages, canSend } = composed({ text: ' hello ', pictures: [picture('a'), picture('b')] });
    expect(messages.map((message) => (message.kind === 'text' ? message.text : message.file.name))).to.deep.equal([
      'a.png',
      'b.png',
      'hello',
    ]);
    expect(canSend).to.equal(true);
  });

  it('cannot be nothing', () => {
    expect(composed({ text: ' \n' }).canSend).to.equal(false);
  });

  it('is counted in characters as people see most of them', () => {
    expect(charactersIn('👍👍')).to.equal(2);
    expect(composed({ text: '👍'.repeat(10) }).canSend).to.equal(true);
    expect(composed({ text: '👍'.repeat(12) })).to.include({ canSend: false, excess: 2 });
  });

  it('is held back by a picture that TikTok does not take', () => {
    const { problems, canSend } = composed({
      pictures: [picture('large', { bytes: 6 }), picture('gif', { type: 'image/gif' })],
    });
    expect([...problems]).to.deep.equal([
      ['large', 'too_large'],
      ['gif', 'wrong_type'],
    ]);
    expect(canSend).to.equal(false);
  });

  it('is no more than TikTok still takes', () => {
    expect(composed({ text: 'a', pictures: [picture('a')], remaining: 1 })).to.include({
      isTooMany: true,
      canSend: false,
    });
    expect(composed({ text: 'a', remaining: 1 }).canSend).to.equal(true);
  });
});
