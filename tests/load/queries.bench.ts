import { randomUUID } from 'node:crypto';
import { conversationMigrations } from '@tiktok-channel/conversation';
import { createDatabase as createServerDatabase, dropDatabase, startDependencies } from '@tiktok-channel/local';
import { migrate, type SqlClient } from '@tiktok-channel/platform/postgres';
import { createRecordingLogger } from '@tiktok-channel/platform/testing';
import { createConversationQueries } from '../../services/conversation/src/adapters/persistence/conversation.queries.ts';
import { createDatabase, type Database } from '../../services/conversation/src/adapters/persistence/database.ts';
import { searchQueryOf } from '../../services/conversation/src/domain/words.ts';
import { type Aim, type Row, reportBench } from './bench.ts';

/**
 * Paging and search in a read model of 10⁶ messages against one of 10⁴, in interleaved rounds on one server: the 99th percentile
 * may double. The plans of all statements are looked at: a table that grows is read by an index.
 */
const SIZES = {
  few: Number(process.env.BENCH_FEW ?? 10_000),
  many: Number(process.env.BENCH_MANY ?? 1_000_000),
} as const;
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 400);
const PER_CONVERSATION = 20;
const AIM = 2;
const PAGE = 50;
const ME = { accountId: 'account-1', userId: 'agent-1' } as const;

type Size = keyof typeof SIZES;

/** What is asked: `at` is a number from 0 to 1 that draws a conversation, a place or a word. */
interface Question {
  readonly what: string;
  ask(queries: ReturnType<typeof createConversationQueries>, at: number, size: Size): Promise<unknown>;
}

const FIRST_AT = 1_767_225_600_000;
const conversationOf = (at: number, size: Size): string => `CONV-${Math.floor((at * SIZES[size]) / PER_CONVERSATION)}`;
const timeOf = (at: number, size: Size): number => FIRST_AT + Math.floor(at * SIZES[size]) * 1_000;
const search = (text: string) => (queries: ReturnType<typeof createConversationQueries>) =>
  queries.listConversations({ ...ME, channelId: null, search: searchQueryOf(text), after: null, limit: PAGE });

const QUESTIONS: readonly Question[] = [
  {
    what: 'conversations, a page anywhere',
    ask: (queries, at, size) =>
      queries.listConversations({
        ...ME,
        channelId: null,
        search: null,
        after: { listedAt: timeOf(at, size), conversationId: '', channelId: 'biz-1' },
        limit: PAGE,
      }),
  },
  {
    what: 'messages of a conversation, the newest',
    ask: (queries, at, size) =>
      queries.listMessages({
        conversation: {
          accountId: 'account-1',
          channelId: 'biz-1',
          conversationId: conversationOf(at, size),
          visibleFrom: 0,
          lastSentAt: 0,
        },
        after: null,
        order: 'desc',
        limit: PAGE,
      }),
  },
  { what: 'one conversation', ask: (queries, at, size) => queries.getConversation(ME, conversationOf(at, size)) },
  { what: 'search: a word of every third message', ask: (queries) => search('blue')(queries) },
  { what: 'search: two words, one of them of every tenth message', ask: (queries) => search('blue umbrella')(queries) },
  {
    what: 'search: an order number',
    ask: (queries, at, size) => search(`order${Math.floor(at * SIZES[size])}`)(queries),
  },
  {
    what: 'search: the name of a customer',
    ask: (queries, at, size) => search(`customer${Math.floor((at * SIZES[size]) / PER_CONVERSATION)}`)(queries),
  },
];

const run = async (): Promise<void> => {
  const dependencies = await startDependencies({ onProgress: (what) => console.log(`starting ${what}`) });
  const open = async (size: Size) => {
    const name = `bench_${randomUUID().replaceAll('-', '')}`;
    const url = await createServerDatabase(dependencies.postgres.url, name);
    await migrate({ url, folder: conversationMigrations, logger: createRecordingLogger() });
    const database = createDatabase(url);
    console.log(`filling ${SIZES[size].toLocaleString('en')} messages`);
    await fill(database, SIZES[size]);
    return { database, name };
  };
  const opened: { readonly database: Database; readonly name: string }[] = [];
  try {
    const few = await open('few');
    opened.push(few);
    const many = await open('many');
    opened.push(many);
    const results = [];
    for (const question of QUESTIONS) results.push(await compare(question, { few: few.database, many: many.database }));
    await reportBench(
      'queries',
      results.flatMap(({ rows }) => rows),
      results.flatMap(({ aims }) => aims),
    );
  } finally {
    for (const { database, name } of opened) {
      await database.$disconnect();
      await dropDatabase(dependencies.postgres.url, name);
    }
    await dependencies.stop();
  }
};

const compare = async (
  { what, ask }: Question,
  databases: Readonly<Record<Size, Database>>,
): Promise<{ readonly rows: readonly Row[]; readonly aims: readonly Aim[] }> => {
  const draw = sequence();
  const times: Record<Size, number[]> = { few: [], many: [] };
  const statements = new Map<string, unknown[]>();
  for (let round = -20; round < ROUNDS; round += 1) {
    const at = draw();
    for (const size of round % 2 === 0 ? (['few', 'many'] as const) : (['many', 'few'] as const)) {
      const client = size === 'many' ? noting(databases.many, statements) : databases.few;
      const startedAt = performance.now();
      await ask(createConversationQueries(client, 48 * 3_600_000), at, size);
      if (round >= 0) times[size].push(performance.now() - startedAt);
    }
  }
  const [few, many] = [percentile(times.few), percentile(times.many)];
  const scans = await sequentialScans(databases.many, statements);
  console.log(`${what}: done`);
  return {
    rows: [
      { what: `${what}; ${SIZES.few.toLocaleString('en')} messages, 99th percentile`, value: few, unit: 'ms' },
      { what: `${what}; ${SIZES.many.toLocaleString('en')} messages, 99th percentile`, value: many, unit: 'ms' },
    ],
    aims: [
      { what: `${what}; 99th percentile, many to few`, aim: `≤ ${AIM}`, value: many / few, holds: many <= few * AIM },
      { what: `${what}; growing tables read as a whole`, aim: '0', value: scans, holds: scans === 0 },
    ],
  };
};

const noting = (client: SqlClient, statements: Map<string, unknown[]>): SqlClient => ({
  $queryRawUnsafe: (sql, ...values) => {
    statements.set(sql, values);
    return client.$queryRawUnsafe(sql, ...values);
  },
  $executeRawUnsafe: (sql, ...values) => client.$executeRawUnsafe(sql, ...values),
});

const GROWING =
  /Seq Scan on (?:messages|conversations|search_documents|replies|reply_requests|read_marks|participants|media|reactions|referrals|agent_read_marks)\b/g;

const sequentialScans = async (client: SqlClient, statements: ReadonlyMap<string, unknown[]>): Promise<number> => {
  let scans = 0;
  for (const [sql, values] of statements) {
    const plan = await client.$queryRawUnsafe<{ readonly 'QUERY PLAN': string }[]>(`EXPLAIN ${sql}`, ...values);
    const text = plan.map((line) => line['QUERY PLAN']).join('\n');
    scans += text.match(GROWING)?.length ?? 0;
  }
  return scans;
};

const percentile = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.99) - 1] ?? Number.NaN;

/** Numbers between 0 and 1, the same in every run (a linear congruential generator, Numerical Recipes' constants). */
const sequence = (): (() => number) => {
  let state = 42;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};

/** As the projection and what follows from it would leave it: message `n` is at second `n`, in a conversation drawn by its number. */
const fill = async (database: Database, messages: number): Promise<void> => {
  const conversations = messages / PER_CONVERSATION;
  for (const sql of [
    `INSERT INTO channels VALUES ('biz-1', 1, 'account-1', 'connected', NULL)`,
    `INSERT INTO messages (channel_id, conversation_id, message_id, sent_at, direction, customer_id, customer_username, is_follower,
                           kind, body, source, received_at, from_history)
     SELECT 'biz-1', 'CONV-' || (n % ${conversations}), 'MSG-' || n, ${FIRST_AT} + n * 1000::bigint,
            CASE WHEN n % 5 = 0 THEN 'outgoing' ELSE 'incoming' END, 'u-' || (n % ${conversations}),
            'customer' || (n % ${conversations}), false, 'text',
            concat_ws(' ', 'is this in stock', CASE WHEN n % 3 = 0 THEN 'blue' END, CASE WHEN n % 10 = 0 THEN 'umbrella' END, 'order' || n),
            'app', ${FIRST_AT} + n * 1000::bigint, 0
       FROM generate_series(0, ${messages - 1}) AS n`,
    `INSERT INTO conversations
     SELECT DISTINCT ON (conversation_id) channel_id, conversation_id, sent_at, message_id, customer_id, customer_username, is_follower
       FROM messages ORDER BY conversation_id, sent_at DESC`,
    `INSERT INTO participants (channel_id, conversation_id, display_name, fetched_at)
     SELECT channel_id, conversation_id, 'Mia', 1 FROM conversations`,
    `INSERT INTO search_documents
     SELECT channel_id, conversation_id, message_id, sent_at, array_to_tsvector(string_to_array(body, ' ')) FROM messages`,
    `INSERT INTO search_documents
     SELECT channel_id, conversation_id, '', last_sent_at, array_to_tsvector(ARRAY[customer_username, 'mia']) FROM conversations`,
    `INSERT INTO agent_read_marks
     SELECT 'account-1', 'agent-1', channel_id, conversation_id, last_sent_at - 5000 FROM conversations`,
    `INSERT INTO read_marks SELECT channel_id, conversation_id, last_sent_at - 60000 FROM conversations`,
    `INSERT INTO replies (channel_id, reply_id, conversation_id, first_at, sent_at, message_id, attempts)
     SELECT channel_id, 'r-' || message_id, conversation_id, sent_at, sent_at, message_id, 1 FROM messages WHERE direction = 'outgoing'`,
    `INSERT INTO reply_requests (account_id, conversation_id, idempotency_key, fingerprint, reply_id, channel_id, requested_at)
     SELECT 'account-1', conversation_id, reply_id, '', reply_id, channel_id, first_at FROM replies`,
    `INSERT INTO reactions SELECT channel_id, conversation_id, message_id, 'u', '👍', false, sent_at, false FROM messages WHERE sent_at % 10000 = 0`,
    `INSERT INTO referrals (channel_id, conversation_id, source, reference, occurred_at_second, occurred_at, from_history)
     SELECT channel_id, conversation_id, 'link', 'qr', last_sent_at / 1000, last_sent_at, 0 FROM conversations`,
    `INSERT INTO media (media_id, state, channel_id, conversation_id, message_id, tiktok_media_id, media_type, created_at)
     SELECT gen_random_uuid(), 'stored', channel_id, conversation_id, message_id, 'M', 'IMAGE', sent_at FROM messages WHERE sent_at % 7000 = 0`,
    'VACUUM ANALYZE',
  ]) {
    await database.$executeRawUnsafe(sql);
  }
};

await run();
