import { conversationMigrations } from '@tiktok-channel/conversation';
import { migrate, type SqlClient } from '@tiktok-channel/platform/postgres';
import { createRecordingLogger } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { createConversationQueries } from '../../services/conversation/src/adapters/persistence/conversation.queries.ts';
import { createDatabase, type Database } from '../../services/conversation/src/adapters/persistence/database.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';

const AT = 1_767_225_600_000;
const PENDING = `INSERT INTO replies (channel_id, reply_id, conversation_id, first_at, queued_at, sent_at, message_id, text, attempts)
                 VALUES ('biz-1', 'reply-1', 'CONV', ${AT}, ${AT}, ${AT}, 'MSG-1', 'Yes', 1)`;
const ECHO = `INSERT INTO messages (channel_id, conversation_id, message_id, sent_at, direction, kind, body, received_at, from_history)
              VALUES ('biz-1', 'CONV', 'MSG-1', ${AT + 1}, 'outgoing', 'text', 'Yes', ${AT}, 0)`;

describe('a reply whose echo is stored while its conversation is read', () => {
  let server: TestDatabase;
  let database: Database;

  before(async () => {
    server = await testDatabase();
    await migrate({ url: server.url, folder: conversationMigrations, logger: createRecordingLogger() });
    database = createDatabase(server.url);
  });
  after(async () => {
    await database.$disconnect();
    await server.drop();
  });

  it('is listed once: neither missing from both reads nor in both', async () => {
    await database.$executeRawUnsafe(PENDING);

    const { items } = await createConversationQueries(echoBehindTheFirstRead(), 0).listMessages({
      conversation: {
        accountId: 'account-1',
        channelId: 'biz-1',
        conversationId: 'CONV',
        visibleFrom: 0,
        lastSentAt: 0,
      },
      after: null,
      order: 'asc',
      limit: 10,
    });

    expect(items.map(({ replyId, messageId }) => [replyId, messageId])).to.deep.equal([['reply-1', 'MSG-1']]);
  });

  /** Every further read waits for the echo, so it sees what the first one could not. */
  const echoBehindTheFirstRead = (): SqlClient => {
    let echo: Promise<unknown> | null = null;
    const readFirst = async (sql: string, values: readonly unknown[]) => {
      const rows = await database.$queryRawUnsafe(sql, ...values);
      await database.$executeRawUnsafe(ECHO);
      return rows;
    };
    return {
      $executeRawUnsafe: database.$executeRawUnsafe.bind(database),
      $queryRawUnsafe: async <T>(sql: string, ...values: unknown[]): Promise<T> => {
        if (echo === null) {
          echo = readFirst(sql, values);
          return (await echo) as T;
        }
        await echo;
        return database.$queryRawUnsafe<T>(sql, ...values);
      },
    };
  };
});
