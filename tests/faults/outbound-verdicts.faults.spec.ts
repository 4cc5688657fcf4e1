import type { ChildProcess } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { eventually } from '@tiktok-channel/platform/testing';
import type { SendReply } from '@tiktok-channel/schemas';
import { expect } from 'chai';
import { streamIdOf } from '../../services/outbound/src/domain/send-reply.ts';
import { scaled } from '../support/long.ts';
import { type Conversation, createOutboundWorld, isVerdict, type OutboundWorld, replyIn } from '../support/outbound.ts';
import { endProcess, startOutboundProcess } from '../support/outbound-processes.ts';

const CONVERSATIONS = scaled(20, 200);
const REPLIES = scaled(100, 2_000);

/** TikTok's time goes so much faster: minutes of settling pass in seconds. */
const STEP_SECONDS = 4;
const STEP_EVERY_MS = 400;

/** Longer than a lease of a minute in TikTok's time. */
const FROZEN_MS = 7_000;

/** Turns are waited for in real time: slow enough that every trouble meets some replies, and a backlog stands before those that settle. */
const REQUESTS_PER_SECOND = String(scaled(5, 8));

/** What goes wrong at TikTok; none lasts, so that in the end every reply can be sent. */
const TROUBLES = [
  { send_answer: 'dropped_after_acceptance', send_answer_every: 5, echo_delay_ms: 60_000, echoes_duplicated: 2 },
  { send_answer: '502_after_acceptance', send_answer_every: 3, echo_delay_ms: 20_000, echoes_duplicated: 3 },
  { api_fails_with: 40100, api_fails_on: 'send', api_fails_every: 3, echo_delay_ms: 5_000 },
  { send_answer: 'hangs_before_acceptance', send_answer_every: 3, deliveries_reordered_ms: 60_000 },
  { api_fails_with: 503, api_fails_on: 'send', api_fails_every: 3, echoes_duplicated: 2 },
  { send_answer: '51065_after_acceptance', send_answer_every: 3, echo_before_answer: true },
  { send_answer: 'dropped_before_acceptance', send_answer_every: 3, content_list_lags_ms: 60_000 },
] as const;

describe(`${REPLIES} replies before a TikTok that drops, fails and delays, by two replicas that die and freeze`, function () {
  this.timeout(scaled(180_000, 1_500_000));
  let world: OutboundWorld;
  let conversations: readonly Conversation[];
  let commands: readonly SendReply[];
  const replicas: ChildProcess[] = [];
  let isOver = false;

  before(async () => {
    world = await createOutboundWorld();
    await world.faults({ rate_limit_qps: 0, quota_off: true });
    const channelIds = [await world.newChannel(), await world.newChannel()];
    const made: Conversation[] = [];
    for (let each = 0; each < CONVERSATIONS; each += 1) {
      made.push(await world.newConversation(channelIds[each % 2] ?? '', 1));
    }
    conversations = made;
    commands = Array.from({ length: REPLIES }, (_, index) => commandOf(index));
    replicas.push(...(await Promise.all([0, 1].map(() => startOutboundProcess(environment())))));
  });
  after(async () => {
    isOver = true;
    await Promise.all(replicas.map((replica) => endProcess(replica, 'SIGTERM')));
    await world.stop();
  });

  const environment = () => ({ ...world.environment, OUTBOUND_REQUESTS_PER_SECOND: REQUESTS_PER_SECOND });
  /** In two conversations every text comes twice in a row. */
  const commandOf = (index: number): SendReply => {
    const conversation = conversations[index % CONVERSATIONS] as Conversation;
    const place = Math.floor(index / CONVERSATIONS);
    const text = index % CONVERSATIONS < 2 ? `answer ${Math.floor(place / 2)}` : `answer ${place}`;
    return replyIn(conversation, { text, requestedAt: world.now() });
  };
  const verdicts = () => world.statuses.filter(isVerdict);
  const repliesWithVerdict = () => new Set(verdicts().map(({ value }) => value.replyId)).size;
  /** In the order of the commands. */
  const verdictsInStreams = async (): Promise<readonly number[]> => {
    const rows = await world.database.client.$queryRawUnsafe<{ stream_id: string; count: bigint }[]>(
      `SELECT stream_id, count(*) FROM events
        WHERE type IN ('ReplySent', 'ReplyFailed', 'ReplyCancelled')
           OR (type = 'ReplyOutcomeUnknown' AND (data ->> 'settled')::boolean)
        GROUP BY stream_id`,
    );
    const counts = new Map(rows.map(({ stream_id, count }) => [stream_id, Number(count)]));
    return commands.map((command) => counts.get(streamIdOf(command)) ?? 0);
  };
  const untilTheEnd = async (everyMs: number, act: (round: number) => Promise<void>): Promise<void> => {
    for (let round = 0; !isOver; round += 1) {
      await act(round);
      await wait(everyMs);
    }
  };
  const trouble = (round: number) =>
    world.faults({ rate_limit_qps: 0, quota_off: true, ...TROUBLES[round % TROUBLES.length] });
  /** One after the other is killed and started again, or frozen for longer than a lease. */
  const harm = async (round: number): Promise<void> => {
    const index = round % 2;
    const replica = replicas[index] as ChildProcess;
    if (round % 4 < 2) {
      await endProcess(replica, 'SIGKILL');
      if (!isOver) replicas[index] = await startOutboundProcess(environment());
      return;
    }
    replica.kill('SIGSTOP');
    await wait(FROZEN_MS);
    replica.kill('SIGCONT');
  };
  const answersOf = async (conversation: Conversation) =>
    (await world.phone(conversation)).filter(({ from }) => from === 'business').map(({ text }) => text);

  it('reach the phone once each and in order, and have one verdict each, which is true', async () => {
    const clock = untilTheEnd(STEP_EVERY_MS, () => world.advance(STEP_SECONDS));
    const troubles = untilTheEnd(1_500, trouble);
    const harms = untilTheEnd(2_500, harm);
    await world.send(...commands);
    await eventually('every reply has its verdict', () => repliesWithVerdict() >= REPLIES, {
      withinMs: scaled(150_000, 1_400_000),
      everyMs: 500,
    });
    isOver = true;
    await Promise.all([clock, troubles, harms]);

    expect(await verdictsInStreams(), 'verdicts in the stream of a reply').to.deep.equal(commands.map(() => 1));
    // The relay of a replica that was killed may have published what it could not mark: the same record, under the same id.
    const distinct = [...new Map(verdicts().map((status) => [status.id, status])).values()];
    const byReply = Map.groupBy(distinct, ({ value }) => value.replyId);
    const told = commands.map(({ replyId }) => [replyId, ...(byReply.get(replyId)?.map(({ name }) => name) ?? [])]);
    expect(
      told.filter(([, ...names]) => names.join() !== 'ReplySent'),
      'replies with another verdict than that they were sent',
    ).to.deep.equal([]);
    for (const conversation of conversations) {
      const expected = commands.filter(({ conversationId }) => conversationId === conversation.conversationId);
      expect(await answersOf(conversation)).to.deep.equal(expected.map(({ text }) => text));
    }
    const counts = await world.database.client.$queryRawUnsafe<{ type: string; count: bigint }[]>(
      'SELECT type, count(*) FROM events GROUP BY type',
    );
    const countOf = (type: string) => Number(counts.find((each) => each.type === type)?.count ?? 0);
    expect(countOf('ReplyOutcomeUnknown'), 'uncertain outcomes, or this proves nothing').to.be.at.least(3);
    expect(countOf('AbsenceSeen'), 'messages that never arrived').to.be.above(0);
    const ids = distinct.map(({ value }) => value.messageId);
    expect(new Set(ids).size, 'each verdict names a message of its own').to.equal(REPLIES);
  });
});
