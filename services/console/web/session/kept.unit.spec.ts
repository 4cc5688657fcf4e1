import { expect } from 'chai';
import { createBrowser } from '../testing/browser.ts';
import { createKept, type Kept, keyFor, keysOf } from './kept.ts';

const blocked = (): Kept =>
  createKept(() => {
    throw new DOMException('blocked', 'SecurityError');
  }, new EventTarget());

const full = (): Kept => {
  const browser = createBrowser();
  browser.window().set('a', 'old');
  browser.fillUp();
  return browser.window();
};

describe('what the browser keeps', () => {
  for (const [name, open] of [
    ['nothing', blocked],
    ['no more', full],
  ] as const) {
    it(`lives as long as the page where it keeps ${name}`, () => {
      const kept = open();
      let told = 0;
      kept.subscribe(() => {
        told += 1;
      });
      kept.set('a', 'new');
      kept.set('b', 'x');
      expect([kept.get('a'), kept.get('b')]).to.deep.equal(['new', 'x']);
      expect(kept.keys()).to.have.members(['a', 'b']);
      kept.remove('a', 'b');
      expect([kept.get('a'), kept.get('b')]).to.deep.equal([null, null]);
      expect(kept.keys()).to.deep.equal([]);
      expect(told).to.equal(3);
    });
  }

  it('is told to the other windows', () => {
    const browser = createBrowser();
    const [here, there] = [browser.window(), browser.window()];
    const seen: (string | null)[] = [];
    const forget = there.subscribe(() => seen.push(there.get('a')));
    here.set('a', 'one');
    here.remove('a');
    forget();
    here.set('a', 'two');
    expect(seen).to.deep.equal(['one', null]);
  });

  it('is found by whom it is of', () => {
    const kept = createBrowser().window();
    const mia = { accountId: 'shop', userId: 'mia' };
    const key = keyFor('draft', mia, 'c');
    kept.set(key, 'x');
    kept.set(keyFor('unsent', mia, 'c', 'k'), 'x');
    kept.set(keyFor('draft', { ...mia, userId: 'mia2' }, 'c'), 'x');
    kept.set(keyFor('draft', { ...mia, accountId: 'other' }, 'c'), 'x');
    expect(keysOf(kept, 'draft', mia)).to.deep.equal([key]);
  });
});
