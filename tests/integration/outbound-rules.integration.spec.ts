import { eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import {
  type Conversation,
  createOutboundWorld,
  type OutboundWorld,
  replyIn,
  type Status,
} from '../support/outbound.ts';

const HOURS_48 = 48 * 3_600;

describe('outbound, before a TikTok that enforces its reply rules,', function () {
  this.timeout(120_000);
  let world: OutboundWorld;
  let channelId: string;

  before(async () => {
    world = await createOutboundWorld();
    await world.startOutbound({ OUTBOUND_REQUESTS_PER_SECOND: '100' });
  });
  beforeEach(async () => {
    await world.faults({ rate_limit_qps: 0 });
    channelId = await world.newChannel();
  });
  after(() => world.stop());

  const answer = async (conversation: Conversation): Promise<Status> => {
    const command = replyIn(conversation, { requestedAt: world.now() });
    await world.send(command);
    return world.verdict(command.replyId, 30_000);
  };
  const answerTimes = async (conversation: Conversation, times: number): Promise<readonly string[]> => {
    const names: string[] = [];
    for (let each = 0; each < times; each += 1) names.push((await answer(conversation)).name);
    return names;
  };
  /** The owner consents again: a token lives for a day. */
  const passTwoDays = async () => {
    await world.advance(HOURS_48 + 1);
    await world.connect(channelId);
  };
  const deliveriesTaken = () => world.logger.lines.filter(({ event }) => event === 'webhook.accepted').length;
  const seen = (conversation: Conversation, messages: number) =>
    eventually('the facts are there', async () => {
      const rows = await world.database.client.$queryRawUnsafe<unknown[]>(
        'SELECT FROM customer_messages WHERE conversation_id = $1',
        conversation.conversationId,
      );
      return rows.length === messages;
    });

  it('refuses the eleventh answer to a first message without asking TikTok, and says when more is allowed', async () => {
    const conversation = await world.newConversation(channelId);
    expect(await answerTimes(conversation, 10)).to.deep.equal(Array(10).fill('ReplySent'));

    const { value } = await answer(conversation);
    expect(value).to.include({ code: 'reply_quota_exhausted', retryable: true, attempts: 0 });
    expect(Number(value.nextAllowedAt) - world.now()).to.be.within(HOURS_48 * 1_000 - 60_000, HOURS_48 * 1_000);
    await world.customerWrites(conversation);
    await seen(conversation, 2);
    expect((await answer(conversation)).name).to.equal('ReplySent');
  });

  it('sends three more after 48 hours of silence, and counts what colleagues write in the app', async () => {
    const conversation = await world.newConversation(channelId);
    await answer(conversation);
    await passTwoDays();
    await world.appWrites(conversation, 'From the app.');
    expect(await answerTimes(conversation, 2)).to.deep.equal(['ReplySent', 'ReplySent']);

    expect((await answer(conversation)).value).to.include({ code: 'reply_quota_exhausted', attempts: 0 });
  });

  it('sends what it cannot be certain about, and takes 40064 for a closed window until the customer writes', async () => {
    // TikTok's list reaches back for 20 messages only.
    const conversation = await world.newConversation(channelId, 20);
    await seen(conversation, 21);
    await passTwoDays();
    expect(await answerTimes(conversation, 3)).to.deep.equal(['ReplySent', 'ReplySent', 'ReplySent']);

    const blocked = await answer(conversation);
    expect(blocked.value).to.include({ code: 'reply_window_closed', attempts: 1 });
    expect(blocked.value).to.have.nested.property('tiktok.code', 40064);
    expect((await answer(conversation)).value).to.include({ code: 'reply_window_closed', attempts: 0 });
    await world.customerWrites(conversation);
    await seen(conversation, 22);
    expect((await answer(conversation)).name).to.equal('ReplySent');
  });

  it('slows the channel down when TikTok blocks although the window is open, and fails after two more tries', async () => {
    const conversation = await world.newConversation(channelId, 1);
    await seen(conversation, 2);
    await world.faults({ rate_limit_qps: 0, send_rejects_with: 40064 });
    const command = replyIn(conversation, { requestedAt: world.now() });
    await world.send(command);
    const attempted = (times: number) =>
      eventually(`attempt ${times}`, () => attemptsOf(world, command.replyId) === times, { withinMs: 30_000 });
    await attempted(1);
    await world.status(command.replyId, 'ReplyDelayed');
    await world.advance(31);
    await attempted(2);
    await world.advance(61);
    const { value } = await world.verdict(command.replyId);

    expect(value).to.include({ code: 'sending_too_fast', retryable: true, attempts: 3 });
  });

  it('tells those that wait behind another reply that they do, once', async () => {
    const conversation = await world.newConversation(channelId, 1);
    await world.faults({ rate_limit_qps: 0, send_answer: 'hangs_before_acceptance', content_list_lags_ms: 1 });
    const first = replyIn(conversation, { requestedAt: world.now() });
    const behind = replyIn(conversation, { requestedAt: world.now(), text: 'Behind it.' });
    await world.send(first, behind);
    await eventually('it is under way', () => world.namesOf(first.replyId).includes('ReplyQueued'));
    await world.advance(11);
    const { value } = await world.status(behind.replyId, 'ReplyDelayed');
    await world.faults({ rate_limit_qps: 0 });
    for (let tens = 0; tens < 24; tens += 1) {
      await world.advance(10);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await world.verdict(behind.replyId);

    expect(value).to.include({ reason: 'waiting_for_turn', until: null });
    expect(world.namesOf(behind.replyId).filter((name) => name === 'ReplyDelayed')).to.have.length(1);
  });

  it('answers a conversation that began before the channel was connected', async () => {
    await world.faults({ rate_limit_qps: 0, deliveries_need_authorization: true });
    const businessId = await world.newBusiness();
    const conversation = await world.newConversation(businessId, 2);
    await world.connect(businessId);

    expect((await answer(conversation)).name).to.equal('ReplySent');
    expect((await answer(conversation)).name).to.equal('ReplySent');
  });

  it('refuses nothing by facts that are late: it waits for them, and tells so after five seconds', async () => {
    const conversation = await world.newConversation(channelId);
    await answerTimes(conversation, 10);
    const command = replyIn(conversation, { requestedAt: world.now() });
    await world.database.client.$transaction(async (tx) => {
      await tx.$executeRawUnsafe('LOCK TABLE customer_messages IN SHARE ROW EXCLUSIVE MODE');
      const before = deliveriesTaken();
      await world.customerWrites(conversation);
      // Only what is in the topic by then is waited for.
      await eventually('it is in the topic', () => deliveriesTaken() > before);
      await world.send(command);
      const { value } = await world.status(command.replyId, 'ReplyDelayed');
      expect(value).to.include({ reason: 'waiting_for_facts' });
    });

    expect((await world.verdict(command.replyId)).name).to.equal('ReplySent');
  });
});

describe('outbound, told to be strict,', function () {
  this.timeout(120_000);
  let world: OutboundWorld;
  before(async () => {
    world = await createOutboundWorld();
    await world.startOutbound({ REPLY_RULES: 'strict' });
  });
  after(() => world.stop());

  it('sends nothing after 48 hours of silence', async () => {
    const channelId = await world.newChannel();
    const conversation = await world.newConversation(channelId);
    await world.advance(HOURS_48 + 1);
    await world.connect(channelId);
    const command = replyIn(conversation, { requestedAt: world.now() });
    await world.send(command);

    expect((await world.verdict(command.replyId)).value).to.include({
      code: 'reply_window_closed',
      attempts: 0,
      nextAllowedAt: null,
    });
  });
});

const attemptsOf = ({ logger }: OutboundWorld, replyId: string): number =>
  logger.lines.filter(({ event, fields }) => event === 'reply.attempted' && fields.replyId === replyId).length;
