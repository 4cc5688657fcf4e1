import { eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { type Conversation, createOutboundWorld, isVerdict, type OutboundWorld, replyIn } from '../support/outbound.ts';
import { endProcess, startOutboundProcess } from '../support/outbound-processes.ts';

const CONVERSATIONS = 10;

describe('outbound, before TikTok with its limits,', function () {
  this.timeout(120_000);
  let world: OutboundWorld;
  let conversations: readonly Conversation[];

  beforeEach(async () => {
    world = await createOutboundWorld();
    const channelId = await world.newChannel();
    conversations = await Promise.all(Array.from({ length: CONVERSATIONS }, () => world.newConversation(channelId)));
  });
  afterEach(() => world.stop());

  const repliesOf = (each: number) =>
    Array.from({ length: each }, (_, index) =>
      conversations.map((conversation) => replyIn(conversation, { text: `answer ${index + 1}` })),
    ).flat();
  const answersOf = async (conversation: Conversation) =>
    (await world.phone(conversation)).filter(({ from }) => from === 'business').map(({ text }) => text);
  const verdicts = () => world.statuses.filter(isVerdict);

  it('sends 50 replies once each and in order, though it is killed in the middle', async () => {
    const environment = { ...world.environment, OUTBOUND_ATTEMPT_MS: '1000' };
    const commands = repliesOf(5);
    const first = await startOutboundProcess(environment);
    await world.send(...commands);
    await eventually('some are sent', () => verdicts().length >= 12);
    await endProcess(first, 'SIGKILL');
    const second = await startOutboundProcess(environment);
    try {
      await eventually('every reply has its verdict', () => verdicts().length >= commands.length, { withinMs: 60_000 });
    } finally {
      await endProcess(second, 'SIGTERM');
    }

    expect(new Set(verdicts().map(({ value }) => value.replyId)).size).to.equal(commands.length);
    expect(verdicts()).to.have.length(commands.length);
    // What was between its stored attempt and its request when the process died is not sent, and said to be unknown.
    const unknown = new Set(verdicts().flatMap(({ name, value }) => (name === 'ReplySent' ? [] : [value.replyId])));
    expect(unknown.size).to.be.at.most(1);
    for (const conversation of conversations) {
      const expected = commands
        .filter(
          ({ conversationId, replyId }) => conversationId === conversation.conversationId && !unknown.has(replyId),
        )
        .map(({ text }) => text);
      expect((await answersOf(conversation)).filter((text) => expected.includes(text ?? ''))).to.deep.equal(expected);
    }
  });

  it('sends each reply once and in order from two replicas, within the rate that they share', async () => {
    await world.startOutbound();
    await world.startOutbound();
    const commands = repliesOf(4);
    await world.send(...commands);
    await eventually('every reply is delivered', () => deliveredOf(world) === commands.length, { withinMs: 60_000 });

    expect(verdicts().map(({ name, value }) => [name, value.attempts])).to.deep.equal(
      commands.map(() => ['ReplySent', 1]),
    );
    for (const conversation of conversations) {
      expect(await answersOf(conversation)).to.deep.equal(['answer 1', 'answer 2', 'answer 3', 'answer 4']);
    }
  });
});

const deliveredOf = ({ statuses }: OutboundWorld): number =>
  statuses.filter(({ name }) => name === 'ReplyDelivered').length;
