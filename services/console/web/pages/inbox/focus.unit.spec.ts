import { expect } from 'chai';
import { isFreeFor } from './focus.ts';

describe('the focus, for the composer of a conversation', () => {
  const row = (conversation: string) => ({ tagName: 'A', dataset: { conversation } });

  it('is free where nothing has it, and on the row that opened the conversation', () => {
    for (const focused of [null, { tagName: 'BODY' }, row('c-1')]) expect(isFreeFor('c-1', focused)).to.equal(true);
  });

  it('stays with who writes elsewhere or goes on in the list', () => {
    for (const focused of [{ tagName: 'INPUT', dataset: {} }, { tagName: 'BUTTON' }, row('c-2')]) {
      expect(isFreeFor('c-1', focused)).to.equal(false);
    }
  });
});
