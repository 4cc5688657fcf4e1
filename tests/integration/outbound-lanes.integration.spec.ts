import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { outboundMigrations } from '@tiktok-channel/outbound';
import { migrate, SHARED_TABLES_SQL } from '@tiktok-channel/platform/postgres';
import {
  createManualClock,
  createRecordingLogger,
  eventually,
  type ManualClock,
} from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { createDatabase, type Database } from '../../services/outbound/src/adapters/persistence/database.ts';
import { createFactRecorder } from '../../services/outbound/src/adapters/persistence/fact-recorder.ts';
import { createFacts } from '../../services/outbound/src/adapters/persistence/facts.repository.ts';
import { createLanes } from '../../services/outbound/src/adapters/persistence/lanes.repository.ts';
import { createReplies } from '../../services/outbound/src/adapters/persistence/replies.repository.ts';
import { createReplyIntake } from '../../services/outbound/src/adapters/persistence/reply-intake.repository.ts';
import { createRequestRate } from '../../services/outbound/src/adapters/persistence/request-rate.ts';
import { createAcceptCommands } from '../../services/outbound/src/application/accept-commands.ts';
import {
  type AdvanceLaneDependencies,
  createAdvanceLane,
} from '../../services/outbound/src/application/advance-lane.ts';
import type { ClaimedLane, Sighting } from '../../services/outbound/src/application/ports.ts';
import { echoFingerprint } from '../../services/outbound/src/domain/echo.ts';
import type { ReplyCommand, ReplyEvent } from '../../services/outbound/src/domain/reply.ts';
import { type SendReply, streamIdOf } from '../../services/outbound/src/domain/send-reply.ts';
import type { SendResult } from '../../services/outbound/src/domain/send-result.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { sendReply } from '../support/records.ts';

const LEASE_MS = 60_000;
const SETTLE_MS = 10_000;

class Crash extends Error {}

describe('lanes of replies in PostgreSQL', () => {
  let test: TestDatabase;
  let database: Database;
  let clock: ManualClock;

  before(async () => {
    test = await testDatabase();
    await migrate({ url: test.url, folder: outboundMigrations, logger: createRecordingLogger() });
    database = createDatabase(test.url);
  });
  beforeEach(async () => {
    clock = createManualClock();
    await test.client.$executeRawUnsafe(
      'TRUNCATE replies, reply_lanes, events, conversations, echoes, consumer_positions, request_rates',
    );
  });
  after(async () => {
    await database.$disconnect();
    await test.drop();
  });

  const quiet = { publish: () => [], onEnqueued: () => {} };
  const ids = { next: () => randomUUID() };
  const lanes = () => createLanes({ database, clock, ids });
  const replies = () => createReplies({ database, clock, ...quiet });
  const facts = () => createFacts({ database });
  const accept = (...commands: readonly SendReply[]) =>
    createAcceptCommands({ intake: createReplyIntake({ database, ...quiet }), clock, onAccepted: () => {} })(
      commands.map((command) => ({ command, origin: { eventId: null, correlationId: null, traceparent: null } })),
    );
  const record = createFactBatch();

  function createFactBatch() {
    let next = 0n;
    return async (...sightings: readonly Sighting[]) => {
      const [position] = await test.client.$queryRawUnsafe<{ next_offset: bigint }[]>(
        'SELECT next_offset FROM consumer_positions',
      );
      const expected = position?.next_offset ?? 0n;
      next = expected + 1n;
      const recordFacts = createFactRecorder({ database, clock, ...quiet });
      return recordFacts(sightings, { group: 'g', topic: 't', partition: 0, expected, next });
    };
  }
  const sighting = (command: SendReply, echo: { readonly messageId: string; readonly text: string } | null = null) => {
    const { channelId, conversationId } = command;
    const lane = { channelId, conversationId };
    const source = 'API';
    return {
      conversation: { ...lane, newestMessageAtMs: clock.now(), readUpToMs: null },
      echo: echo && {
        ...lane,
        source,
        messageId: echo.messageId,
        fingerprint: echoFingerprint({ kind: 'text', text: echo.text }),
        sentAtMs: clock.now(),
      },
    };
  };
  const eventsOf = async (command: SendReply): Promise<readonly ReplyEvent[]> => {
    const rows = await test.client.$queryRawUnsafe<{ data: ReplyEvent }[]>(
      'SELECT data FROM events WHERE stream_id = $1 ORDER BY version',
      streamIdOf(command),
    );
    return rows.map(({ data }) => data);
  };
  const typesOf = async (command: SendReply) => (await eventsOf(command)).map(({ type }) => type);
  const isSomebodyWaiting = async () =>
    (await test.client.$queryRawUnsafe<unknown[]>('SELECT FROM pg_locks WHERE NOT granted')).length > 0;
  const claimOne = async (): Promise<ClaimedLane> => {
    const [lane] = await lanes().claim({ limit: 1, leaseMs: LEASE_MS });
    if (lane === undefined) throw new Error('no lane is due');
    return lane;
  };

  /** A worker before a TikTok that notes what reaches it; `crashAt` ends it, as SIGKILL would, at that step. */
  const createWorker = ({
    calls,
    results = [],
    crashAt,
  }: {
    readonly calls: string[];
    readonly results?: readonly SendResult[];
    readonly crashAt?: ReplyCommand['type'] | 'send' | 'answer';
  }) => {
    const stored = replies();
    const dependencies: AdvanceLaneDependencies = {
      lanes: lanes(),
      replies: {
        handle: async (streamId, command) => {
          if (command.type === crashAt) throw new Crash();
          return stored.handle(streamId, command);
        },
      },
      facts: facts(),
      prepareMessage: async ({ channelId, text }) => ({
        ok: true,
        value: {
          caller: { channelId, accessToken: 'token' },
          message: { kind: 'text', text: text ?? '', quotedMessageId: null },
          newestKnownMs: clock.now() - 1,
        },
      }),
      tiktok: {
        send: async (_caller, _conversationId, message) => {
          if (crashAt === 'send') throw new Crash();
          calls.push(message.kind === 'text' ? message.text : message.kind);
          if (crashAt === 'answer') throw new Crash();
          return results[calls.length - 1] ?? { kind: 'accepted', tiktokMessageId: `MSG-${calls.length}` };
        },
      },
      channels: { refused: () => {} },
      rate: { take: async () => {} },
      clock,
      random: () => 0.5,
      pause: async () => {},
      logger: createRecordingLogger(),
      attemptMs: 10_000,
      settleMs: SETTLE_MS,
    };
    return createAdvanceLane(dependencies);
  };
  const work = async (advance: ReturnType<typeof createWorker>) => {
    for (;;) {
      const [lane] = await lanes().claim({ limit: 1, leaseMs: LEASE_MS });
      if (lane === undefined) return;
      const step = await advance(lane);
      const dueAtMs = step.kind === 'again' ? clock.now() : step.kind === 'wait' ? step.untilMs : null;
      await lanes().release(lane, { dueAtMs, tries: step.kind === 'wait' ? step.tries : 0 });
    }
  };
  const workForAnHour = async (advance: ReturnType<typeof createWorker>) => {
    for (let minute = 0; minute < 60; minute += 1) {
      await work(advance);
      clock.advance(60_000);
    }
  };

  it('has the shared tables word by word, and the columns that the client knows', async () => {
    const [migration] = ['20261124000000_outbound'];
    const sql = await readFile(new URL(`${migration}/migration.sql`, outboundMigrations), 'utf8');
    expect(sql).to.include(SHARED_TABLES_SQL.events);
    expect(sql).to.include(SHARED_TABLES_SQL.outbox);
    expect(sql).to.include(SHARED_TABLES_SQL.consumerPositions);
    await database.reply.findFirst();
    await database.replyLane.findFirst();
    await database.conversation.findFirst();
    await database.echo.findFirst();
    await database.requestRate.findFirst();
  });

  describe('when a worker dies', () => {
    const command = sendReply();

    for (const { crashAt, name, calls: expectedCalls, types } of [
      {
        crashAt: 'StartAttempt',
        name: 'before its attempt is stored, sends it once',
        calls: 1,
        types: ['ReplyQueued', 'AttemptStarted', 'ReplySent'],
      },
      {
        crashAt: 'send',
        name: 'between storing its attempt and sending, never sends it',
        calls: 0,
        types: ['ReplyQueued', 'AttemptStarted', 'ReplyOutcomeUnknown', 'ReplyOutcomeUnknown'],
      },
      {
        crashAt: 'answer',
        name: 'before the answer, does not send it again',
        calls: 1,
        types: ['ReplyQueued', 'AttemptStarted', 'ReplyOutcomeUnknown', 'ReplyOutcomeUnknown'],
      },
      {
        crashAt: 'RecordSendResult',
        name: 'between the answer and the verdict, does not send it again',
        calls: 1,
        types: ['ReplyQueued', 'AttemptStarted', 'ReplyOutcomeUnknown', 'ReplyOutcomeUnknown'],
      },
    ] as const) {
      it(name, async () => {
        const calls: string[] = [];
        await accept(command);
        const lane = await claimOne();
        const end = await createWorker({ calls, crashAt })(lane).catch((error: unknown) => error);
        expect(end).to.be.instanceOf(Crash);

        await work(createWorker({ calls }));
        expect(calls.length, 'while its lease holds').to.equal(
          expectedCalls === 0 || crashAt === 'StartAttempt' ? 0 : 1,
        );
        await workForAnHour(createWorker({ calls }));

        expect(calls).to.have.length(expectedCalls);
        expect(await typesOf(command)).to.deep.equal(types);
      });
    }

    it('between the answer and the verdict, the echo says that it was sent', async () => {
      const calls: string[] = [];
      await record(sighting(command));
      await accept(command);
      await createWorker({ calls, crashAt: 'RecordSendResult' })(await claimOne()).catch(() => {});
      clock.advance(LEASE_MS);
      await record(sighting(command, { messageId: 'MSG-1', text: 'Yes, all sizes. ' }));
      await workForAnHour(createWorker({ calls }));

      expect(calls).to.have.length(1);
      expect(await typesOf(command)).to.deep.equal([
        'ReplyQueued',
        'AttemptStarted',
        'ReplyOutcomeUnknown',
        'ReplySent',
        'ReplyDelivered',
      ]);
    });

    it('its late answer still counts, for the one that took over has not settled it', async () => {
      await accept(command);
      const slow = replies();
      const streamId = streamIdOf(command);
      const atMs = clock.now();
      await slow.handle(streamId, { type: 'StartAttempt', deadlineMs: atMs + 10_000, newestKnownMs: 0, atMs });
      clock.advance(LEASE_MS);
      await createWorker({ calls: [] })(await claimOne());
      const result = { kind: 'accepted', tiktokMessageId: 'MSG-1' } as const;
      await slow.handle(streamId, { type: 'RecordSendResult', attempt: 1, result, atMs: clock.now() });

      expect((await typesOf(command)).at(-1)).to.equal('ReplySent');
    });
  });

  it('send a reply once when two work on it at the same time', async () => {
    const calls: string[] = [];
    await accept(sendReply());
    const lane = await claimOne();
    await Promise.all([1, 2, 3, 4].map(() => createWorker({ calls })(lane)));

    expect(calls).to.deep.equal(['Yes, all sizes.']);
  });

  it('send in the order of the commands, and the next only after the verdict', async () => {
    const calls: string[] = [];
    const texts = ['one', 'two', 'three', 'four'];
    await accept(...texts.map((text) => sendReply({ replyId: text, text })));
    await work(
      createWorker({ calls, results: [{ kind: 'accepted', tiktokMessageId: 'MSG-1' }, { kind: 'uncertain' }] }),
    );
    expect(calls, 'while the second is uncertain').to.deep.equal(['one', 'two']);
    clock.advance(SETTLE_MS);
    await workForAnHour(createWorker({ calls }));

    expect(calls).to.deep.equal(texts);
  });

  it('flow beside one that waits', async () => {
    const calls: string[] = [];
    await accept(
      sendReply({ replyId: 'a', text: 'a' }),
      sendReply({ replyId: 'b', text: 'b', conversationId: 'CONV-2' }),
    );
    await work(createWorker({ calls, results: [{ kind: 'uncertain' }] }));

    expect(calls).to.have.members(['a', 'b']);
  });

  it('wait longer each time that TikTok takes no requests, say so, and give up when it is too late', async () => {
    const command = sendReply({ expiresAt: clock.now() + 2 * 3_600_000 });
    const calls: string[] = [];
    const tooMany = { kind: 'rejected', answer: { code: 40100, message: null, requestId: null } } as const;
    await accept(command);
    const advance = createWorker({ calls, results: Array(1_000).fill(tooMany) });
    for (let minute = 0; minute < 130; minute += 1) {
      await work(advance);
      clock.advance(60_000);
    }

    const events = await eventsOf(command);
    expect(events.at(-1)).to.include({ type: 'ReplyFailed', code: 'rate_limited' });
    const [first, second] = events.filter((event) => event.type === 'ReplyDelayed');
    expect(first).to.include({ reason: 'rate_limited' });
    expect((second?.untilMs ?? 0) - (second?.atMs ?? 0)).to.be.within(10_001, 300_000);
  });

  it('are claimed by one at a time', async () => {
    await accept(...Array.from({ length: 20 }, (_, i) => sendReply({ replyId: `r${i}`, conversationId: `C${i}` })));
    const claims = await Promise.all([1, 2, 3, 4].map(() => lanes().claim({ limit: 20, leaseMs: LEASE_MS })));

    const claimed = claims.flat().map(({ conversationId }) => conversationId);
    expect(claimed).to.have.length(20);
    expect(new Set(claimed).size).to.equal(20);
  });

  it('are not forgotten when a reply comes while they are let go of', async () => {
    await accept(sendReply({ replyId: 'first' }));
    const lane = await claimOne();
    await accept(sendReply({ replyId: 'second' }));
    await lanes().release(lane, { dueAtMs: null, tries: 0 });

    expect(await lanes().claim({ limit: 1, leaseMs: LEASE_MS })).to.have.length(1);
  });

  it('are not let go of by one who has lost them', async () => {
    await accept(sendReply());
    const slow = await claimOne();
    clock.advance(LEASE_MS);
    await claimOne();
    await lanes().release(slow, { dueAtMs: null, tries: 0 });

    expect(await lanes().claim({ limit: 1, leaseMs: LEASE_MS })).to.deep.equal([]);
    clock.advance(LEASE_MS);
    expect(await lanes().claim({ limit: 1, leaseMs: LEASE_MS })).to.have.length(1);
  });

  it('go on waiting for the time of their first reply when another comes', async () => {
    await accept(sendReply({ replyId: 'first' }));
    await lanes().release(await claimOne(), { dueAtMs: clock.now() + 60_000, tries: 1 });
    await accept(sendReply({ replyId: 'second' }));

    expect(await lanes().claim({ limit: 1, leaseMs: LEASE_MS })).to.deep.equal([]);
  });

  it('know that a reply was delivered whose echo is being stored while its answer is', async () => {
    const command = sendReply();
    const streamId = streamIdOf(command);
    const atMs = clock.now();
    await record(sighting(command));
    await accept(command);
    await replies().handle(streamId, { type: 'StartAttempt', deadlineMs: atMs + 10_000, newestKnownMs: 0, atMs });
    const result = { kind: 'accepted', tiktokMessageId: 'MSG-1' } as const;
    const { answered } = await test.client.$transaction(async (tx) => {
      await tx.$queryRawUnsafe('SELECT FROM conversations FOR UPDATE');
      await tx.$executeRawUnsafe(
        `INSERT INTO echoes SELECT channel_id, 'MSG-1', conversation_id, 'API', NULL, 1 FROM conversations`,
      );
      const answered = replies().handle(streamId, { type: 'RecordSendResult', attempt: 1, result, atMs });
      await Promise.race([answered, eventually('it waits for the echo', isSomebodyWaiting)]);
      return { answered };
    });
    await answered;

    expect(await typesOf(command)).to.include('ReplyDelivered');
  });

  it('outlive a clock that goes back by days', async () => {
    clock.advance(48 * 3_600_000);
    await accept(sendReply());
    await claimOne();
    clock.advance(-48 * 3_600_000);

    expect(await lanes().claim({ limit: 1, leaseMs: LEASE_MS })).to.have.length(1);
  });

  it('take a repeated batch of facts for what it is, and a superseded one for nothing', async () => {
    const command = sendReply();
    const recordFacts = createFactRecorder({ database, clock, ...quiet });
    const batch = [sighting(command, { messageId: 'MSG-1', text: 'Hello' })];
    const move = { group: 'g', topic: 't', partition: 0, expected: 0n, next: 1n };

    expect(await recordFacts(batch, move)).to.equal('recorded');
    expect(await recordFacts(batch, move)).to.equal('superseded');
    expect(await recordFacts(batch, { ...move, expected: 1n, next: 2n })).to.equal('recorded');
    expect(await facts().conversation(command)).to.deep.equal({
      kind: 'known',
      newestMessageAtMs: clock.now(),
      hasEchoes: true,
    });
  });

  describe('take an echo for an uncertain reply', () => {
    const command = sendReply();
    const wanted = () => ({
      fingerprint: echoFingerprint({ kind: 'text', text: 'Yes, all sizes.' }),
      newerThanMs: clock.now() - 1,
    });
    const echo = { messageId: 'MSG-1', text: 'Yes, all sizes.' };

    it("when it is newer, of the same content and nobody else's", async () => {
      await record(sighting(command, echo));
      expect(await facts().findEcho(command, wanted())).to.equal('MSG-1');
    });
    it('but not when it is as old as what was known', async () => {
      await record(sighting(command, echo));
      expect(await facts().findEcho(command, { ...wanted(), newerThanMs: clock.now() })).to.equal(null);
    });
    it('but not when it says something else', async () => {
      await record(sighting(command, { ...echo, text: 'No.' }));
      expect(await facts().findEcho(command, wanted())).to.equal(null);
    });
    it('but not when it was written in the app', async () => {
      const written = sighting(command, echo);
      await record({ ...written, echo: written.echo && { ...written.echo, source: 'APP' } });
      expect(await facts().findEcho(command, wanted())).to.equal(null);
    });
    it("but not when it is another reply's", async () => {
      await record(sighting(command));
      await accept(command);
      await work(createWorker({ calls: [] }));
      await record(sighting(command, echo));
      expect(await facts().findEcho(command, wanted())).to.equal(null);
    });
  });

  it('share one rate between processes, evenly spaced', async () => {
    const waits: number[] = [];
    const rate = () =>
      createRequestRate({
        database,
        clock,
        pause: async (ms) => void waits.push(ms),
        share: 'outbound',
        perSecond: 5,
      });
    const processes = [rate(), rate()];
    await Promise.all(Array.from({ length: 11 }, (_, i) => processes[i % 2]?.take()));

    expect(waits.toSorted((a, b) => a - b)).to.deep.equal(Array.from({ length: 10 }, (_, i) => (i + 1) * 200));
  });
});
