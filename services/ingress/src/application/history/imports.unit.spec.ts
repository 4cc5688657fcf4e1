import { ok, type Result, refuse } from '@tiktok-channel/platform/kernel';
import { createManualClock } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import type { WebhookEvent } from '../../domain/events.ts';
import type { ImportProgress, ImportRefusal } from '../../domain/history/import-progress.ts';
import type { ListedContent } from '../../domain/history/listed-content.ts';
import type { HistoryRequest } from '../../domain/records.ts';
import { PublishError } from '../ports.ts';
import { createFindNoticed } from './find-noticed.ts';
import { createImportHistory } from './import-history.ts';
import { createImports } from './imports.ts';
import { createPersistentPublisher } from './persistent-publisher.ts';
import { Stopped } from './wait-until.ts';

const START = 1_767_225_600_000;

type Content = Result<ListedContent, ImportRefusal>;

/** A conversation with one message, sent so long after the start. */
const holding = (conversationId: string, ...sentAtMs: readonly number[]): Content =>
  ok({
    messages: sentAtMs.map((atMs) => ({
      direction: 'received' as const,
      messageId: `${conversationId}@${atMs}`,
      sentAt: START + atMs,
      event: { id: `${conversationId}@${atMs}`, key: conversationId } as WebhookEvent,
      reactions: [],
    })),
    referrals: [],
    unread: 0,
  });

interface World {
  readonly conversations?: Readonly<Record<string, Content>>;
  readonly list?: Result<readonly string[], ImportRefusal>;
  /** What the broker answers, one after the other; null is fine, and so is the rest. */
  readonly broker?: (PublishError | null)[];
  /** Told before each reading. */
  readonly onRead?: (conversationId: string) => void;
}

const world = ({ conversations = {}, list, broker = [], onRead }: World = {}) => {
  const clock = createManualClock(START);
  const state = { isStopping: false };
  const published: string[] = [];
  const reports: ImportProgress[] = [];
  const read: string[] = [];
  const failures: unknown[] = [];
  const waits: string[] = [];
  let lists = 0;
  const waitUntil = async (atMs: number): Promise<void> => {
    if (state.isStopping) throw new Stopped();
    clock.advance(Math.max(0, atMs - clock.now()));
  };
  const reporter = {
    waits: (_channelId: string, reason: string) => waits.push(reason),
    skipped: () => {},
    ended: () => {},
    failed: (_channelId: string, _requestId: string, error: unknown) => failures.push(error),
  };
  const brokerAnswers = async (): Promise<void> => {
    const answer = broker.shift() ?? null;
    if (answer !== null) throw answer;
  };
  const publisher = createPersistentPublisher({
    publisher: {
      publish: async (events) => {
        await brokerAnswers();
        published.push(...events.map(({ id }) => id));
      },
      report: async (progress) => {
        await brokerAnswers();
        reports.push(progress);
      },
    },
    ...{ waitUntil, clock, reporter },
  });
  const listed = list ?? ok(Object.keys(conversations));
  const tiktok = {
    conversations: async () => {
      lists += 1;
      return listed.ok
        ? ok(listed.value.map((conversationId) => ({ conversationId, updatedAt: null, ads: [] })))
        : listed;
    },
    content: async (_channelId: string, { conversationId }: { readonly conversationId: string }) => {
      if (state.isStopping) throw new Stopped();
      onRead?.(conversationId);
      read.push(conversationId);
      return conversations[conversationId] ?? refuse('not_found' as const);
    },
  };
  const imports = createImports({
    importHistory: createImportHistory({ lists: tiktok, publisher, clock, reporter }),
    findNoticed: createFindNoticed({ lists: tiktok, publisher, waitUntil, clock }),
    ...{ publisher, clock, reporter },
  });
  const run = async (...requests: readonly HistoryRequest[]) => {
    const answers = requests.map((each) => imports.accept(each));
    await imports.settled();
    return answers;
  };
  return { imports, run, state, published, reports, read, failures, waits, listings: () => lists };
};

const request = (overrides: Partial<HistoryRequest> = {}): HistoryRequest => ({
  requestId: 'request-1',
  channelId: 'biz-1',
  conversationId: null,
  noticedAt: null,
  reason: 'requested',
  requestedBy: 'olga',
  requestedAt: START,
  ...overrides,
});
const notice = (atMs: number, requestId = `notice-${atMs}`): HistoryRequest =>
  request({ requestId, noticedAt: START + atMs, reason: 'european_notice' });

const told = ({ state, conversationsTotal, conversationsDone, messagesFound, resumeAfter, reason }: ImportProgress) => [
  state,
  `${conversationsDone}/${conversationsTotal}`,
  messagesFound,
  resumeAfter,
  reason,
];

describe('an import of a channel', () => {
  const conversations = { A: holding('A', 1), B: holding('B', 2, 3), C: holding('C', 4) };

  it('reads every conversation and tells how far it is', async () => {
    const { run, published, reports } = world({ conversations });

    await run(request());

    expect(published).to.deep.equal(['A@1', 'B@2', 'B@3', 'C@4']);
    expect(reports.map(told)).to.deep.equal([
      ['STARTED', '0/3', 0, null, null],
      ['RUNNING', '1/3', 1, 'A', null],
      ['RUNNING', '2/3', 3, 'B', null],
      ['RUNNING', '3/3', 4, 'C', null],
      ['FINISHED', '3/3', 4, 'C', null],
    ]);
  });

  it('goes on in the next process where the last one has come to', async () => {
    const first = world({
      conversations,
      onRead: (conversationId) => {
        if (conversationId === 'B') first.state.isStopping = true;
      },
    });
    await first.run(request());
    const second = world({ conversations });
    second.imports.resume([request()], first.reports);
    await second.imports.settled();

    expect(first.reports.map(told).at(-1)?.[0]).to.equal('RUNNING');
    expect([...first.read, '|', ...second.read]).to.deep.equal(['A', 'B', '|', 'C']);
    expect(second.reports.map(told)).to.deep.equal([
      ['RUNNING', '3/3', 4, 'C', null],
      ['FINISHED', '3/3', 4, 'C', null],
    ]);
  });

  it('is one import however often it is asked for', async () => {
    const { imports, run, read } = world({ conversations });

    const answers = [await run(request(), request()), await run(request())];

    expect(answers.flat()).to.deep.equal(['begun', 'known', 'known']);
    expect(read).to.deep.equal(['A', 'B', 'C']);
    expect(imports.open()).to.equal(0);
  });

  it('is not begun again when an earlier process has ended it', async () => {
    const ended = world({ conversations });
    await ended.run(request());
    const { imports, read } = world({ conversations });

    imports.resume([request()], ended.reports);
    imports.accept(request());
    await imports.settled();

    expect(read).to.deep.equal([]);
  });

  it('leaves out a conversation that TikTok does not show, and says so', async () => {
    const { run, reports, published } = world({ conversations: { ...conversations, B: refuse('not_found') } });

    await run(request());

    expect(published).to.deep.equal(['A@1', 'C@4']);
    expect(told(reports.at(-1) as ImportProgress)).to.deep.equal(['FINISHED', '3/3', 2, 'C', 'conversations_skipped']);
  });

  it('fails with the reason when the channel is refused, where it has come to', async () => {
    const { run, reports } = world({ conversations: { ...conversations, B: refuse('channel_disconnected') } });

    await run(request());

    expect(told(reports.at(-1) as ImportProgress)).to.deep.equal(['FAILED', '1/3', 1, 'A', 'channel_disconnected']);
  });

  it('fails when its one conversation is refused', async () => {
    const { run, reports } = world({ conversations });

    await run(request({ conversationId: 'gone' }));

    expect(reports.map(told).at(-1)).to.deep.equal(['FAILED', '0/1', 0, null, 'not_found']);
  });

  it('waits for a broker that is away, and loses nothing', async () => {
    const { run, published, reports, waits } = world({
      conversations,
      broker: [new PublishError('deadline_exceeded'), new PublishError('buffer_full')],
    });

    await run(request());

    expect(published).to.have.length(4);
    expect(reports).to.have.length(5);
    expect(waits).to.deep.equal(['broker_unavailable', 'broker_unavailable']);
  });

  it('fails when the broker will never take what it read', async () => {
    const { run, reports } = world({ conversations, broker: [null, new PublishError('record_refused')] });

    await run(request());

    expect(reports.map(told).at(-1)).to.deep.equal(['FAILED', '0/3', 0, null, 'record_refused']);
  });

  it('fails alone when there is a defect in it', async () => {
    const { run, reports, failures } = world({
      conversations,
      onRead: (conversationId) => {
        if (conversationId === 'B') throw new TypeError('undefined is not a function');
      },
    });

    await run(request(), notice(60_000));

    expect(reports.find(({ state }) => state === 'FAILED')?.reason).to.equal('unexpected_error');
    expect(failures[0]).to.be.instanceOf(TypeError);
  });
});

describe('an import for a European notice', () => {
  it('publishes the one message of that time, and nothing else', async () => {
    const { run, published, reports } = world({
      conversations: { A: holding('A', 0, 60_000), B: holding('B', 30_000) },
    });

    await run(notice(60_000));

    expect(published).to.deep.equal(['A@60000']);
    expect(reports.map(told)).to.deep.equal([['FINISHED', '1/1', 1, null, null]]);
  });

  it('publishes nothing when several messages match', async () => {
    const { run, published, reports } = world({ conversations: { A: holding('A', 1_000), B: holding('B', 2_000) } });

    await run(notice(1_500));

    expect(published).to.deep.equal([]);
    expect(reports.map(told)).to.deep.equal([['FINISHED', '0/null', 0, null, 'ambiguous']]);
  });

  it('looks four times before it says that nothing matches', async () => {
    const { run, reports, listings } = world({ conversations: { A: holding('A', 60_000) } });

    await run(notice(0));

    expect(listings()).to.equal(4);
    expect(reports.map(told)).to.deep.equal([['FINISHED', '0/null', 0, null, 'no_match']]);
  });

  it('looks once for a notice of long ago', async () => {
    const { run, listings } = world({ conversations: { A: holding('A', 60_000) } });

    await run(notice(-3_600_000));

    expect(listings()).to.equal(1);
  });

  it('shares its look with the notices that come meanwhile', async () => {
    const { run, published, listings, reports } = world({
      conversations: { A: holding('A', 0, 20_000, 40_000), B: holding('B', 60_000) },
    });

    await run(...[0, 20_000, 40_000, 60_000].map((atMs) => notice(atMs)));

    expect(listings()).to.equal(1);
    expect(published).to.have.members(['A@0', 'A@20000', 'A@40000', 'B@60000']);
    expect(reports.every(({ state, reason }) => state === 'FINISHED' && reason === null)).to.equal(true);
  });

  it('fails with the reason when the channel is refused', async () => {
    const { run, reports } = world({ list: refuse('channel_unknown') });

    await run(notice(0));

    expect(reports.map(told)).to.deep.equal([['FAILED', '0/null', 0, null, 'channel_unknown']]);
  });
});
