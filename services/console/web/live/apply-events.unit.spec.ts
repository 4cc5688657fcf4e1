import { type QueryClient, QueryObserver } from '@tanstack/react-query';
import { expect } from 'chai';
import type { Api } from '../api/client.ts';
import { networkProblem } from '../api/problem.ts';
import { conversationQuery, conversationsQuery, messagesQuery } from '../api/queries.ts';
import { createQueryClient } from '../api/query-client.ts';
import type { Conversation } from '../api/types.ts';
import { eventually } from '../testing/eventually.ts';
import { createEventApplier, placed } from './apply-events.ts';

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

/** A service whose answers are given by hand, in whatever order. */
const createService = () => {
  const waiting: { readonly path: string; readonly answer: (body: unknown) => void; readonly fail: () => void }[] = [];
  const get = (path: string): Promise<unknown> =>
    new Promise((resolve, reject) => {
      waiting.push({ path, answer: (data) => resolve({ data }), fail: () => reject(networkProblem(null)) });
    });
  const asked = (path: string) =>
    eventually(`${path} is asked for`, () => {
      const at = waiting.findIndex((call) => call.path === path);
      return at === -1 ? undefined : waiting.splice(at, 1)[0];
    });
  return {
    api: { conversations: { GET: get } } as unknown as Api,
    asked,
    answer: async (path: string, body: unknown) => (await asked(path)).answer(body),
    isAsked: () => waiting.length > 0,
  };
};

describe('what the live stream tells', () => {
  const LIST = '/v1/conversations';
  const ONE = '/v1/conversations/{conversationId}';
  const MESSAGES = '/v1/conversations/{conversationId}/messages';
  const EVERYBODY = { search: '', channelId: null };
  const page = (...items: Conversation[]) => ({ items, nextCursor: null, eventCursor: '' });
  const tell = { name: 'conversation', data: { conversationId: 'a' } };
  let service: ReturnType<typeof createService>;
  let queries: QueryClient;
  let apply: ReturnType<typeof createEventApplier>;

  beforeEach(() => {
    service = createService();
    queries = createQueryClient();
    queries.setDefaultOptions({ queries: { ...queries.getDefaultOptions().queries, retry: false } });
    apply = createEventApplier(service.api, queries);
  });
  afterEach(() => queries.clear());

  const list = () => queries.getQueryCache().find({ queryKey: conversationsQuery(service.api, EVERYBODY).queryKey });
  const listed = () =>
    (list()?.state.data as { pages: { items: Conversation[] }[] } | undefined)?.pages.flatMap(({ items }) =>
      items.map(({ conversationId, updatedAt }) => `${conversationId}${updatedAt}`),
    );
  const listIs = (...expected: readonly string[]) =>
    eventually(`the list is ${expected}`, () => expect(listed()).to.deep.equal(expected));
  /** Somebody looks at it, as a page does. */
  const look = (query: { readonly queryKey: readonly unknown[] }) => {
    // biome-ignore lint/suspicious/noExplicitAny: an infinite query and a plain one differ in their types alone
    const observer = new QueryObserver(queries, query as any);
    return observer.subscribe(() => undefined);
  };

  it('is placed in a list that is known to be whole, which is not asked for again', async () => {
    queries.setQueryData(conversationsQuery(service.api, EVERYBODY).queryKey, {
      pageParams: [null],
      pages: [page(conversation('b', 2), conversation('a', 1))],
    });
    apply(tell);
    await service.answer(ONE, conversation('a', 3));
    await listIs('a3', 'b2');
    expect(service.isAsked()).to.equal(false);
  });

  it('does not make a list pass for new that is known to be old', async () => {
    const { queryKey } = conversationsQuery(service.api, EVERYBODY);
    queries.setQueryData(queryKey, { pageParams: [null], pages: [page(conversation('a', 1))] });
    await queries.invalidateQueries({ queryKey });
    apply(tell);
    await service.answer(ONE, conversation('a', 3));
    await eventually('the conversation is there', () =>
      queries.getQueryData(conversationQuery(service.api, 'a').queryKey),
    );
    expect(list()?.state.isInvalidated).to.equal(true);
  });

  it('is not undone by an answer to the list that was on its way', async () => {
    void queries.fetchInfiniteQuery(conversationsQuery(service.api, EVERYBODY));
    const underway = await service.asked(LIST);
    apply(tell);
    await service.answer(ONE, conversation('a', 3));
    await eventually('the conversation is there', () =>
      queries.getQueryData(conversationQuery(service.api, 'a').queryKey),
    );
    underway.answer(page(conversation('b', 2), conversation('a', 1)));
    await listIs('a3', 'b2');
  });

  it('is asked for once more when it was being asked for as it changed', async () => {
    queries.setQueryData(conversationsQuery(service.api, EVERYBODY).queryKey, {
      pageParams: [null],
      pages: [page(conversation('a', 1))],
    });
    apply(tell);
    const first = await service.asked(ONE);
    apply(tell);
    await eventually('the second change waits', () => queries.getQueryCache().hasListeners());
    first.answer(conversation('a', 2));
    await service.answer(ONE, conversation('a', 3));
    await listIs('a3');
  });

  it('makes the list old when the conversation cannot be had', async () => {
    queries.setQueryData(conversationsQuery(service.api, EVERYBODY).queryKey, {
      pageParams: [null],
      pages: [page(conversation('a', 1))],
    });
    apply(tell);
    (await service.asked(ONE)).fail();
    await eventually('it counts as old', () => list()?.state.isInvalidated);
  });

  it('is asked for after a first answer that may be older', async () => {
    const forget = look(messagesQuery(service.api, 'a'));
    const first = await service.asked(MESSAGES);
    apply(tell);
    await service.answer(ONE, conversation('a', 3));
    first.answer({ items: ['before'], nextCursor: null });
    await service.answer(MESSAGES, { items: ['after'], nextCursor: null });
    forget();
  });
});
