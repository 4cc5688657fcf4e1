import { eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { startWorld, type TestWorld } from './support.ts';

const HOUR = 3_600;

describe('answering a comment by direct message', () => {
  let world: TestWorld;
  let businessId: string;
  let token: string;

  beforeEach(async () => {
    world = await startWorld();
    await world.faults({ rate_limit_qps: 0 });
    ({ businessId } = await world.addBusiness('viet.store', 'VN'));
    token = await world.tokenFor(businessId);
    await enable();
  });
  afterEach(() => world.stop());

  const setting = (operation_status: string) =>
    world.open('POST', 'business/message/direct_reply/update/', {
      token,
      body: { business_id: businessId, direct_reply_type: 'COMMENT_TO_MESSAGE', operation_status },
    });
  const enable = () => setting('ENABLE');
  const shownSetting = async () => {
    const query = { business_id: businessId, direct_reply_type: 'COMMENT_TO_MESSAGE' };
    return (await world.open('GET', 'business/message/direct_reply/get/', { token, query })).data;
  };
  const writeComment = async (changes: object = {}, username = 'linh') =>
    (
      await world.control<{ commentId: string }>('POST', `businesses/${businessId}/customers/${username}/comments`, {
        text: 'How much?',
        ...changes,
      })
    ).commentId;
  const reply = (comment_id: string, changes: Record<string, unknown> = {}) =>
    world.open<{ message: { message_id: string } }>('POST', 'business/message/send/', {
      token,
      body: {
        business_id: businessId,
        direct_reply: { reply_type: 'COMMENT_REPLY', comment_reply: { comment_id } },
        message_type: 'TEXT',
        text: { body: 'Ten.' },
        ...changes,
      },
    });

  it('opens a conversation that nobody else could begin, and is echoed', async () => {
    const { code, data } = await reply(await writeComment());
    expect(code).to.equal(0);
    expect((await world.phone(businessId, 'linh'))[0]).to.deep.include({
      messageId: data.message.message_id,
      from: 'business',
      text: 'Ten.',
    });
    await eventually('the echo', () => world.receiver.events('im_send_msg').length === 1);
    const recipient = world.receiver.events('im_send_msg')[0]?.content.conversation_id;
    const further = { direct_reply: undefined, recipient_type: 'CONVERSATION', recipient };
    expect((await reply('', further)).code, 'a second message before an answer').to.equal(40064);
  });

  it('can be switched on and off', async () => {
    expect(await shownSetting()).to.deep.equal({ operation_status: 'ENABLE' });
    expect(await setting('DISABLE')).to.deep.include({ code: 0, data: {} });
    expect(await shownSetting()).to.deep.equal({ operation_status: 'DISABLE' });
    expect((await reply(await writeComment())).code).to.equal(40001);
    expect((await setting('PAUSE')).message).to.include('operation_status');
  });

  it('needs message.list.manage to be switched', async () => {
    token = await world.tokenFor(businessId, { grant: ['message.list.read', 'message.list.send'] });
    expect((await enable()).code).to.equal(40001);
  });

  for (const region of ['VN', 'ID', 'TH', 'BR']) {
    it(`is ${region === 'BR' ? 'not ' : ''}offered in ${region}`, async () => {
      ({ businessId } = await world.addBusiness(`store.${region}`, region));
      token = await world.tokenFor(businessId);
      expect((await enable()).code).to.equal(region === 'BR' ? 40001 : 0);
    });
  }

  describe('is refused', () => {
    const refusals: readonly (readonly [string, () => Promise<string>, number])[] = [
      ['to a comment that nobody wrote', async () => '7300000000000000009', 40007],
      ['to an answer to another comment', () => writeComment({ isFirstLevel: false }), 40064],
      ['to somebody under age', () => writeComment({ isByAdult: false }), 40064],
      [
        'a second time',
        async () => {
          const commentId = await writeComment();
          await reply(commentId);
          await world.advance(25 * HOUR);
          token = await world.tokenFor(businessId);
          return commentId;
        },
        40064,
      ],
      [
        'after 48 hours',
        async () => {
          const commentId = await writeComment();
          await world.advance(48 * HOUR);
          token = await world.tokenFor(businessId);
          return commentId;
        },
        40064,
      ],
      [
        'to somebody who wrote a message within 24 hours',
        async () => {
          await world.customerSends(businessId, undefined, 'linh');
          await world.advance(23 * HOUR);
          return writeComment();
        },
        40064,
      ],
      [
        'to somebody in Europe',
        async () => {
          await world.customerSends(businessId, { type: 'text', text: 'Hi', region: 'FR' }, 'linh');
          await world.advance(25 * HOUR);
          token = await world.tokenFor(businessId);
          return writeComment();
        },
        40064,
      ],
      [
        'to a comment below another business',
        async () => {
          const own = businessId;
          ({ businessId } = await world.addBusiness('thai.store', 'TH'));
          const commentId = await writeComment();
          businessId = own;
          return commentId;
        },
        40007,
      ],
    ];
    for (const [what, prepare, code] of refusals) {
      it(`${what}: ${code}`, async () => {
        expect((await reply(await prepare())).code).to.equal(code);
      });
    }

    it('together with a recipient, or as an action', async () => {
      const commentId = await writeComment();
      expect((await reply(commentId, { recipient_type: 'CONVERSATION' })).message).to.include('recipient_type');
      const action = { message_type: 'SENDER_ACTION', text: undefined, sender_action: 'TYPING' };
      expect((await reply(commentId, action)).message).to.include('message_type');
      const other = { direct_reply: { reply_type: 'MENTION', comment_reply: { comment_id: commentId } } };
      expect((await reply(commentId, other)).message).to.include('direct_reply.reply_type');
    });
  });

  it('is possible after a day of silence', async () => {
    await world.customerSends(businessId, undefined, 'linh');
    await world.advance(24 * HOUR);
    token = await world.tokenFor(businessId);
    expect((await reply(await writeComment())).code).to.equal(0);
  });
});
