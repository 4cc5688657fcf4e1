import { eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { startWorld, type TestWorld } from './support.ts';

const HOUR = 3_600;
const TOO_FAST = 'You are sending messages too fast. Take a rest.';
const BLOCKED = 'The message is blocked by the rules for direct messages.';

describe('the rules of direct messages', () => {
  let world: TestWorld;
  let businessId: string;
  let token: string;
  let conversationId: string;

  beforeEach(async () => {
    world = await startWorld();
    ({ businessId } = await world.addBusiness());
    token = await world.tokenFor(businessId);
    ({ conversationId } = await world.customerSends(businessId));
    await faults({});
  });
  afterEach(() => world.stop());

  const faults = (switches: Record<string, unknown>) => world.faults({ rate_limit_qps: 0, ...switches });
  const send = (recipient = conversationId, body = 'Yes, all sizes.') =>
    world.open<{ message: { message_id: string } }>('POST', 'business/message/send/', {
      token,
      body: {
        business_id: businessId,
        recipient_type: 'CONVERSATION',
        recipient,
        message_type: 'TEXT',
        text: { body },
      },
    });
  const sendMany = async (count: number) => {
    const codes: number[] = [];
    for (let n = 0; n < count; n += 1) codes.push((await send()).code);
    return codes;
  };
  const waitSilently = async (hours: number) => {
    // A second more: messages of one moment are told apart by milliseconds, so the last may lie a few ahead of the clock.
    await world.advance(hours * HOUR + 1);
    token = await world.tokenFor(businessId);
  };

  it('say why in the documented words: the rules, not the speed', async () => {
    await sendMany(10);
    expect(await send()).to.deep.include({ code: 40064, message: BLOCKED, data: {} });
  });

  it('refuse with another code when told so', async () => {
    await faults({ quota_refuses_with: 40001 });
    await sendMany(10);
    expect((await send()).code).to.equal(40001);
  });

  it('admit ten after every message, and none after 48 hours, as vendors read them', async () => {
    await faults({ quota_after_later_message: 10, quota_after_silence: 0 });
    await world.customerSends(businessId);
    expect(await sendMany(11)).to.deep.equal([...Array(10).fill(0), 40064]);
    await world.customerSends(businessId);
    expect(await sendMany(1)).to.deep.equal([0]);
    await waitSilently(48);
    expect(await sendMany(1)).to.deep.equal([40064]);
  });

  it('admit any number after a later message, and three after 48 hours, as documented', async () => {
    await world.customerSends(businessId);
    expect(await sendMany(30)).to.deep.equal(Array(30).fill(0));
    await waitSilently(48);
    expect(await sendMany(4)).to.deep.equal([0, 0, 0, 40064]);
    await world.customerSends(businessId);
    expect(await sendMany(1)).to.deep.equal([0]);
  });

  it('count what the business writes in the app', async () => {
    for (let n = 0; n < 10; n += 1) {
      await world.control('POST', `businesses/${businessId}/customers/mia.shopper/app-messages`, { text: 'Hello' });
    }
    expect((await send()).code).to.equal(40064);
  });

  it('spare mutual follows, and only those', async () => {
    const follow = (body: object) =>
      world.control('POST', `businesses/${businessId}/customers/mia.shopper/follow`, body);
    await follow({ isFollower: true });
    expect(await sendMany(11)).to.deep.equal([...Array(10).fill(0), 40064]);
    await follow({ isFollower: true, isFollowedBack: true });
    expect(await sendMany(5)).to.deep.equal(Array(5).fill(0));
    await waitSilently(100);
    expect(await sendMany(5)).to.deep.equal(Array(5).fill(0));
  });

  it('let no business begin, not even between mutual follows', async () => {
    const path = `businesses/${businessId}/customers/new.person/follow`;
    const opened = await world.control<{ conversationId: string }>('POST', path, {
      isFollower: true,
      isFollowedBack: true,
    });
    expect((await send(opened.conversationId)).code).to.equal(40064);
  });

  it('count no action', async () => {
    for (let n = 0; n < 12; n += 1) {
      const { code } = await world.open('POST', 'business/message/send/', {
        token,
        body: {
          business_id: businessId,
          recipient_type: 'CONVERSATION',
          recipient: conversationId,
          message_type: 'SENDER_ACTION',
          sender_action: 'TYPING',
        },
      });
      expect(code).to.equal(0);
    }
    expect((await send()).code).to.equal(0);
  });

  it('let a business write in so many conversations a day, when told so', async () => {
    await faults({ daily_conversations: 2 });
    const second = await world.customerSends(businessId, undefined, 'anna');
    const third = await world.customerSends(businessId, undefined, 'ben');
    expect((await send()).code).to.equal(0);
    expect((await send(second.conversationId)).code).to.equal(0);
    expect(await send(third.conversationId)).to.include({ code: 40064, message: TOO_FAST });
    expect((await send()).code, 'where it wrote today').to.equal(0);
    await waitSilently(24);
    expect((await send(third.conversationId)).code).to.equal(0);
  });

  it('block texts with links when told so', async () => {
    const link = 'See https://acme.example/sizes';
    expect((await send(conversationId, link)).code).to.equal(0);
    await faults({ links_blocked: true });
    for (const text of [link, 'www.acme.example', 'HTTP://ACME.EXAMPLE']) {
      expect(await send(conversationId, text), text).to.include({ code: 40064, message: BLOCKED });
    }
    expect((await send(conversationId, 'No link: see http below.')).code).to.equal(0);
  });

  describe('hold what a business flagged as spam sends', () => {
    const shown = async () => (await world.phone(businessId)).filter(({ from }) => from === 'business');

    it('until the customer accepts by writing: then it is shown and echoed', async () => {
      await faults({ sends_held: true });
      const { code, data } = await send();
      expect(code).to.equal(0);
      expect(await shown()).to.deep.equal([]);
      expect(world.receiver.events('im_send_msg')).to.deep.equal([]);

      await world.customerSends(businessId);
      await eventually('the echo', () => world.receiver.events('im_send_msg').length === 1);
      expect(world.receiver.events('im_send_msg')[0]?.content.message_id).to.equal(data.message.message_id);
      expect(await shown()).to.have.length(1);
      await send();
      expect(await shown(), 'once accepted').to.have.length(2);
    });

    it('until the customer accepts the request', async () => {
      await faults({ sends_held: true });
      await send();
      await world.control('POST', `businesses/${businessId}/customers/mia.shopper/acceptances`);
      await eventually('the echo', () => world.receiver.events('im_send_msg').length === 1);
      expect(await shown()).to.have.length(1);
    });

    it('and mark nothing as read that is held', async () => {
      await faults({ sends_held: true });
      await send();
      await world.control('POST', `businesses/${businessId}/customers/mia.shopper/reads`);
      await world.control('POST', `businesses/${businessId}/customers/mia.shopper/acceptances`);
      expect((await shown())[0]).not.to.have.property('readAt');
    });
  });
});
