import { expect } from 'chai';
import type { Conversation } from '../api/types.ts';
import { placed } from './apply-events.ts';

const conversation = (conversationId: string, updatedAt: number): Conversation =>
  ({ conversationId, updatedAt }) as Conversation;

const pagesOf = (...pages: readonly (readonly [string, number][])[]) => ({
  pageParams: pages.map(() => null),
  pages: pages.map((items, index) => ({
    items: items.map(([id, sentAt]) => conversation(id, sentAt)),
    nextCursor: index < pages.length - 1 ? 'next' : 'more',
    eventCursor: '',
  })),
});

const idsIn = (data: ReturnType<typeof placed>) =>
  data.pages.map(({ items }) => items.map(({ conversationId }) => conversationId));

describe('a conversation that changed', () => {
  const list = pagesOf(
    [
      ['a', 50],
      ['b', 40],
    ],
    [
      ['c', 30],
      ['d', 20],
    ],
  );

  it('moves to where its newest message puts it', () => {
    expect(idsIn(placed(list, conversation('d', 60)))).to.deep.equal([['d', 'a', 'b'], ['c']]);
    expect(idsIn(placed(list, conversation('d', 35)))).to.deep.equal([
      ['a', 'b'],
      ['d', 'c'],
    ]);
    expect(idsIn(placed(list, conversation('e', 45)))).to.deep.equal([
      ['a', 'e', 'b'],
      ['c', 'd'],
    ]);
  });

  it('stays where it is when only something about it changed', () => {
    expect(idsIn(placed(list, conversation('c', 30)))).to.deep.equal([
      ['a', 'b'],
      ['c', 'd'],
    ]);
  });

  it('is left to the pages that were not read yet when it belongs there', () => {
    expect(idsIn(placed(list, conversation('e', 10)))).to.deep.equal([
      ['a', 'b'],
      ['c', 'd'],
    ]);
  });

  it('comes last when there are no more pages', () => {
    const all = { ...list, pages: list.pages.map((page) => ({ ...page, nextCursor: null })) };
    expect(idsIn(placed(all, conversation('e', 10)))).to.deep.equal([
      ['a', 'b'],
      ['c', 'd', 'e'],
    ]);
  });

  it('is the first of an empty list', () => {
    const none = { pageParams: [null], pages: [{ items: [], nextCursor: null, eventCursor: '' }] };
    expect(idsIn(placed(none, conversation('a', 1)))).to.deep.equal([['a']]);
  });
});
