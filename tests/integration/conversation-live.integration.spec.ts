import { createConnection } from 'node:net';
import { eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { createChangeLog, logChanges } from '../../services/conversation/src/adapters/persistence/change-log.ts';
import { createDatabase, type Database } from '../../services/conversation/src/adapters/persistence/database.ts';
import type { LoggedChange } from '../../services/conversation/src/application/ports.ts';
import { createSeats } from '../../services/conversation/src/application/seats.ts';
import { change } from '../../services/conversation/src/domain/change.ts';
import { formatPosition, parsePosition } from '../../services/conversation/src/domain/change-position.ts';
import {
  apiOf,
  type Bench,
  caughtUp,
  connected,
  echoed,
  prepareConversation,
  type RunningConversation,
  received,
  spawnConversation,
  startConversation,
} from '../support/conversation.ts';
import { type EventReader, has, readEvents } from '../support/events.ts';
import { scaled } from '../support/long.ts';

const CHANNEL = { channelId: 'biz-1' };

describe('the live stream', () => {
  let bench: Bench;
  let service: RunningConversation;
  let database: Database;
  let authorization: string;
  let foreign: string;
  let api: ReturnType<typeof apiOf>;
  const readers: EventReader[] = [];

  before(async () => {
    bench = await prepareConversation();
    database = createDatabase(bench.database.url);
    service = await startConversation(bench, { environment: { EVENTS_HEARTBEAT_SECONDS: '1' } });
    authorization = await bench.identity.authorize({ accountId: 'account-1' });
    foreign = await bench.identity.authorize({ accountId: 'account-2' });
    api = apiOf(service.publicUrl, authorization);
    await bench.publish(connected(), connected({ channelId: 'biz-2', accountId: 'account-2' }), received());
    await caughtUp(bench);
  });

  afterEach(() => Promise.all(readers.splice(0).map((reader) => reader.close())));

  after(async () => {
    await database.$disconnect();
    await service.stop();
    await bench.stop();
  });

  const follow = async (
    options: Parameters<typeof readEvents>[2] = {},
    token = authorization,
    url = service.publicUrl,
  ): Promise<EventReader> => {
    const reader = await readEvents(url, token, options);
    readers.push(reader);
    return reader;
  };
  const eventCursor = async (): Promise<string> => (await api.get('/v1/conversations')).body.eventCursor;
  const told = (reader: EventReader, event: string, data: Readonly<Record<string, unknown>>) =>
    eventually(`${event} ${JSON.stringify(data)} is told`, () => has(reader, event, data));

  it('says what came after a list, whatever kind of thing it is', async () => {
    const cursor = await eventCursor();
    const conversationId = 'CONV-LIVE';
    const of = { ...CHANNEL, conversationId };
    const status = { replyId: 'r-1', ...of, at: 2_000 };
    await bench.publish(
      received({ conversationId, messageId: 'm-1' }),
      echoed({ conversationId, messageId: 'm-2' }),
      ['ReplyQueued', { ...status, command: null }],
      ['ReplyDelayed', { ...status, reason: 'rate_limited', until: null, attempts: 0 }],
      [
        'ConversationRead',
        { ...of, readUpTo: 1, reader: { userId: 'u', username: null }, occurredAt: 1, logId: null, receivedAt: 1 },
      ],
      [
        'EuropeanMessageNoticed',
        { ...CHANNEL, sentAt: 5, businessUsername: null, logId: null, receivedAt: 5, rawContent: Buffer.from('{}') },
      ],
    );
    await caughtUp(bench);
    const reader = await follow({ cursor });

    await told(reader, 'message', { ...of, messageId: 'm-1' });
    await told(reader, 'message', { ...of, messageId: 'm-2' });
    await told(reader, 'reply', { ...of, replyId: 'r-1' });
    await told(reader, 'conversation', of);
    await told(reader, 'notice', CHANNEL);
    expect(reader.events[0]).to.deep.include({ event: 'ready', id: cursor });
  });

  it('says what happens while it is open, a reply from the moment it is asked for', async () => {
    const reader = await follow();
    await told(reader, 'ready', {});
    const response = await fetch(`${service.publicUrl}/v1/conversations/${encodeURIComponent('CONV+a/b==')}/replies`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json', 'idempotency-key': 'live' },
      body: JSON.stringify({ text: 'Yes' }),
    });
    const { replyId } = (await response.json()) as { replyId: string };

    await told(reader, 'reply', { replyId });
  });

  it('says nothing of another account, and tells both when a channel moves', async () => {
    const [mine, theirs] = [await follow(), await follow({}, foreign)];
    await told(mine, 'ready', {});
    await told(theirs, 'ready', {});
    await bench.publish(
      received({ conversationId: 'CONV-MINE' }),
      received({ channelId: 'biz-2', conversationId: 'CONV-THEIRS' }),
    );
    await told(mine, 'message', { conversationId: 'CONV-MINE' });
    await told(theirs, 'message', { conversationId: 'CONV-THEIRS' });
    await bench.publish(connected({ channelId: 'biz-moving' }));
    await told(mine, 'channel', { channelId: 'biz-moving' });
    await bench.publish(connected({ channelId: 'biz-moving', accountId: 'account-2', visibleFrom: 5_000 }, 2));
    await told(theirs, 'channel', { channelId: 'biz-moving' });
    await eventually(
      'the former account is told too',
      () => mine.events.filter(({ data }) => data.channelId === 'biz-moving').length === 2,
    );
    await bench.publish(
      received({ channelId: 'biz-moving', conversationId: 'CONV-OLD', messageId: 'old', sentAt: 4_999 }),
      received({ channelId: 'biz-moving', conversationId: 'CONV-NEW', messageId: 'new', sentAt: 5_000 }),
    );
    await told(theirs, 'message', { messageId: 'new' });

    expect(has(theirs, 'message', { messageId: 'old' })).to.equal(false);
    expect(mine.events.some(({ data }) => data.channelId === 'biz-2' || data.messageId === 'new')).to.equal(false);
    expect(theirs.events.some(({ data }) => data.channelId === 'biz-1')).to.equal(false);
  });

  it('waits for a transaction that began before others and ends after them', async () => {
    const log = createChangeLog(database);
    const seats = createSeats(log, 10);
    const got: string[] = [];
    const reader = {
      accountId: 'account-1',
      userId: 'u',
      isReady: () => true,
      begin: () => {},
      deliver: (changes: readonly LoggedChange[]) => got.push(...changes.map(({ subjectId }) => subjectId ?? '')),
      reset: () => {},
    };
    const { position } = await log.head();
    seats.take(reader, position);
    const messageChange = (subjectId: string) =>
      change({ kind: 'message', ...CHANNEL, conversationId: 'C', subjectId });
    await database.$transaction(async (slow) => {
      await logChanges(slow, [messageChange('first')], 1);
      await database.$transaction((fast) => logChanges(fast, [messageChange('second')], 1));
      await seats.serve();
      expect(got).to.deep.equal([]);
    });
    await eventually('both are given', async () => {
      await seats.serve();
      return got.length >= 2;
    });
    expect(got).to.deep.equal(['first', 'second']);
  });

  it('resets a reader whose id is of another epoch, too old, or of the future, and goes on', async () => {
    const { position, nextXid } = await createChangeLog(database).head();
    for (const lost of [
      { ...position, epoch: 'another' },
      { ...position, xid: nextXid + 1_000_000n },
      { ...position, xid: 0n },
    ]) {
      const reader = await follow({ lastEventId: formatPosition(lost) });
      await told(reader, 'reset', {});
      await bench.publish(received({ conversationId: 'CONV-RESET', messageId: `m-${lost.epoch}-${lost.xid}` }));
      await told(reader, 'message', { messageId: `m-${lost.epoch}-${lost.xid}` });
    }
  });

  it('keeps changes for a time, and resets whoever was away for longer', async () => {
    const log = createChangeLog(database);
    const cursor = await eventCursor();
    await logChanges(database, [change({ kind: 'channel', ...CHANNEL })], 1_000);
    await eventually('the old change is pruned, once all that must follow from it is done', async () => {
      await log.prune({ olderThanMs: 2_000, maxRows: 1_000_000 });
      return (await log.head()).prunedThrough >= (parsePosition(cursor)?.xid ?? 0n);
    });
    const reader = await follow({ cursor });

    await told(reader, 'reset', {});
  });

  it('goes on after a restore to a server that counts its transactions from the beginning, and nothing is missed', async () => {
    const log = createChangeLog(database);
    const cursor = await eventCursor();
    await logChanges(
      database,
      [change({ kind: 'message', ...CHANNEL, conversationId: 'C', subjectId: 'restored' })],
      Date.now(),
    );
    await database.$executeRawUnsafe(
      `UPDATE changes SET xid = '900000000000000' WHERE xid = (SELECT xid FROM changes ORDER BY xid DESC LIMIT 1)`,
    );
    await database.$executeRawUnsafe(`UPDATE change_log SET generation = generation + 1`);
    await log.adoptEpoch();
    const reader = await follow({ cursor });

    await told(reader, 'reset', {});
    await eventually('what follows from it is done too', async () => {
      const [row] = await database.$queryRawUnsafe<{ is_done: boolean }[]>(
        'SELECT (SELECT xid FROM change_followers) > (SELECT max(xid::text::bigint)::text::xid8 FROM changes) AS is_done',
      );
      return row?.is_done;
    });
  });

  it('carries an id on although nothing happens', async () => {
    const reader = await follow();
    await told(reader, 'ready', {});
    const first = reader.lastId();
    await bench.publish(received({ channelId: 'biz-2', conversationId: 'CONV-THEIRS', messageId: 'm-elsewhere' }));

    await eventually('the id moves on', () => reader.lastId() !== first);
    expect(reader.events.map(({ event }) => event)).to.deep.equal(['ready']);
  });

  it('refuses what is no id, and a caller without a token', async () => {
    for (const [query, field] of [
      ['cursor=nonsense', 'cursor'],
      ['cursor=', 'cursor'],
    ] as const) {
      const { status, body } = await api.get(`/v1/events?${query}`);
      expect([status, body.errors[0].field]).to.deep.equal([400, field]);
    }
    expect((await fetch(`${service.publicUrl}/v1/events`)).status).to.equal(401);
  });

  it('ends when the token does', async () => {
    const token = await bench.identity.authorize({ accountId: 'account-1', lifetimeSeconds: 1 });
    const reader = await follow({}, token);
    await reader.ended;
    expect(has(reader, 'ready', {})).to.equal(true);
  });

  it('cuts off a reader that takes nothing, and others do not notice', async () => {
    const reader = await follow();
    await told(reader, 'ready', {});
    const { hostname, port } = new URL(service.publicUrl);
    const stuck = createConnection({ host: hostname, port: Number(port) });
    stuck.write(`GET /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\n\r\n`);
    await new Promise((resolve) => stuck.once('readable', resolve));
    const closed = new Promise((resolve) => stuck.once('close', resolve));
    stuck.on('error', () => {
      // Cut off.
    });
    stuck.pause();
    const rounds = 60;
    for (let round = 0; round < rounds; round += 1) {
      const changes = Array.from({ length: 1_000 }, (_, index) =>
        change({
          kind: 'message',
          ...CHANNEL,
          conversationId: `CONV-${'x'.repeat(60)}`,
          subjectId: `s-${round}-${index}`,
        }),
      );
      await logChanges(database, changes, Date.now());
    }
    await told(reader, 'message', { messageId: `s-${rounds - 1}-999` });
    const beats = reader.beats();
    await eventually('three heartbeats pass', () => reader.beats() > beats + 3);
    stuck.resume();
    stuck.on('data', () => {});
    await closed;
    expect(reader.events.filter(({ data }) => data.messageId?.startsWith('s-'))).to.have.lengthOf(rounds * 1_000);
  });
});

describe('the live stream of two replicas', () => {
  it('tells every change at least once to readers that move between them, while processes are killed', async () => {
    const bench = await prepareConversation();
    const authorization = await bench.identity.authorize({ accountId: 'account-1' });
    const replicas = [await spawnConversation(bench), await spawnConversation(bench)];
    const rounds = scaled(4, 20);
    const wanted = new Set<string>();
    await bench.publish(connected(), connected({ channelId: 'biz-2', accountId: 'account-2' }));
    await caughtUp(bench);
    const seen = Array.from({ length: 4 }, () => new Set<string>());
    const foreign: unknown[] = [];
    let isOver = false;
    const start = (await apiOf(replicas[0]?.publicUrl ?? '', authorization).get('/v1/conversations')).body
      .eventCursor as string;

    /** Moves to the other replica whenever its stream ends, and now and then of its own will. */
    const wander = async (number: number): Promise<void> => {
      let lastId: string | null = start;
      for (let turn = number; !isOver; turn += 1) {
        const replica = replicas[turn % 2];
        try {
          const reader = await readEvents(replica?.publicUrl ?? '', authorization, { lastEventId: lastId });
          await Promise.race([reader.ended, new Promise((resolve) => setTimeout(resolve, 150 + number * 90))]);
          await reader.close();
          for (const { event, data } of reader.events) {
            if (event === 'message') seen[number]?.add(data.messageId ?? '');
            if (event === 'reset' || data.channelId === 'biz-2') foreign.push({ event, data });
          }
          if (reader.status === 200) lastId = reader.lastId();
        } catch {
          // That replica is being started again: try the other.
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      }
    };
    const wanderers = seen.map((_, number) => wander(number));
    for (let round = 0; round < rounds; round += 1) {
      for (let burst = 0; burst < 5; burst += 1) {
        const ids = Array.from({ length: 60 }, (_, index) => `m-${round}-${burst}-${index}`);
        for (const id of ids) wanted.add(id);
        await bench.publish(
          ...ids.map((messageId, index) => received({ messageId, conversationId: `CONV-${index % 20}` })),
          ...ids.map((messageId) => received({ messageId, channelId: 'biz-2', conversationId: 'CONV-THEIRS' })),
        );
      }
      const victim = round % 2;
      await replicas[victim]?.kill();
      replicas[victim] = await spawnConversation(bench);
    }
    await caughtUp(bench);
    await eventually('every reader has seen every message', () => seen.every((ids) => ids.size >= wanted.size), {
      withinMs: 30_000,
    }).catch(() => {
      // Said better by the expectation below.
    });
    isOver = true;
    await Promise.all(wanderers);
    for (const replica of replicas) await replica.stop();
    await bench.stop();

    expect(foreign).to.deep.equal([]);
    for (const ids of seen) expect([...wanted].filter((id) => !ids.has(id))).to.deep.equal([]);
  }).timeout(180_000);
});
