import { setTimeout as wait } from 'node:timers/promises';
import { eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import {
  apiOf,
  type Bench,
  caughtUp,
  connected,
  type Json,
  prepareConversation,
  received,
  released,
  spawnConversation,
} from '../support/conversation.ts';
import { readEvents } from '../support/events.ts';
import { scaled } from '../support/long.ts';
import { projectionsOf } from '../support/projections.ts';

type Replica = Awaited<ReturnType<typeof spawnConversation>>;

const CONVERSATIONS = 40;
const STORED = scaled(6_000, 100_000);
const ARRIVING = scaled(600, 6_000);
const AT_ONCE = 10;

const stored = (index: number) =>
  received({ conversationId: `CONV-${index % CONVERSATIONS}`, messageId: `m-${index}`, sentAt: 1_000 + index });
const arriving = (index: number) =>
  received({ conversationId: `CONV-${index % CONVERSATIONS}`, messageId: `new-${index}`, sentAt: 1_000_000 + index });

describe('a rebuild with two replicas', () => {
  let bench: Bench;
  let replicas: Replica[];
  let authorization: string;

  before(async () => {
    bench = await prepareConversation({ partitions: 6 });
    replicas = await Promise.all([spawnConversation(bench), spawnConversation(bench)]);
    authorization = await bench.identity.authorize({ accountId: 'account-1' });
    await bench.publish(connected());
    for (let first = 0; first < STORED; first += 1_000) {
      await bench.publish(
        ...Array.from({ length: Math.min(1_000, STORED - first) }, (_, index) => stored(first + index)),
      );
    }
    await caughtUp(bench);
  }).timeout(240_000);

  after(async () => {
    for (const replica of replicas) await replica.stop();
    await bench.stop();
  });

  it('goes on where it was after both were killed in the midst of it, and misses and repeats nothing', async () => {
    const [first, second] = replicas as [Replica, Replica];
    const { body } = await (await projectionsOf(bench, first.publicUrl)).rebuild();
    expect(body.build).to.equal(2);
    await eventually('the build has begun', async () => (await builtRows()) > 0, { withinMs: 30_000, everyMs: 5 });
    await first.kill();
    await second.kill();
    const atDeath = await builtRows();
    replicas = await Promise.all([spawnConversation(bench), spawnConversation(bench)]);
    const operators = await projectionsOf(bench, replicas[0]?.publicUrl ?? '');
    await operators.caughtUp(2);

    const compared = (await operators.compare(2)).body;
    expect(compared.differences).to.deep.equal([]);
    expect(compared.tables.find(({ table }: Json) => table === 'messages')).to.deep.equal({
      table: 'messages',
      served: STORED,
      build: STORED,
      differing: 0,
    });
    expect(atDeath).to.be.greaterThan(0);
  }).timeout(240_000);

  it('is switched to and back while messages arrive, and every reader is told of each of them', async () => {
    const urls = replicas.map(({ publicUrl }) => publicUrl);
    const operators = await projectionsOf(bench, urls[1] ?? '');
    const cursor = (await apiOf(urls[0] ?? '', authorization).get('/v1/conversations')).body.eventCursor;
    const readers = await Promise.all(urls.map((url) => readEvents(url, authorization, { cursor })));
    const arrival = arrive();
    const asked = askAlways(urls);

    for (const build of [2, 1, 2]) {
      await eventually(
        `build ${build} can be switched to`,
        async () => {
          const { status, body } = await operators.switchTo(build);
          if (status !== 200) expect(body.code).to.be.oneOf(['build_not_caught_up', 'switch_unfinished']);
          return status === 200;
        },
        { withinMs: 60_000, everyMs: 300 },
      );
    }
    await arrival;
    await caughtUp(bench);

    const all = Array.from({ length: ARRIVING }, (_, index) => `new-${index}`);
    for (const reader of readers) {
      await eventually(
        'every message was told',
        () => {
          const told = new Set(reader.events.map(({ data }) => data.messageId));
          return all.every((messageId) => told.has(messageId));
        },
        { withinMs: 30_000 },
      );
      expect(reader.events.filter(({ event }) => event === 'reset')).to.deep.equal([]);
      await reader.close();
    }
    expect(await asked.stop()).to.deep.equal([]);
    const [row] = await bench.database.client.$queryRawUnsafe<readonly Json[]>(
      'SELECT count(*) FROM projection.messages',
    );
    expect(row?.count).to.equal(BigInt(STORED + ARRIVING));
    await operators.caughtUp(1);
    expect((await operators.compare(1)).body.differences).to.deep.equal([]);
  }).timeout(240_000);

  it('loses what a channel held that is released in the midst of it, in every build, also where that comes late', async () => {
    const operators = await projectionsOf(bench, replicas[0]?.publicUrl ?? '');
    const build: number = (await operators.rebuild()).body.build;
    const isOld = 'sent_at < 1000000';
    await eventually('the build has begun', async () => (await rowsIn(`projection_${build}`)) > 0, { everyMs: 5 });
    await bench.publish(released(1_000_000, 2), stored(0), stored(1));
    await caughtUp(bench);
    await operators.caughtUp(build);

    expect((await operators.compare(build)).body.differences).to.deep.equal([]);
    expect(await rowsIn(`projection_${build}`, isOld)).to.equal(0);
    expect((await operators.switchTo(build)).status).to.equal(200);
    await operators.told();
    await bench.publish(stored(2), connected({ accountId: 'account-2', visibleFrom: 1_000_000 }, 3));
    await caughtUp(bench);
    for (const schema of ['projection', 'projection_1', 'projection_2']) {
      await eventually(`${schema} holds what came since alone`, async () => {
        return (await rowsIn(schema, isOld)) === 0 && (await rowsIn(schema)) === ARRIVING;
      });
    }
  }).timeout(240_000);

  const builtRows = (): Promise<number> => rowsIn('projection_2');

  const rowsIn = async (schema: string, which = 'true'): Promise<number> => {
    const [row] = await bench.database.client.$queryRawUnsafe<readonly Json[]>(
      `SELECT count(*) FROM ${schema}.messages WHERE ${which}`,
    );
    return Number(row?.count);
  };

  const arrive = async (): Promise<void> => {
    for (let first = 0; first < ARRIVING; first += AT_ONCE) {
      await bench.publish(...Array.from({ length: AT_ONCE }, (_, index) => arriving(first + index)));
      await wait(20);
    }
  };

  /** Asks both replicas for the list, again and again; answers whatever was no whole answer. */
  const askAlways = (urls: readonly string[]) => {
    let isOver = false;
    const faults: unknown[] = [];
    const ask = async (url: string): Promise<void> => {
      while (!isOver) {
        const { status, body } = await apiOf(url, authorization).get('/v1/conversations?limit=100');
        if (status !== 200 || body.items.length !== CONVERSATIONS) faults.push({ status, listed: body.items?.length });
        await wait(10);
      }
    };
    const asking = urls.map(ask);
    return {
      stop: async () => {
        isOver = true;
        await Promise.all(asking);
        return faults;
      },
    };
  };
});
