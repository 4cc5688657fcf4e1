import { expect } from 'chai';
import { createPictureTray } from './pictures.ts';

describe('pictures that were chosen', () => {
  const file = (name: string) => new File(['bytes'], name, { type: 'image/png' });
  let tray: ReturnType<typeof createPictureTray>;

  beforeEach(() => {
    tray = createPictureTray();
  });

  const names = (conversationId: string) => tray.of(conversationId).map(({ file: { name } }) => name);
  const keyOf = (conversationId: string, at: number) => tray.of(conversationId)[at]?.key ?? '';

  it('stay with their conversation until they are sent or removed', () => {
    tray.add('c', [file('front'), file('back')]);
    tray.add('d', [file('label')]);
    tray.remove('c', keyOf('c', 0));
    expect(names('c')).to.deep.equal(['back']);
    tray.clear('c');
    expect(names('c')).to.deep.equal([]);
    expect(names('d')).to.deep.equal(['label']);
  });

  it('are put in order', () => {
    tray.add('c', [file('a'), file('b'), file('c')]);
    tray.advance('c', keyOf('c', 2));
    tray.advance('c', keyOf('c', 0));
    expect(names('c')).to.deep.equal(['a', 'c', 'b']);
  });

  it('are the same list until something changes, which is told', () => {
    let told = 0;
    tray.subscribe(() => {
      told += 1;
    });
    tray.add('c', [file('a')]);
    expect(tray.of('c')).to.equal(tray.of('c'));
    expect(tray.of('d')).to.equal(tray.of('e'));
    expect(told).to.equal(1);
  });
});
