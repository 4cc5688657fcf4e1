import { eventually } from '@tiktok-channel/platform/testing';
import { topics } from '@tiktok-channel/schemas';
import { expect } from 'chai';
import { Kafka } from 'kafkajs';
import {
  apiOf,
  type Bench,
  caughtUp,
  connected,
  echoed,
  image,
  type Json,
  outgoing,
  prepareConversation,
  type RunningConversation,
  readKeyed,
  readTopic,
  received,
  startConversation,
} from '../support/conversation.ts';
import { has, readEvents } from '../support/events.ts';
import { projectionsOf } from '../support/projections.ts';
import { textContent } from '../support/records.ts';

const CONVERSATIONS = 6;
const MESSAGES = 5;

const conversation = (index: number): string => `CONV-${index}`;
const message = (index: number, place: number): string => `m-${index}-${place}`;
const textOf = (index: number, place: number): string => `text ${index} ${place}`;

describe('a read model with wrong rows', () => {
  let bench: Bench;
  let replicas: readonly RunningConversation[];
  let authorization: string;
  let operators: Awaited<ReturnType<typeof projectionsOf>>;
  const url = (replica: number): string => replicas[replica]?.publicUrl ?? '';
  const sql = (text: string) => bench.database.client.$queryRawUnsafe<readonly Json[]>(text);

  before(async () => {
    bench = await prepareConversation();
    replicas = [await startConversation(bench), await startConversation(bench)];
    authorization = await bench.identity.authorize({ accountId: 'account-1' });
    operators = await projectionsOf(bench, url(0));
    const indices = Array.from({ length: CONVERSATIONS }, (_, index) => index);
    await bench.publish(
      connected(),
      ...indices.flatMap((index) =>
        Array.from({ length: MESSAGES }, (_, place) =>
          received({
            conversationId: conversation(index),
            messageId: message(index, place),
            sentAt: 1_000 * (place + 1),
            content: textContent(textOf(index, place)),
          }),
        ),
      ),
      received({ conversationId: conversation(0), messageId: 'm-image', sentAt: 500, content: image('img-1') }),
      [
        'ReplySent',
        {
          replyId: 'r-1',
          channelId: 'biz-1',
          conversationId: conversation(1),
          at: 9_000,
          messageId: 'm-echo',
          attempts: 1,
          corrects: false,
        },
      ],
      echoed({ conversationId: conversation(1), messageId: 'm-echo', sentAt: 9_000 }),
    );
    await caughtUp(bench);
    await plantWrongRows();
  });

  after(async () => {
    for (const replica of replicas) await replica.stop();
    await bench.stop();
  });

  /** As an old version with a fault would have left them. */
  const plantWrongRows = async (): Promise<void> => {
    await sql(
      `UPDATE projection_1.messages SET body = 'WRONG', source = NULL WHERE conversation_id = '${conversation(2)}'`,
    );
    await sql(`DELETE FROM projection_1.messages WHERE message_id = '${message(3, 2)}'`);
    await sql(`DELETE FROM projection_1.messages WHERE message_id = 'm-image'`);
    await sql('DELETE FROM media');
    await sql(
      `INSERT INTO projection_1.conversations
       SELECT channel_id, 'CONV-PHANTOM', last_sent_at, last_message_id, customer_id, customer_username, is_follower
         FROM projection_1.conversations WHERE conversation_id = '${conversation(0)}'`,
    );
    await sql(
      `INSERT INTO projection_1.messages
       SELECT (jsonb_populate_record(m, '{"conversation_id": "CONV-PHANTOM"}')).*
         FROM projection_1.messages m WHERE message_id = '${message(0, MESSAGES - 1)}'`,
    );
    await sql(`INSERT INTO snapshots VALUES ('biz-1', 'CONV-PHANTOM', 1, '')`);
    await sql(
      `INSERT INTO search_documents
       SELECT 'biz-1', 'CONV-PHANTOM', message_id, 5000, array_to_tsvector(ARRAY['text'])
         FROM unnest(ARRAY['', '${message(0, MESSAGES - 1)}']) AS message_id`,
    );
  };

  it('is compared with a build from the start, by ids and columns alone', async () => {
    const { status, body } = await operators.rebuild();
    expect([status, body.build]).to.deep.equal([201, 2]);
    await operators.caughtUp(2);

    const compared = await operators.compare(2);

    expect(compared.status).to.equal(200);
    expect(JSON.stringify(compared.body)).to.not.contain('WRONG').and.not.contain('text 2');
    const found = (conversationId: string) =>
      compared.body.differences
        .filter((each: Json) => each.conversationId === conversationId)
        .flatMap((each: Json) => each.found)
        .map(({ table, kind, column, rows }: Json) => `${table} ${kind} ${column} ${rows}`)
        .toSorted();
    expect(found(conversation(2))).to.deep.equal([
      `messages differs body ${MESSAGES}`,
      `messages differs source ${MESSAGES}`,
    ]);
    expect(found(conversation(3))).to.deep.equal(['messages only_build null 1']);
    expect(found('CONV-PHANTOM')).to.deep.equal(['conversations only_served null 1', 'messages only_served null 1']);
    expect(compared.body.tables.find(({ table }: Json) => table === 'messages')).to.deep.include({ differing: 8 });
    expect(compared.body.differences).to.have.lengthOf(4);
  });

  it('writes no change, snapshot or media of a build that follows', async () => {
    const [before] = await sql(
      'SELECT (SELECT count(*) FROM changes) AS changes, (SELECT count(*) FROM outbox) AS outbox, (SELECT count(*) FROM media) AS media',
    );
    const { body } = await operators.rebuild();
    await operators.caughtUp(body.build);
    const [after] = await sql(
      'SELECT (SELECT count(*) FROM changes) AS changes, (SELECT count(*) FROM outbox) AS outbox, (SELECT count(*) FROM media) AS media',
    );

    expect(after).to.deep.equal(before);
    expect((await operators.drop(body.build)).status).to.equal(204);
  });

  it('is repaired by a switch, while readers of both replicas see neither an error nor a gap', async () => {
    const api = apiOf(url(1), authorization);
    const cursor: string = (await api.get('/v1/conversations')).body.eventCursor;
    const readers = [
      await readEvents(url(0), authorization, { cursor }),
      await readEvents(url(1), authorization, { cursor }),
    ];
    const polled = poll();

    const switched = await operators.switchTo(2);
    expect(switched.status).to.equal(200);
    expect(switched.body).to.deep.include({ build: 2, state: 'served' });
    await bench.publish(received({ conversationId: conversation(4), messageId: 'm-after', sentAt: 20_000 }));

    for (const reader of readers) {
      const told = (event: string, data: Record<string, unknown>) =>
        eventually(`${event} ${JSON.stringify(data)} is told`, () => has(reader, event, data), { withinMs: 20_000 });
      await told('message', { conversationId: conversation(2), messageId: message(2, 0) });
      await told('message', { conversationId: conversation(3), messageId: message(3, 2) });
      await told('channel', { channelId: 'biz-1' });
      await told('message', { conversationId: conversation(4), messageId: 'm-after' });
      expect(reader.events.some(({ event }) => event === 'reset')).to.equal(false);
    }
    expect(await polled.stop()).to.deep.equal([]);
    for (const reader of readers) await reader.close();
    for (const replica of [0, 1]) {
      const messages = await apiOf(url(replica), authorization).messages(conversation(2));
      expect(messages.map(({ content }) => content.text)).to.deep.equal(
        Array.from({ length: MESSAGES }, (_, place) => textOf(2, place)),
      );
      expect((await apiOf(url(replica), authorization).get('/v1/conversations/CONV-PHANTOM')).status).to.equal(404);
    }
    await operators.told();
  });

  it('has what follows from its rows put right: media are wanted, words found, snapshots published', async () => {
    await eventually(
      'the image is wanted',
      async () => (await sql(`SELECT FROM media WHERE message_id = 'm-image'`)).length === 1,
    );
    const api = apiOf(url(0), authorization);
    await eventually('the words are found again', async () => {
      const { body } = await api.get('/v1/conversations?search=text');
      return body.items.some((each: Json) => each.conversationId === conversation(2));
    });
    await eventually(
      'the snapshot says so',
      async () => {
        const snapshots = await readTopic(bench, topics.conversations.name);
        const last = snapshots
          .map(({ value }) => value as Json)
          .findLast((each) => each.conversationId === conversation(3));
        return last?.incomingCount === MESSAGES;
      },
      { withinMs: 20_000, everyMs: 500 },
    );
    await eventually('what was never there is taken back', async () => {
      const snapshots = new Map(await readKeyed(bench, topics.conversations.name));
      return snapshots.get('CONV-PHANTOM') === null;
    });
    expect(await sql(`SELECT FROM search_documents WHERE conversation_id = 'CONV-PHANTOM'`)).to.deep.equal([]);
  });

  it('keeps the build before up to date, to which can be switched back, until it is dropped', async () => {
    await bench.publish(received({ conversationId: conversation(5), messageId: 'm-back', sentAt: 30_000 }));
    await caughtUp(bench);
    await operators.caughtUp(1);
    expect((await operators.drop(2)).body.code).to.equal('build_served');

    expect((await operators.switchTo(1)).status).to.equal(200);
    const api = apiOf(url(1), authorization);
    expect((await api.messages(conversation(5))).map(({ messageId }) => messageId)).to.include('m-back');
    await operators.told();
    await operators.caughtUp(2);
    expect((await operators.switchTo(2)).status).to.equal(200);
    await operators.told();
    expect((await operators.drop(1)).status).to.equal(204);
    expect(await sql(`SELECT nspname FROM pg_namespace WHERE nspname LIKE 'projection%'`)).to.deep.equal([
      { nspname: 'projection' },
    ]);
    await bench.publish(received({ conversationId: conversation(5), messageId: 'm-last', sentAt: 40_000 }));
    await eventually('the message is shown', async () =>
      (await api.messages(conversation(5))).some(({ messageId }) => messageId === 'm-last'),
    );
  });

  it('shows nobody what is older than a release of the channel, as the build before did', async () => {
    const of = { channelId: 'biz-7', conversationId: 'CONV-MOVED' };
    await bench.publish(
      connected({ channelId: 'biz-7', accountId: 'account-7' }),
      received({ ...of, messageId: 'm-old', sentAt: 1_000 }),
      received({ ...of, conversationId: 'CONV-OLD', messageId: 'm-older', sentAt: 1_000 }),
      connected({ channelId: 'biz-7', accountId: 'account-8', visibleFrom: 5_000 }, 2),
      received({ ...of, messageId: 'm-new', sentAt: 6_000 }),
    );
    await caughtUp(bench);
    const { body } = await operators.rebuild();
    await operators.caughtUp(body.build);
    expect((await operators.compare(body.build)).body.differences).to.deep.equal([]);
    expect((await operators.switchTo(body.build)).status).to.equal(200);

    const mine = apiOf(url(1), await bench.identity.authorize({ accountId: 'account-8' }));
    const former = apiOf(url(1), await bench.identity.authorize({ accountId: 'account-7' }));
    expect((await mine.messages('CONV-MOVED')).map(({ messageId }) => messageId)).to.deep.equal(['m-new']);
    expect((await mine.get('/v1/conversations/CONV-OLD')).status).to.equal(404);
    expect((await former.get('/v1/conversations')).body.items).to.deep.equal([]);
    expect((await former.get('/v1/conversations/CONV-MOVED')).status).to.equal(404);
    await operators.told();
  });

  it('is caught up though there are offsets without a record, as a transaction leaves them', async () => {
    const producer = bench.kafka.createProducer({ transactionalId: `test-${bench.prefix}` });
    await producer.start();
    for (const version of [3, 4, 5]) {
      await producer.send([outgoing(bench.codec, connected({ channelId: 'biz-5', accountId: 'account-5' }, version))]);
    }
    await producer.stop();
    await eventually('the channel is known', async () => {
      const rows = await sql(`SELECT FROM projection.channels WHERE channel_id = 'biz-5' AND version = 5`);
      return rows.length === 1;
    });
    for (const { build, state } of await operators.list()) if (state !== 'served') await operators.drop(build);
    const { body } = await operators.rebuild();
    await operators.caughtUp(body.build);
    // As if the mark had come in a fetch of its own to the build, and with its record to the served one.
    const before =
      await sql(`UPDATE projection_${body.build}.consumer_positions own SET next_offset = own.next_offset - 1
                                FROM projection.consumer_positions served
                               WHERE served.topic = own.topic AND served.partition = own.partition AND own.next_offset > 1
                                 AND own.topic = '${topics.channels.name}' RETURNING own.partition`);
    expect(before).to.not.have.lengthOf(0);

    await operators.caughtUp(body.build);

    expect((await operators.compare(body.build)).status).to.equal(200);
    await operators.drop(body.build);
  });

  it('is caught up though what was given back is not kept any more', async () => {
    const topic = topics.conversationRedrive.name;
    await bench.send(['a', 'b', 'c', 'd'].map((key) => ({ topic, key, value: Buffer.from('x'), headers: {} })));
    await eventually('it has passed', async () => {
      const [row] = await sql(
        `SELECT sum(next_offset)::int AS passed FROM projection.consumer_positions WHERE topic = '${topic}'`,
      );
      return row?.passed === 4;
    });
    await forget(`${bench.prefix}${topic}`);

    const { body } = await operators.rebuild();
    await operators.caughtUp(body.build);

    expect((await operators.compare(body.build)).body.differences).to.deep.equal([]);
    await operators.drop(body.build);
  });

  /** All records of a topic, as its retention does. */
  const forget = async (topic: string): Promise<void> => {
    const admin = new Kafka({ brokers: (process.env.KAFKA_BROKERS ?? '').split(',') }).admin();
    await admin.connect();
    const ends = (await admin.fetchTopicOffsets(topic)).filter(({ low, high }) => low !== high);
    const partitions = ends.map(({ partition, high }) => ({ partition, offset: high }));
    await admin.deleteTopicRecords({ topic, partitions });
    await admin.disconnect();
  };

  it('answers what cannot be done with a code, and has every act on record', async () => {
    expect(await operators.switchTo(77)).to.deep.include({ status: 404 });
    expect((await operators.switchTo(3)).body).to.deep.include({ status: 404, code: 'build_unknown' });
    expect((await operators.call('POST', '', {})).body).to.deep.include({ status: 400, code: 'invalid_request' });
    const asAgent = await fetch(`${url(0)}/operator/v1/projections`, { headers: { authorization } });
    expect(asAgent.status).to.equal(403);

    const acts = (await readTopic(bench, topics.audit.name)).map(({ value }) => value as Json);
    expect(acts.filter(({ action }) => action === 'projection.switched')[0]).to.deep.include({
      actor: 'olga',
      role: 'operator',
      subject: 'build-2',
      reason: 'the texts were wrong',
    });
  });

  /** Asks both replicas for everything, again and again; answers whatever was no whole answer. */
  const poll = () => {
    let isOver = false;
    const faults: unknown[] = [];
    const ask = async (replica: number): Promise<void> => {
      const api = apiOf(url(replica), authorization);
      while (!isOver) {
        const list = await api.get('/v1/conversations');
        const messages = await api.get(`/v1/conversations/${conversation(0)}/messages`);
        const one = await api.get(`/v1/conversations/${conversation(1)}`);
        const reply = await api.get('/v1/replies/r-1');
        const statuses = [list, messages, one, reply].map(({ status }) => status);
        const isWhole = statuses.every((status) => status === 200) && list.body.items.length >= CONVERSATIONS;
        if (!isWhole) faults.push({ statuses, listed: list.body.items?.length });
      }
    };
    const asking = [0, 1, 0, 1].map(ask);
    return {
      stop: async () => {
        isOver = true;
        await Promise.all(asking);
        return faults;
      },
    };
  };
});
