import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { outboundMigrations } from '@tiktok-channel/outbound';
import { DependencyUnavailable } from '@tiktok-channel/platform/kernel';
import { migrate, SHARED_TABLES_SQL } from '@tiktok-channel/platform/postgres';
import {
  createManualClock,
  createRecordingLogger,
  eventually,
  type ManualClock,
} from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { createReadBacklog } from '../../services/outbound/src/adapters/persistence/backlog.repository.ts';
import { createChannelPauses } from '../../services/outbound/src/adapters/persistence/channel-pauses.repository.ts';
import { createDatabase, type Database } from '../../services/outbound/src/adapters/persistence/database.ts';
import { createFactRecorder } from '../../services/outbound/src/adapters/persistence/fact-recorder.ts';
import { createFacts } from '../../services/outbound/src/adapters/persistence/facts.repository.ts';
import { createLanes } from '../../services/outbound/src/adapters/persistence/lanes.repository.ts';
import { createReplies } from '../../services/outbound/src/adapters/persistence/replies.repository.ts';
import { createReplyIntake } from '../../services/outbound/src/adapters/persistence/reply-intake.repository.ts';
import { createRequestRate } from '../../services/outbound/src/adapters/persistence/request-rate.ts';
import { createWaitingReplies } from '../../services/outbound/src/adapters/persistence/waiting-replies.repository.ts';
import { createAcceptCommands } from '../../services/outbound/src/application/accept-commands.ts';
import {
  type AdvanceLaneDependencies,
  createAdvanceLane,
} from '../../services/outbound/src/application/advance-lane.ts';
import type {
  ClaimedLane,
  EchoSighting,
  IncomingCommand,
  ListedContent,
  Sighting,
} from '../../services/outbound/src/application/ports.ts';
import { createWaitTeller } from '../../services/outbound/src/application/tell-waiting.ts';
import { echoFingerprint } from '../../services/outbound/src/domain/echo.ts';
import type { ReplyCommand, ReplyEvent } from '../../services/outbound/src/domain/reply.ts';
import { type SendReply, streamIdOf } from '../../services/outbound/src/domain/send-reply.ts';
import type { SendResult } from '../../services/outbound/src/domain/send-result.ts';
import { type TestDatabase, testDatabase } from '../support/postgres.ts';
import { sendReply } from '../support/records.ts';

const LEASE_MS = 60_000;
const MINUTE_MS = 60_000;

const accepted = (tiktokMessageId: string): SendResult => ({ kind: 'accepted', tiktokMessageId, requestId: 'request' });
const uncertain: SendResult = { kind: 'uncertain', answer: null };

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
      `TRUNCATE replies, reply_lanes, channel_turns, events, conversations, customer_messages, echoes, consumer_positions,
         request_rates, paused_channels`,
    );
  });
  after(async () => {
    await database.$disconnect();
    await test.drop();
  });

  const quiet = { publish: () => [], onEnqueued: () => {}, onWoken: () => {} };
  const ids = { next: () => randomUUID() };
  const lanes = () => createLanes({ database, clock, ids });
  const replies = () => createReplies({ database, clock, ...quiet });
  const facts = () => createFacts({ database, clock, windowMs: 48 * 60 * MINUTE_MS, ...quiet });
  const logger = createRecordingLogger();
  const acceptAll = (...commands: readonly IncomingCommand[]) =>
    createAcceptCommands({
      intake: createReplyIntake({ database, ...quiet }),
      replies: replies(),
      clock,
      logger,
      onAccepted: () => {},
      count: () => {},
    })(commands);
  const origin = { eventId: null, correlationId: null, traceparent: null };
  const asked = (command: SendReply): IncomingCommand => ({ kind: 'reply', command, origin });
  const takenBack = ({ replyId, channelId, conversationId }: SendReply): IncomingCommand => ({
    kind: 'cancel',
    command: { replyId, channelId, conversationId, requestedBy: 'agent-2', requestedAt: 0 },
  });
  const accept = (...commands: readonly SendReply[]) => acceptAll(...commands.map(asked));
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
  const echoIn = (
    { channelId, conversationId }: SendReply,
    { text, ...overrides }: Partial<EchoSighting> & { readonly text: string },
  ): EchoSighting => ({
    channelId,
    conversationId,
    messageId: 'MSG-1',
    source: 'API',
    fingerprint: echoFingerprint({ kind: 'text', text }),
    sentAtMs: clock.now(),
    isQuotable: true,
    isAutomatic: false,
    traceparent: null,
    ...overrides,
  });
  const sighting = (command: SendReply, echo: EchoSighting | null = null): Sighting => {
    const { channelId, conversationId } = command;
    const newestMessageAtMs = echo?.sentAtMs ?? clock.now();
    return {
      conversation: { channelId, conversationId, newestMessageAtMs, readUpToMs: null, isFollower: null },
      received: null,
      echo,
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

  /** Stands in for TikTok: notes what reaches it, and lists it as long as it is told to. */
  const createTikTok = () => {
    const messages: { readonly text: string; readonly messageId: string; readonly atMs: number }[] = [];
    let isListing = true;
    /** Newer messages of others in the conversation, behind which the list does not reach. */
    let isFull = false;
    return {
      calls: () => messages.map(({ text }) => text),
      hide: () => {
        isListing = false;
      },
      overflow: () => {
        isFull = true;
      },
      take: (text: string): string => {
        const messageId = `MSG-${messages.length + 1}`;
        messages.push({ text, messageId, atMs: clock.now() });
        return messageId;
      },
      list: (command: SendReply): ListedContent => {
        const listed = isListing ? messages : [];
        return {
          sightings: listed.map(({ text, messageId, atMs }) =>
            sighting(command, echoIn(command, { text, messageId, sentAtMs: atMs })),
          ),
          newestMessageAtMs: Math.max(0, ...listed.map(({ atMs }) => atMs)),
          oldestMessageAtMs: isFull ? clock.now() : null,
          isWhole: !isFull,
          isFollower: null,
        };
      },
    };
  };
  type FakeTikTok = ReturnType<typeof createTikTok>;

  /** A worker before that TikTok; `crashAt` ends it, as SIGKILL would, at that step. */
  const createWorker = ({
    tiktok,
    results = [],
    crashAt,
    onSend = async () => {},
    isAuthAway = false,
    turnAtMs = 0,
    deadlines = [],
  }: {
    readonly tiktok: FakeTikTok;
    /** In place of having accepted what was sent. */
    readonly results?: readonly (SendResult | 'accepted')[];
    readonly crashAt?: ReplyCommand['type'] | 'send' | 'answer' | 'list' | 'learn';
    /** What happens while TikTok has the call. */
    readonly onSend?: () => Promise<unknown>;
    readonly isAuthAway?: boolean;
    /** When its turn at TikTok comes. */
    readonly turnAtMs?: number;
    /** Of what was sent. */
    readonly deadlines?: number[];
  }) => {
    const stored = replies();
    const crash = (step: typeof crashAt) => {
      if (step === crashAt) throw new Crash();
    };
    let sends = 0;
    const dependencies: AdvanceLaneDependencies = {
      lanes: lanes(),
      replies: {
        handle: async (streamId, command) => {
          crash(command.type);
          return stored.handle(streamId, command);
        },
      },
      facts: {
        ...facts(),
        learn: async (key, content) => {
          crash('learn');
          await facts().learn(key, content);
        },
      },
      prepareMessage: async ({ channelId, text }) => {
        if (isAuthAway) throw new DependencyUnavailable('auth');
        return {
          ok: true,
          value: {
            caller: { channelId, accessToken: 'token' },
            message: { kind: 'text', text: text ?? '', quotedMessageId: null },
            newestKnownMs: clock.now() - 1,
            isWindowOpen: false,
          },
        };
      },
      tiktok: {
        send: async (_caller, _conversationId, message, deadline) => {
          deadlines.push(deadline.atMs);
          crash('send');
          const messageId = tiktok.take(message.kind === 'text' ? message.text : message.kind);
          await onSend();
          crash('answer');
          const result = results[sends] ?? 'accepted';
          sends += 1;
          return result === 'accepted' ? accepted(messageId) : result;
        },
        listContent: async ({ channelId }, conversationId) => {
          crash('list');
          return { kind: 'answered', value: tiktok.list(sendReply({ channelId, conversationId })) };
        },
      },
      channels: {
        refused: () => {},
        access: async () => ({
          kind: 'known',
          status: 'connected',
          grantedScopes: ['message.list.send'],
          accessToken: 'token',
        }),
      },
      gate: {
        enter: async () => ({
          kind: 'open',
          turn: { atMs: turnAtMs, nears: async () => {}, begins: async () => {}, begun: () => {} },
        }),
      },
      clock,
      random: () => 0.5,
      pause: async () => {},
      logger,
      traceSend: (_origin, send) => send(),
      observeAttempt: () => {},
      attemptMs: 10_000,
    };
    return createAdvanceLane(dependencies);
  };
  const work = async (advance: ReturnType<typeof createWorker>) => {
    for (;;) {
      const [lane] = await lanes().claim({ limit: 1, leaseMs: LEASE_MS });
      if (lane === undefined) return;
      const step = await advance(lane);
      if (step.kind === 'idle') await lanes().release(lane, null);
      else {
        const dueAtMs = step.kind === 'again' ? clock.now() : step.untilMs;
        await lanes().release(lane, { dueAtMs, tries: step.kind === 'wait' ? step.tries : 0 });
      }
    }
  };
  const workFor = async (minutes: number, advance: ReturnType<typeof createWorker>) => {
    for (let tens = 0; tens < 6 * minutes; tens += 1) {
      await work(advance);
      clock.advance(10_000);
    }
    await work(advance);
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
    await database.customerMessage.findFirst();
    await database.channelTurn.findFirst();
    await database.requestRate.findFirst();
    await database.pausedChannel.findFirst();
  });

  describe('when a worker dies', () => {
    const command = sendReply();
    const SENT_AFTER_SETTLING = ['ReplyQueued', 'AttemptStarted', 'ReplyOutcomeUnknown', 'ReplySent', 'ReplyDelivered'];

    for (const { crashAt, name, types } of [
      {
        crashAt: 'StartAttempt',
        name: 'before its attempt is stored, sends it once',
        types: ['ReplyQueued', 'AttemptStarted', 'ReplySent'],
      },
      {
        crashAt: 'send',
        name: 'between storing its attempt and sending, sends it once TikTok has twice been seen without it',
        types: [
          'ReplyQueued',
          'AttemptStarted',
          'ReplyOutcomeUnknown',
          'AbsenceSeen',
          'AttemptFailed',
          'AttemptStarted',
          'ReplySent',
        ],
      },
      { crashAt: 'answer', name: 'before the answer, finds it in the list', types: SENT_AFTER_SETTLING },
      {
        crashAt: 'RecordSendResult',
        name: 'between the answer and the verdict, finds it in the list',
        types: SENT_AFTER_SETTLING,
      },
    ] as const) {
      it(name, async () => {
        const tiktok = createTikTok();
        await accept(command);
        const lane = await claimOne();
        const end = await createWorker({ tiktok, crashAt })(lane).catch((error: unknown) => error);
        expect(end).to.be.instanceOf(Crash);
        const sentByThen = tiktok.calls().length;

        await work(createWorker({ tiktok }));
        expect(tiktok.calls(), 'while its lease holds').to.have.length(sentByThen);
        await workFor(60, createWorker({ tiktok }));

        expect(tiktok.calls()).to.deep.equal(['Yes, all sizes.']);
        expect(await typesOf(command)).to.deep.equal(types);
      });
    }

    for (const crashAt of ['AbandonAttempt', 'list', 'learn', 'RecordMatch'] as const) {
      it(`again and again while settling (${crashAt}), finds it all the same`, async () => {
        const tiktok = createTikTok();
        await accept(command);
        await createWorker({ tiktok, crashAt: 'answer' })(await claimOne()).catch(() => {});
        for (let tries = 0; tries < 3; tries += 1) {
          clock.advance(LEASE_MS);
          await work(createWorker({ tiktok, crashAt })).catch(() => {});
        }
        clock.advance(LEASE_MS);
        await workFor(2, createWorker({ tiktok }));

        expect(tiktok.calls()).to.have.length(1);
        expect(await typesOf(command)).to.deep.equal(SENT_AFTER_SETTLING);
      });
    }

    it('again and again while its absence is recorded, sends it once', async () => {
      const tiktok = createTikTok();
      await accept(command);
      await createWorker({ tiktok, crashAt: 'send' })(await claimOne()).catch(() => {});
      for (let tries = 0; tries < 4; tries += 1) {
        clock.advance(LEASE_MS);
        await work(createWorker({ tiktok, crashAt: 'RecordAbsence' })).catch(() => {});
      }
      await workFor(10, createWorker({ tiktok }));

      expect(tiktok.calls()).to.have.length(1);
      expect((await typesOf(command)).at(-1)).to.equal('ReplySent');
    });

    it('between the answer and the verdict, the echo says that it was sent', async () => {
      const tiktok = createTikTok();
      tiktok.hide();
      await record(sighting(command));
      await accept(command);
      await createWorker({ tiktok, crashAt: 'RecordSendResult' })(await claimOne()).catch(() => {});
      clock.advance(LEASE_MS);
      await record(sighting(command, echoIn(command, { text: 'Yes, all sizes. ' })));
      await work(createWorker({ tiktok }));

      expect(tiktok.calls()).to.have.length(1);
      expect(await typesOf(command)).to.deep.equal(SENT_AFTER_SETTLING);
    });

    it('its late answer still counts, for the one that took over has not settled it', async () => {
      await accept(command);
      const slow = replies();
      const streamId = streamIdOf(command);
      const atMs = clock.now();
      await slow.handle(streamId, { type: 'StartAttempt', deadlineMs: atMs + 10_000, newestKnownMs: 0, atMs });
      clock.advance(LEASE_MS);
      await createWorker({ tiktok: createTikTok() })(await claimOne());
      await slow.handle(streamId, answered(accepted('MSG-1')));

      expect((await typesOf(command)).at(-1)).to.equal('ReplySent');
    });
  });

  const answered = (result: SendResult): ReplyCommand => ({
    type: 'RecordSendResult',
    attempt: 1,
    result,
    isWindowOpen: false,
    atMs: clock.now(),
  });

  describe('with an uncertain reply', () => {
    const command = sendReply();
    const next = sendReply({ replyId: 'next', text: 'The next.' });
    const unknownAfterHiding = async (tiktok: FakeTikTok) => {
      tiktok.overflow();
      tiktok.hide();
      await record(sighting(command));
      clock.advance(1);
      await accept(command, next);
      await work(createWorker({ tiktok, results: [uncertain] }));
    };

    it('do not send the next before its verdict', async () => {
      const tiktok = createTikTok();
      tiktok.hide();
      await accept(command, next);
      await work(createWorker({ tiktok, results: [uncertain] }));
      await workFor(1, createWorker({ tiktok }));
      expect(tiktok.calls()).to.deep.equal(['Yes, all sizes.']);
    });

    it('never send it again while the list does not reach back past the attempt, and settle it after ten minutes', async () => {
      const tiktok = createTikTok();
      await unknownAfterHiding(tiktok);
      await workFor(9, createWorker({ tiktok }));
      expect(tiktok.calls(), 'after nine minutes').to.have.length(1);
      await workFor(2, createWorker({ tiktok }));

      expect(tiktok.calls()).to.deep.equal(['Yes, all sizes.', 'The next.']);
      expect((await eventsOf(command)).at(-1)).to.include({ type: 'ReplyOutcomeUnknown', settled: true });
    });

    it('correct what was settled as unknown when its echo comes after all, once', async () => {
      const tiktok = createTikTok();
      const sentAtMs = clock.now() + 5;
      await unknownAfterHiding(tiktok);
      await workFor(11, createWorker({ tiktok }));
      const late = sighting(command, echoIn(command, { text: 'Yes, all sizes.', messageId: 'MSG-LATE', sentAtMs }));
      await record(late);
      await record(
        late,
        sighting(command, echoIn(command, { text: 'Yes, all sizes.', messageId: 'MSG-MORE', sentAtMs })),
      );

      const corrections = (await eventsOf(command)).filter((event) => event.type === 'ReplySent');
      expect(corrections).to.have.length(1);
      expect(corrections[0]).to.include({ tiktokMessageId: 'MSG-LATE', corrects: true });
      expect((await typesOf(command)).at(-1)).to.equal('ReplyDelivered');
    });

    it('give an echo to the attempt that is nearest, when the same words were sent again', async () => {
      const tiktok = createTikTok();
      const again = sendReply({ replyId: 'again' });
      const firstAtMs = clock.now() + 5;
      await unknownAfterHiding(tiktok);
      await workFor(11, createWorker({ tiktok }));
      await accept(again);
      await work(createWorker({ tiktok, results: [uncertain] }));
      await record(
        sighting(
          again,
          echoIn(again, { text: 'Yes, all sizes.', messageId: 'MSG-AGAIN', sentAtMs: clock.now() + 1_000 }),
        ),
        sighting(command, echoIn(command, { text: 'Yes, all sizes.', messageId: 'MSG-1', sentAtMs: firstAtMs })),
      );
      await work(createWorker({ tiktok }));

      const idOf = async (reply: SendReply) =>
        (await eventsOf(reply)).flatMap((event) => (event.type === 'ReplySent' ? [event.tiktokMessageId] : []));
      expect([await idOf(command), await idOf(again)]).to.deep.equal([['MSG-1'], ['MSG-AGAIN']]);
    });

    it("let TikTok's own answer have a message that was matched with another reply", async () => {
      const tiktok = createTikTok();
      const other = sendReply({ replyId: 'other', conversationId: command.conversationId });
      await record(sighting(command));
      await accept(command);
      await work(createWorker({ tiktok, results: [uncertain] }));
      await record(sighting(command, echoIn(command, { text: 'Yes, all sizes.', sentAtMs: clock.now() + 1 })));
      await work(createWorker({ tiktok }));
      expect((await typesOf(command)).at(-1)).to.equal('ReplyDelivered');
      await accept(other);
      const atMs = clock.now();
      const started = { type: 'StartAttempt', deadlineMs: atMs + 10_000, newestKnownMs: atMs, atMs } as const;
      await replies().handle(streamIdOf(other), started);
      await replies().handle(streamIdOf(other), answered(accepted('MSG-1')));

      expect((await typesOf(other)).slice(2)).to.deep.equal(['ReplySent', 'ReplyDelivered']);
    });

    it('are left alone until the next look when the list told nothing', async () => {
      const tiktok = createTikTok();
      tiktok.hide();
      await record(sighting(command));
      await accept(command);
      await work(createWorker({ tiktok, results: [uncertain] }));
      clock.advance(5_000);
      const lane = await claimOne();
      const step = await createWorker({ tiktok })(lane);
      expect(step).to.include({ kind: 'wait', tries: 1 });
      if (step.kind === 'wait') await lanes().release(lane, { dueAtMs: step.untilMs, tries: step.tries });

      expect(await lanes().claim({ limit: 1, leaseMs: LEASE_MS })).to.deep.equal([]);
    });

    for (const { who, isClaimed } of [
      { who: 'while they wait', isClaimed: false },
      { who: 'while somebody looks for it in vain', isClaimed: true },
    ]) {
      it(`are woken by its echo ${who}`, async () => {
        await record(sighting(command));
        await accept(command);
        await work(createWorker({ tiktok: createTikTok(), results: [uncertain] }));
        expect(await lanes().claim({ limit: 1, leaseMs: LEASE_MS })).to.deep.equal([]);
        clock.advance(isClaimed ? 5_000 : 0);
        const claimed = await lanes().claim({ limit: 1, leaseMs: LEASE_MS });
        await record(sighting(command, echoIn(command, { text: 'Yes, all sizes.', sentAtMs: clock.now() + 1 })));
        for (const lane of claimed) await lanes().release(lane, { dueAtMs: clock.now() + MINUTE_MS, tries: 1 });

        expect(claimed).to.have.length(isClaimed ? 1 : 0);
        expect(await lanes().claim({ limit: 1, leaseMs: LEASE_MS })).to.have.length(1);
      });
    }
  });

  describe('take back', () => {
    const command = sendReply();

    it('what waits, also in the batch that asked for it', async () => {
      const tiktok = createTikTok();
      expect(await acceptAll(asked(command), takenBack(command))).to.deep.equal(['accepted', 'cancelled']);
      await work(createWorker({ tiktok }));

      expect(tiktok.calls()).to.deep.equal([]);
      expect(await typesOf(command)).to.deep.equal(['ReplyQueued', 'ReplyCancelled']);
    });
    it('what is asked for later, and let the next of its lane go on', async () => {
      const tiktok = createTikTok();
      const next = sendReply({ replyId: 'next', text: 'The next.' });
      expect(await acceptAll(takenBack(command), asked(command), asked(command), asked(next))).to.deep.equal([
        'cancelled',
        'accepted',
        'accepted_before',
        'accepted',
      ]);
      await work(createWorker({ tiktok }));

      expect(tiktok.calls()).to.deep.equal(['The next.']);
      expect(await typesOf(command)).to.deep.equal(['CancelRequested', 'ReplyQueued', 'ReplyCancelled']);
    });
    it('what waits for minutes, and let the next of its lane go on at once', async () => {
      const [delayed, next] = [sendReply({ replyId: 'delayed' }), sendReply({ replyId: 'next', text: 'Next.' })];
      await accept(delayed, next);
      const lane = await claimOne();
      await lanes().release(lane, { dueAtMs: clock.now() + 5 * MINUTE_MS, tries: 3 });
      await acceptAll(takenBack(delayed));
      const claimed = await claimOne();
      expect((await lanes().headOf(claimed))?.streamId).to.equal(streamIdOf(next));
    });

    it('what somebody lets wait just then, and let the next of its lane go on at once', async () => {
      const [delayed, next] = [sendReply({ replyId: 'delayed' }), sendReply({ replyId: 'next', text: 'Next.' })];
      await accept(delayed, next);
      const lane = await claimOne();
      await acceptAll(takenBack(delayed));
      await lanes().release(lane, { dueAtMs: clock.now() + 5 * MINUTE_MS, tries: 3 });

      expect((await claimOne()).laneId).to.equal(lane.laneId);
    });

    it('nothing of another conversation than they name, and send it in its place when it comes', async () => {
      const tiktok = createTikTok();
      const next = sendReply({ replyId: 'next', text: 'The next.' });
      await acceptAll(takenBack({ ...command, conversationId: 'CONV-9' }));
      expect(await acceptAll(asked(command), asked(next))).to.deep.equal(['accepted', 'accepted']);
      await work(createWorker({ tiktok }));

      expect(tiktok.calls()).to.deep.equal(['Yes, all sizes.', 'The next.']);
    });

    it('nothing that was sent, or may have been', async () => {
      const tiktok = createTikTok();
      const other = sendReply({ replyId: 'other', conversationId: 'CONV-2' });
      await accept(command, other);
      await work(createWorker({ tiktok, results: [uncertain] }));

      expect(await acceptAll(takenBack(command), takenBack(other))).to.deep.equal(['cancel_refused', 'cancel_refused']);
      const refusals = logger.lines.filter(({ event }) => event === 'reply.cancel_refused');
      expect(refusals.slice(-2).map(({ fields }) => fields.reason)).to.have.members([
        'attempt_open',
        'verdict_reached',
      ]);
    });
  });

  it('send a reply once when two work on it at the same time', async () => {
    const tiktok = createTikTok();
    await accept(sendReply());
    const lane = await claimOne();
    await Promise.all([1, 2, 3, 4].map(() => createWorker({ tiktok })(lane)));

    expect(tiktok.calls()).to.deep.equal(['Yes, all sizes.']);
  });

  it('send in the order of the commands, and the next only after the verdict', async () => {
    const tiktok = createTikTok();
    const texts = ['one', 'two', 'three', 'four'];
    await accept(...texts.map((text) => sendReply({ replyId: text, text })));
    await work(createWorker({ tiktok, results: ['accepted', uncertain] }));
    expect(tiktok.calls(), 'while the second is uncertain').to.deep.equal(['one', 'two']);
    await workFor(60, createWorker({ tiktok }));

    expect(tiktok.calls()).to.deep.equal(texts);
  });

  it('flow beside one that waits', async () => {
    const tiktok = createTikTok();
    await accept(
      sendReply({ replyId: 'a', text: 'a' }),
      sendReply({ replyId: 'b', text: 'b', conversationId: 'CONV-2' }),
    );
    await work(createWorker({ tiktok, results: [uncertain] }));

    expect(tiktok.calls()).to.have.members(['a', 'b']);
  });

  it('wait longer each time that TikTok takes no requests, say so, and give up when it is too late', async () => {
    const command = sendReply({ expiresAt: clock.now() + 2 * 3_600_000 });
    const tiktok = createTikTok();
    const tooMany = { kind: 'rejected', answer: { code: 40100, message: null, requestId: null } } as const;
    await accept(command);
    const advance = createWorker({ tiktok, results: Array(1_000).fill(tooMany) });
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

  it('say why they wait once that is long in all, however short each wait is', async () => {
    const command = sendReply();
    await accept(command);
    const advance = createWorker({ tiktok: createTikTok(), isAuthAway: true });
    for (let second = 0; second <= 8; second += 1) {
      await work(advance);
      clock.advance(1_000);
    }

    const told = (await eventsOf(command)).filter((event) => event.type === 'ReplyDelayed');
    expect(told.map(({ reason }) => reason)).to.deep.equal(['auth_unavailable']);
  });

  it('end what expires in them, wherever it stands, and let what is behind it go on', async () => {
    const [first, second, third] = [
      sendReply({ replyId: 'first', expiresAt: clock.now() + 2 * MINUTE_MS }),
      sendReply({ replyId: 'second', expiresAt: clock.now() + MINUTE_MS }),
      sendReply({ replyId: 'third' }),
    ];
    const teller = createWaitTeller({
      waiting: createWaitingReplies(database),
      replies: replies(),
      clock,
      logger,
      pause: () => new Promise((resolve) => setTimeout(resolve, 50)),
    });
    const hasEnded = (command: SendReply) => async () => (await typesOf(command)).includes('ReplyFailed');
    await accept(first, second, third);
    await lanes().release(await claimOne(), { dueAtMs: clock.now() + 5 * MINUTE_MS, tries: 3 });
    teller.start();
    try {
      clock.advance(MINUTE_MS);
      await eventually('the second has expired', hasEnded(second));
      expect(await typesOf(first)).not.to.include('ReplyFailed');
      clock.advance(MINUTE_MS);
      await eventually('the first has expired', hasEnded(first));
    } finally {
      await teller.stop();
    }

    expect((await lanes().headOf(await claimOne()))?.streamId).to.equal(streamIdOf(third));
    expect((await eventsOf(second)).at(-1)).to.include({ code: 'expired' });
  });

  it('send nothing beyond the time until which it is worth sending', async () => {
    const command = sendReply({ expiresAt: clock.now() + 4_000 });
    const [tiktok, deadlines] = [createTikTok(), [] as number[]];
    await accept(command);
    const lane = await claimOne();
    const step = await createWorker({ tiktok, turnAtMs: clock.now() + 4_000 })(lane);
    expect([step, tiktok.calls()]).to.deep.equal([{ kind: 'wait', untilMs: clock.now() + 4_000, tries: 0 }, []]);
    await createWorker({ tiktok, deadlines })(lane);

    expect(deadlines).to.deep.equal([clock.now() + 4_000]);
  });

  it('are not forgotten when a reply is being stored while they are let go of', async () => {
    const [first, second] = [sendReply(), sendReply({ replyId: 'second', text: 'The second.' })];
    const tiktok = createTikTok();
    await accept(first);
    const lane = await claimOne();
    await createWorker({ tiktok })(lane);
    const { released } = await test.client.$transaction(async (tx) => {
      await tx.$executeRawUnsafe('UPDATE reply_lanes SET wakes = wakes + 1');
      const releasing = lanes().release(lane, null);
      await eventually('it waits for the reply', isSomebodyWaiting);
      await tx.$executeRawUnsafe(
        `INSERT INTO replies (stream_id, channel_id, conversation_id, lane_id, status, reply_id)
         VALUES ($1, $2, $3, $3, 'queued', 'second')`,
        streamIdOf(second),
        second.channelId,
        second.conversationId,
      );
      return { released: releasing };
    });
    await released;

    expect(await lanes().claim({ limit: 1, leaseMs: LEASE_MS })).to.have.length(1);
  });

  it('are claimed by one at a time', async () => {
    await accept(...Array.from({ length: 20 }, (_, i) => sendReply({ replyId: `r${i}`, conversationId: `C${i}` })));
    const claims = await Promise.all([1, 2, 3, 4].map(() => lanes().claim({ limit: 20, leaseMs: LEASE_MS })));

    const claimed = claims.flat().map(({ laneId }) => laneId);
    expect(claimed).to.have.length(20);
    expect(new Set(claimed).size).to.equal(20);
  });

  it('are not forgotten when a reply comes while they are let go of', async () => {
    await accept(sendReply({ replyId: 'first' }));
    const lane = await claimOne();
    await accept(sendReply({ replyId: 'second' }));
    await lanes().release(lane, null);

    expect(await lanes().claim({ limit: 1, leaseMs: LEASE_MS })).to.have.length(1);
  });

  it('are not let go of by one who has lost them', async () => {
    await accept(sendReply());
    const slow = await claimOne();
    clock.advance(LEASE_MS);
    await claimOne();
    await lanes().release(slow, null);

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
    const { answered: stored } = await test.client.$transaction(async (tx) => {
      await tx.$queryRawUnsafe('SELECT FROM conversations FOR UPDATE');
      await tx.$executeRawUnsafe(
        `INSERT INTO echoes (channel_id, message_id, conversation_id, source, sent_at)
         SELECT channel_id, 'MSG-1', conversation_id, 'API', 1 FROM conversations`,
      );
      const storing = replies().handle(streamId, answered(accepted('MSG-1')));
      await Promise.race([storing, eventually('it waits for the echo', isSomebodyWaiting)]);
      return { answered: storing };
    });
    await stored;

    expect(await typesOf(command)).to.include('ReplyDelivered');
  });

  it('outlive a clock that goes back by days', async () => {
    clock.advance(48 * 3_600_000);
    await accept(sendReply());
    await claimOne();
    clock.advance(-48 * 3_600_000);
    await lanes().mend(LEASE_MS);

    expect(await lanes().claim({ limit: 1, leaseMs: LEASE_MS })).to.have.length(1);
  });

  it('take a repeated batch of facts for what it is, and a superseded one for nothing', async () => {
    const command = sendReply();
    const recordFacts = createFactRecorder({ database, clock, ...quiet });
    const batch = [sighting(command, echoIn(command, { text: 'Hello' }))];
    const move = { group: 'g', topic: 't', partition: 0, expected: 0n, next: 1n };

    expect(await recordFacts(batch, move)).to.equal('recorded');
    expect(await recordFacts(batch, move)).to.equal('superseded');
    expect(await recordFacts(batch, { ...move, expected: 1n, next: 2n })).to.equal('recorded');
    expect(await facts().conversation(command)).to.include({
      kind: 'known',
      newestMessageAtMs: clock.now(),
      hasEchoes: true,
    });
  });

  it('hold a conversation open in which the customer wrote while TikTok was refusing', async () => {
    const command = sendReply();
    const blocked = { kind: 'rejected', answer: { code: 40064, message: null, requestId: null } } as const;
    await record(sighting(command));
    clock.advance(1_000);
    await accept(command);
    const { channelId, conversationId } = command;
    const written = { channelId, conversationId, messageId: 'MSG-9', sentAtMs: clock.now(), isQuotable: true };
    const tiktok = createTikTok();
    const worker = createWorker({
      tiktok,
      results: [blocked],
      onSend: () => record({ ...sighting(command), received: written }),
    });
    await worker(await claimOne());

    expect(await facts().conversation(command)).to.have.nested.property('window.isClosedByTikTok', false);
    await facts().learnClosed(command, written.sentAtMs);
    expect(await facts().conversation(command)).to.have.nested.property('window.isClosedByTikTok', true);
    expect((await eventsOf(command)).at(-1)).to.include({ code: 'reply_window_closed' });
  });

  it('count what was answered since the customer wrote: from any surface and what is uncertain, once each', async () => {
    const [sent, lost] = [sendReply(), sendReply({ replyId: 'lost', text: 'Lost.' })];
    const { channelId, conversationId } = sent;
    const key = { channelId, conversationId };
    const written = { ...key, messageId: 'MSG-0', sentAtMs: clock.now() - 2, isQuotable: true };
    const echo = (messageId: string, overrides: Partial<EchoSighting>) =>
      sighting(sent, echoIn(sent, { text: messageId, messageId, ...overrides }));
    const answers = async () => {
      const fact = await facts().conversation(key);
      return fact.kind === 'known' ? fact.window.answers : fact.kind;
    };
    await record({ ...sighting(sent), received: written });
    await accept(sent, lost);
    await work(createWorker({ tiktok: createTikTok(), results: ['accepted', uncertain] }));
    expect(await answers()).to.equal(2);
    await record(echo('MSG-1', {}));
    expect(await answers(), 'its echo is no other answer').to.equal(2);
    await record(echo('MSG-8', { source: 'APP' }), echo('MSG-9', { isAutomatic: true }));
    expect(await answers(), 'what the business wrote itself, but nothing automatic').to.equal(3);
    await record({ ...sighting(sent), received: { ...written, messageId: 'MSG-10', sentAtMs: clock.now() + 1 } });
    expect(await answers(), 'after the customer wrote again').to.equal(0);
  });

  describe('take an echo for an uncertain reply', () => {
    const command = sendReply();
    beforeEach(async () => {
      const tiktok = createTikTok();
      tiktok.hide();
      await record(sighting(command));
      await accept(command);
      await work(createWorker({ tiktok, results: [uncertain] }));
    });
    const found = () => facts().findEcho(streamIdOf(command));

    it("when it is newer, of the same content and nobody else's", async () => {
      await record(sighting(command, echoIn(command, { text: 'Yes, all sizes.' })));
      expect(await found()).to.equal('MSG-1');
    });
    it('also when it names no source', async () => {
      await record(sighting(command, echoIn(command, { text: 'Yes, all sizes.', source: 'UNKNOWN' })));
      expect(await found()).to.equal('MSG-1');
    });
    for (const { name, echo } of [
      { name: 'when it is as old as what was known', echo: { text: 'Yes, all sizes.', olderByMs: 1 } },
      { name: 'when it says something else', echo: { text: 'No.' } },
      { name: 'when it was written in the app', echo: { text: 'Yes, all sizes.', source: 'APP' } },
    ]) {
      it(`but not ${name}`, async () => {
        const { olderByMs = 0, ...rest } = echo as { text: string; source?: string; olderByMs?: number };
        await record(sighting(command, echoIn(command, { ...rest, sentAtMs: clock.now() - olderByMs })));
        expect(await found()).to.equal(null);
      });
    }
    it("but not when it is another reply's", async () => {
      const other = sendReply({ replyId: 'other', conversationId: 'CONV-2' });
      await accept(other);
      await work(createWorker({ tiktok: createTikTok() }));
      await record(sighting(command, echoIn(command, { text: 'Yes, all sizes.' })));
      expect(await found()).to.equal(null);
    });
  });

  it('tell what waits, since when, and what is looked for', async () => {
    const askedAtMs = clock.now();
    const uncertain = sendReply({ replyId: 'lost', conversationId: 'CONV-2' });
    await accept(sendReply(), uncertain);
    await record(sighting(uncertain));
    const laneOfFirst = await claimOne();
    const laneOfLost = await claimOne();
    const attempt = createWorker({ tiktok: createTikTok(), results: [{ kind: 'uncertain', answer: null }] });
    await attempt(laneOfLost);
    await lanes().release(laneOfLost, { dueAtMs: clock.now() + MINUTE_MS, tries: 0 });
    await lanes().release(laneOfFirst, { dueAtMs: clock.now(), tries: 0 });
    await record(sighting(uncertain, echoIn(uncertain, { text: 'Of another tool.', messageId: 'MSG-9' })));
    clock.advance(20 * MINUTE_MS);
    await createChannelPauses({ database, clock }).pause('biz-9', 'olga');

    expect(await createReadBacklog({ database, clock })()).to.deep.equal({
      waiting: 1,
      oldestWaitingAtMs: askedAtMs,
      uncertain: 1,
      oldestUncertainAtMs: askedAtMs,
      oldestDueLaneAtMs: askedAtMs,
      unmatchedEchoes: 1,
      pausedChannels: 1,
    });
  });

  describe('have a rate', () => {
    /** `late`: by how many milliseconds the calls begin after their turns have come. */
    const rate = ({ perSecond = 5, late = [] as number[], waits = [] as number[] } = {}) => {
      let now = 0;
      const { take, ...others } = createRequestRate({
        database,
        clock,
        pause: async (ms) => {
          waits.push(ms);
          const dueAt = now + ms;
          await new Promise((resolve) => setImmediate(resolve));
          now = Math.max(now, dueAt + (late.shift() ?? 0));
        },
        monotonicMs: () => now,
        share: 'outbound',
        perSecond,
      });
      const call = async () => {
        const taken = await take();
        if (taken.kind === 'paused') return taken;
        await taken.turn.begins();
        taken.turn.begun();
        return taken.kind;
      };
      return { call, take, ...others };
    };
    const startTimes = async (count: number, take: ReturnType<typeof rate>['take']): Promise<readonly number[]> => {
      const taken = await Promise.all(Array.from({ length: count }, take));
      return taken.map((each) => (each.kind === 'taken' ? each.turn.atMs - clock.now() : Number.NaN));
    };

    it('that processes share, evenly spaced over a little more than a second', async () => {
      const [one, other] = [rate(), rate()];
      const times = (await Promise.all([startTimes(6, one.take), startTimes(5, other.take)])).flat();

      expect(times.toSorted((a, b) => a - b)).to.deep.equal(Array.from({ length: 11 }, (_, i) => Math.ceil(i * 202.8)));
    });

    it('whose spacing is not rounded to milliseconds', async () => {
      const times = await startTimes(901, rate({ perSecond: 900 }).take);
      expect(Math.max(...times)).to.be.within(1_014, 1_016);
    });

    it('that a late call moves on for those that come after it, once for all that were late together', async () => {
      const { call, take } = rate({ late: [46, 46] });
      await take();
      await Promise.all([call(), call()]);
      const [next] = await startTimes(1, take);

      expect(next).to.equal(Math.ceil(3 * 202.8 + 40));
    });

    it('in which a call that is far too late waits for another turn', async () => {
      const waits: number[] = [];
      const { call, take } = rate({ late: [251], waits });
      await take();
      await call();

      expect(waits).to.deep.equal([203, 406]);
    });

    it('that is halved for a minute after TikTok has refused', async () => {
      const { take, refused } = rate();
      await take();
      await refused();
      clock.advance(1_000);
      const halved = await startTimes(2, take);
      clock.advance(60_001);

      expect([halved, await startTimes(2, take)]).to.deep.equal([
        [0, 406],
        [0, 203],
      ]);
    });

    it('that rests when TikTok goes on refusing, unless it takes a call in between', async () => {
      const { call, refused, taken } = rate();
      const strikeAndCall = async () => {
        clock.advance(10_000);
        await refused();
        return call();
      };
      await call();
      for (let strikes = 0; strikes < 5; strikes += 1) {
        expect(await strikeAndCall()).to.equal('taken');
        await taken();
      }
      await strikeAndCall();
      await strikeAndCall();
      expect(await strikeAndCall()).to.deep.equal({ kind: 'paused', untilMs: clock.now() + 300_000 });
      clock.advance(300_000);
      expect(await call()).to.equal('taken');
    });
  });

  describe('of many channels', () => {
    const channelsOf = (claimed: readonly ClaimedLane[]) => claimed.map(({ channelId }) => channelId).toSorted();
    const backlog = (channelId: string, lanesOfChannel: number) =>
      accept(
        ...Array.from({ length: lanesOfChannel }, (_, i) =>
          sendReply({ channelId, replyId: `r${i}`, conversationId: `${channelId}-${i}` }),
        ),
      );

    it('are claimed one of each in turn, however many wait before', async () => {
      await backlog('big', 50);
      expect(channelsOf(await lanes().claim({ limit: 3, leaseMs: LEASE_MS }))).to.deep.equal(['big', 'big', 'big']);
      clock.advance(1);
      await backlog('a', 1);
      await backlog('b', 2);
      expect(channelsOf(await lanes().claim({ limit: 2, leaseMs: LEASE_MS }))).to.deep.equal(['a', 'b']);
      expect(channelsOf(await lanes().claim({ limit: 1, leaseMs: LEASE_MS }))).to.deep.equal(['big']);
      expect(channelsOf(await lanes().claim({ limit: 1, leaseMs: LEASE_MS }))).to.deep.equal(['b']);
    });

    it('are claimed before all others when an attempt is open, whose fate cannot be found out for ever', async () => {
      const uncertainOne = sendReply({ channelId: 'busy', conversationId: 'uncertain' });
      await accept(uncertainOne);
      await work(createWorker({ tiktok: createTikTok(), results: [uncertain] }));
      await backlog('busy', 3);
      clock.advance(6_000);
      expect((await claimOne()).laneId).to.equal('uncertain');

      await claimOne();
      clock.advance(LEASE_MS + 1);
      const ofTheDead = await lanes().claim({ limit: 2, leaseMs: LEASE_MS });
      expect(ofTheDead.map(({ laneId }) => laneId)).to.have.members(['uncertain', 'busy-0']);
    });

    it('wait like all others once their attempt has its verdict', async () => {
      const settled = sendReply({ channelId: 'busy', conversationId: 'settled' });
      await accept(settled, sendReply({ ...settled, replyId: 'behind it' }));
      const lane = await claimOne();
      await acceptAll(takenBack(settled));
      clock.advance(1);
      await backlog('busy', 1);
      clock.advance(1);
      await lanes().release(lane, { dueAtMs: clock.now(), tries: 0 });

      expect((await claimOne()).laneId).to.equal('busy-0');
    });

    it('are left alone while their channel is to slow down', async () => {
      await backlog('fast', 1);
      await lanes().slowDown('fast', clock.now() + 30_000);
      expect(await lanes().claim({ limit: 1, leaseMs: LEASE_MS })).to.deep.equal([]);
      clock.advance(30_001);
      expect(await lanes().claim({ limit: 1, leaseMs: LEASE_MS })).to.have.length(1);
    });

    it('leave no row behind when nothing is left to do', async () => {
      await backlog('a', 3);
      await work(createWorker({ tiktok: createTikTok() }));
      expect(await test.client.$queryRawUnsafe<unknown[]>('SELECT FROM reply_lanes')).to.deep.equal([]);
    });
  });
});
