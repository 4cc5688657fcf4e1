import { conversationMigrations } from '@tiktok-channel/conversation';
import { migrate } from '@tiktok-channel/platform/postgres';
import { createRecordingLogger } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { createConversationQueries } from '../../services/conversation/src/adapters/persistence/conversation.queries.ts';
import { createDatabase, type Database } from '../../services/conversation/src/adapters/persistence/database.ts';
import { findMatches } from '../../services/conversation/src/adapters/persistence/search.query.ts';
import type { ConversationCursor } from '../../services/conversation/src/application/views.ts';
import { searchQueryOf } from '../../services/conversation/src/domain/words.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';

const TEXTS = 14_000;
const CONVERSATIONS = 60;
const PAGE = 7;

interface Document extends ConversationCursor {
  readonly words: readonly string[];
}

/** Text `n` is at time `n`; each channel has every other. */
const documents: readonly Document[] = Array.from({ length: TEXTS }, (_, n) => ({
  channelId: `biz-${n % 2}`,
  conversationId: `C-${(n * 7) % CONVERSATIONS}`,
  listedAt: n,
  words: [
    'text',
    ...(n % 3 === 0 ? ['common'] : []),
    ...(n % 1_000 === 11 ? ['rare'] : []),
    ...(n < 9_000 ? ['former'] : []),
  ],
}));

describe('a search in more texts than are looked through', () => {
  let server: TestDatabase;
  let database: Database;

  before(async () => {
    server = await testDatabase();
    await migrate({ url: server.url, folder: conversationMigrations, logger: createRecordingLogger() });
    database = createDatabase(server.url);
    for (const [channel, account] of [
      ['biz-0', 'account-1'],
      ['biz-1', 'account-1'],
      ['biz-2', 'account-2'],
    ]) {
      await database.$executeRawUnsafe(`INSERT INTO channels VALUES ($1, 1, $2, 'connected', NULL)`, channel, account);
    }
    await database.$executeRawUnsafe(
      `INSERT INTO search_documents
       SELECT channel_id, conversation_id, 'm-' || sent_at, sent_at, array_to_tsvector(string_to_array(words, ' '))
         FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[]) AS new (channel_id, conversation_id, sent_at, words)`,
      documents.map(({ channelId }) => channelId),
      documents.map(({ conversationId }) => conversationId),
      documents.map(({ listedAt }) => listedAt),
      documents.map(({ words }) => words.join(' ')),
    );
    await database.$executeRawUnsafe(
      `INSERT INTO search_documents VALUES ('biz-2', 'THEIRS', 'm', 1, array_to_tsvector(ARRAY['text', 'common', 'rare', 'former']))`,
    );
    await database.$executeRawUnsafe('ANALYZE search_documents');
  });

  after(async () => {
    await database.$disconnect();
    await server.drop();
  });

  const allPages = async (word: string, channelId: string | null): Promise<readonly ConversationCursor[]> => {
    const found: ConversationCursor[] = [];
    for (;;) {
      const page = await findMatches(database, {
        accountId: 'account-1',
        channelId,
        search: searchQueryOf(word) ?? '',
        after: found.at(-1) ?? null,
        limit: PAGE,
      });
      found.push(...page);
      if (page.length < PAGE) return found;
    }
  };

  const expected = (word: string, channelId: string | null): readonly ConversationCursor[] => {
    const newest = new Map<string, ConversationCursor>();
    for (const { words, ...place } of documents) {
      const isFound = words.includes(word) && (channelId === null || place.channelId === channelId);
      if (isFound) newest.set(`${place.channelId} ${place.conversationId}`, place);
    }
    return [...newest.values()].sort((a, b) => b.listedAt - a.listedAt);
  };

  for (const [word, where] of [
    ['common', 'among the newest'],
    ['rare', 'by the index of words'],
    ['former', 'behind many others, too often for that index'],
  ] as const) {
    it(`finds each conversation once, at its newest match and page by page: ${where}`, async () => {
      for (const channelId of [null, 'biz-1']) {
        expect(await allPages(word, channelId)).to.deep.equal(expected(word, channelId));
      }
    });
  }

  it('goes on behind matches whose conversations are just going, which are shown to nobody', async () => {
    const { listConversations } = createConversationQueries(database, 1);
    const query = {
      accountId: 'account-1',
      userId: 'mira',
      channelId: null,
      search: searchQueryOf('common'),
      limit: PAGE,
    };
    expect(await listConversations({ ...query, after: null })).to.deep.equal({
      items: [],
      next: expected('common', null)[PAGE - 1],
    });
  });

  it('finds nothing that is not there', async () => {
    expect(await allPages('nothing', null)).to.deep.equal([]);
  });
});
