import { conversationMigrations } from '@tiktok-channel/conversation';
import { migrate } from '@tiktok-channel/platform/postgres';
import { createManualClock, createRecordingLogger } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import fc from 'fast-check';
import { createDatabase, type Database } from '../../services/conversation/src/adapters/persistence/database.ts';
import { columnOf } from '../../services/conversation/src/adapters/persistence/fact-tables.ts';
import { createProjectionStore } from '../../services/conversation/src/adapters/persistence/projection.store.ts';
import { createProjectBatch } from '../../services/conversation/src/application/project-batch.ts';
import { withoutOlder } from '../../services/conversation/src/domain/erasure.ts';
import { type Fact, foldFacts } from '../../services/conversation/src/domain/facts.ts';
import { compareMessages, type MessageFact } from '../../services/conversation/src/domain/message.ts';
import { cutIntoBatches, retelling } from '../../services/conversation/test/histories.ts';
import { scaled } from '../support/long.ts';
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

  it('ends as the fold of the domain does, however a history is shuffled, repeated and cut into batches, releases included', async () => {
    await fc.assert(
      fc.asyncProperty(retelling, async (story) => {
        await empty();
        await projectAll(cutIntoBatches(story));
        expect(await stored()).to.deep.equal(expected(story.history));
      }),
      { numRuns: scaled(80, 2_000), seed: 8 },
    );
  }).timeout(600_000);

  it('ends so too when batches of one conversation are stored at the same time', async () => {
    await fc.assert(
      fc.asyncProperty(retelling, async (story) => {
        await empty();
        await Promise.all(cutIntoBatches(story).map((batch, partition) => projectUntilDone(batch, partition)));
        expect(await stored()).to.deep.equal(expected(story.history));
      }),
      { numRuns: scaled(80, 2_000), seed: 8 },
    );
  }).timeout(600_000);

  it('ends so too when two replicas take it from each other while transactions are cut off before and behind their commit', async () => {
    const fates = fc.array(fc.constantFrom('done', 'done', 'lost', 'unheard', 'moved'), {
      minLength: 1,
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(retelling, fates, fc.integer({ min: 1, max: 6 }), async (story, fate, size) => {
        await empty();
        await projectByTurns(story.retold, { fate, size });
        expect(await stored()).to.deep.equal(expected(story.history));
      }),
      { numRuns: scaled(60, 2_000), seed: 8 },
    );
  }).timeout(600_000);

  /**
   * Two owners of one partition, each with the position that it believes in. `lost`: the transaction never commits.
   * `unheard`: it commits, and whoever sent it does not hear of it. `moved`: the other replica is the owner from now on, and
   * this one does not know yet, so that both go on.
   */
  const projectByTurns = async (
    history: readonly Fact[],
    { fate, size }: { readonly fate: readonly string[]; readonly size: number },
  ): Promise<void> => {
    const store = createProjectionStore({ database, group: 'conversation.projection' });
    const doomed = createProjectionStore({ database: neverCommitting(database), group: 'conversation.projection' });
    const clock = createManualClock();
    const where = { topic: 't', partition: 0 };
    const position = async () => (await store.read('conversation.projection', [where])).get('t/0') ?? 0n;
    const believed = [0n, 0n];
    let owner = 0;
    for (let turn = 0; (await position()) < BigInt(history.length); turn += 1) {
      const is = fate[turn % fate.length];
      if (is === 'moved') owner = 1 - owner;
      const expected = believed[owner] ?? 0n;
      const batch = history.slice(Number(expected), Number(expected) + size);
      const projectBatch = createProjectBatch({ store: is === 'lost' && turn < 40 ? doomed : store, clock });
      const next = expected + BigInt(batch.length);
      const { kind } = await projectBatch(batch, { ...where, expected, next });
      if (kind === 'done' && is !== 'unheard') believed[owner] = next;
      if (kind === 'superseded') believed[owner] = await position();
    }
  };

  /** As if the process died, or the connection, before the commit. */
  const neverCommitting = (whole: Database): Database =>
    new Proxy(whole, {
      get: (target, name, receiver) =>
        name === '$transaction'
          ? (work: (tx: unknown) => Promise<unknown>, options: object) =>
              target
                .$transaction(async (tx) => {
                  await work(tx);
                  throw new CutOff();
                }, options)
                .catch((error: unknown) => {
                  if (!(error instanceof CutOff)) throw error;
                })
          : Reflect.get(target, name, receiver),
    });

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

class CutOff extends Error {}

/** One text per row, whatever the order of its fields. */
const rowText = (row: Readonly<Record<string, unknown>>): string =>
  JSON.stringify(
    Object.entries(row)
      .map(([field, value]) => [columnOf(field), typeof value === 'bigint' ? Number(value) : value])
      .toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
  );

const expected = (history: readonly Fact[]): Record<string, readonly string[]> => {
  const folded = foldFacts(history);
  const visibleFrom = folded.channel.flatMap(({ channelId, visibleFrom: from }) =>
    from === null ? [] : [[channelId, from] as const],
  );
  const facts = withoutOlder(folded, new Map(visibleFrom));
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
