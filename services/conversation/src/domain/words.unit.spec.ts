import { expect } from 'chai';
import { searchQueryOf, wordsOf } from './words.ts';

describe('the words of a text', () => {
  for (const [what, text, words] of [
    ['are folded in case and width, each once', 'Blue BLUE ｂｌｕｅ!', ['blue']],
    ['are the parts of a handle', '@mia.shopper_99', ['mia', 'shopper', '99']],
    ['keep their marks', 'Größe, café', ['größe', 'café']],
    ['are found where a script has no spaces', 'สวัสดีครับ', ['สวัสดี', 'ครับ']],
    ['are found in Japanese', '東京に行く', ['東京', 'に', '行く']],
    ['are none in signs and emoji', '👍 … !!', []],
  ] as const) {
    it(what, () => expect(wordsOf(text)).to.deep.equal(words));
  }

  it('are looked for all together, the last one as a beginning', () => {
    expect(searchQueryOf("it's blu")).to.equal("'it' & 's' & 'blu':*");
    expect(searchQueryOf('&|!:*')).to.equal(null);
  });
});
