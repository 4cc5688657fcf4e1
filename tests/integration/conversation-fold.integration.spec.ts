import { conversationMigrations } from '@tiktok-channel/conversation';
import { migrate } from '@tiktok-channel/platform/postgres';
import { createManualClock, createRecordingLogger } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import fc from 'fast-check';
import { createDatabase, type Database } from '../../services/conversation/src/adapters/persistence/database.ts';
import { columnOf } from '../../services/conversation/src/adapters/persistence/fact-tables.ts';
import { createProjectionStore } from '../../services/conversation/src/adapters/persistence/projection.store.ts';
import { createProjectBatch } from '../../services/conversation/src/application/project-batch.ts';
import { type Fact, foldFacts } from '../../services/conversation/src/domain/facts.ts';
import { compareMessages, type MessageFact } from '../../services/conversation/src/domain/message.ts';
import { cutIntoBatches, retelling } from '../../services/conversation/test/histories.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';

describe('the projection in the database', () => {
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

  it('ends as the fold of the domain does, however a history is shuffled, repeated and cut into batches', async () => {
    await fc.assert(
      fc.asyncProperty(retelling, async (story) => {
        await empty();
        await projectAll(cutIntoBatches(story));
        expect(await stored()).to.deep.equal(expected(story.history));
      }),
      { numRuns: 60, seed: 8 },
    );
  }).timeout(120_000);

  it('ends so too when batches of one conversation are stored at the same time', async () => {
    await fc.assert(
      fc.asyncProperty(retelling, async (story) => {
        await empty();
        await Promise.all(cutIntoBatches(story).map((batch, partition) => projectUntilDone(batch, partition)));
        expect(await stored()).to.deep.equal(expected(story.history));
      }),
      { numRuns: 60, seed: 8 },
    );
  }).timeout(120_000);

  const empty = () => database.$executeRawUnsafe(`TRUNCATE ${TABLES.join(', ')}, consumer_positions, media CASCADE`);

  /** Each batch as if it came from a partition of its own. */
  const projectUntilDone = async (batch: readonly Fact[], partition: number): Promise<void> => {
    const store = createProjectionStore({ database, group: 'conversation.projection' });
    const projectBatch = createProjectBatch({ store, clock: createManualClock() });
    const position = { topic: 't', partition, expected: 0n, next: BigInt(batch.length) };
    let kind: string;
    do ({ kind } = await projectBatch(batch, position));
    while (kind === 'retry');
    expect(kind).to.equal('done');
  };

  const projectAll = async (batches: readonly (readonly Fact[])[]): Promise<void> => {
    const store = createProjectionStore({ database, group: 'conversation.projection' });
    const projectBatch = createProjectBatch({ store, clock: createManualClock() });
    let position = 0n;
    for (const batch of batches) {
      const next = position + BigInt(batch.length);
      const projected = await projectBatch(batch, { topic: 't', partition: 0, expected: position, next });
      expect(projected.kind).to.equal('done');
      position = next;
    }
  };

  const TABLES = [
    'channels',
    'conversations',
    'european_notices',
    'messages',
    'reactions',
    'read_marks',
    'referrals',
    'replies',
  ] as const;

  const stored = async (): Promise<Record<string, readonly string[]>> => {
    const tables: Record<string, readonly string[]> = {};
    for (const table of TABLES) {
      const rows = await database.$queryRawUnsafe<Record<string, unknown>[]>(`SELECT * FROM ${table}`);
      tables[table] = rows.map(rowText).toSorted();
    }
    return tables;
  };
});

/** One text per row, whatever the order of its fields. */
const rowText = (row: Readonly<Record<string, unknown>>): string =>
  JSON.stringify(
    Object.entries(row)
      .map(([field, value]) => [columnOf(field), typeof value === 'bigint' ? Number(value) : value])
      .toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
  );

const expected = (history: readonly Fact[]): Record<string, readonly string[]> => {
  const facts = foldFacts(history);
  const textsOf = (rows: readonly object[]) => rows.map((row) => rowText({ ...row })).toSorted();
  return {
    channels: textsOf(facts.channel),
    conversations: textsOf(conversationsOf(facts.message)),
    european_notices: textsOf(facts.europeanNotice),
    messages: textsOf(facts.message),
    reactions: textsOf(facts.reaction),
    read_marks: textsOf(facts.readMark),
    referrals: textsOf(facts.referral),
    replies: textsOf(facts.reply),
  };
};

/** What the row of a conversation follows from: its newest message, and the newest that says who the customer is. */
const conversationsOf = (messages: readonly MessageFact[]) =>
  Object.values(Object.groupBy(messages, ({ channelId, conversationId }) => `${channelId} ${conversationId}`)).map(
    (conversation = []) => {
      const newestFirst = conversation.toSorted((a, b) => compareMessages(b, a));
      const newest = <Field extends keyof MessageFact>(field: Field) =>
        newestFirst.find((message) => message[field] !== null)?.[field] ?? null;
      return {
        channelId: newest('channelId'),
        conversationId: newest('conversationId'),
        lastSentAt: newest('sentAt'),
        lastMessageId: newest('messageId'),
        customerId: newest('customerId'),
        customerUsername: newest('customerUsername'),
        isFollower: newest('isFollower'),
      };
    },
  );
