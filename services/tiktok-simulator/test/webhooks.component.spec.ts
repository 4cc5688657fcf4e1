import { eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { APP_ID, APP_SECRET, isSignedWith, stampOf, startWorld, type TestWorld } from './support.ts';

describe('the simulator delivers webhooks', () => {
  let world: TestWorld;
  let businessId: string;

  beforeEach(async () => {
    world = await startWorld();
    ({ businessId } = await world.addBusiness());
  });
  afterEach(() => world.stop());

  const firstEvent = async (name: string) => {
    await eventually(name, () => world.receiver.events(name).length > 0);
    const [first] = world.receiver.events(name);
    if (first === undefined) throw new Error(name);
    return first;
  };

  it('for a text of a customer, in the documented envelope and content', async () => {
    const sent = await world.customerSends(businessId, { type: 'text', text: 'Is this in stock? 👋' });
    const { envelope, content, raw } = await firstEvent('im_receive_msg');

    expect(Object.keys(JSON.parse(raw))).to.deep.equal([
      'client_key',
      'event',
      'create_time',
      'user_openid',
      'content',
    ]);
    expect(envelope).to.include({ client_key: APP_ID, user_openid: businessId });
    expect(envelope.create_time).to.equal(Math.floor(Number(content.timestamp) / 1000));
    const userId = content.unique_identifier;
    expect(content).to.deep.equal({
      from: 'mia.shopper',
      to: 'acme.store',
      unique_identifier: userId,
      from_user: { id: userId, role: 'personal_account' },
      to_user: { id: businessId, role: 'business_account' },
      conversation_id: sent.conversationId,
      message_id: sent.messageId,
      timestamp: content.timestamp,
      type: 'text',
      text: { body: 'Is this in stock? 👋' },
      scene_type: 0,
      is_follower: false,
      message_tag: { source: 'APP' },
    });
  });

  it('signed over the raw bytes, with the headers of the overview page', async () => {
    await world.customerSends(businessId, { type: 'text', text: 'Grüße' });
    const delivery = await firstEvent('im_receive_msg');

    expect(isSignedWith(APP_SECRET, delivery)).to.equal(true);
    expect(stampOf(delivery)).to.be.closeTo(Date.now() / 1000, 2);
    expect(delivery.rawHeaders).to.include('Tiktok-Signature');
    expect(delivery.headers).to.include({ 'webhook-schema-version': '1.0', 'content-type': 'application/json' });
    expect(delivery.headers['x-tt-logid']).to.match(/^\d{14}[0-9A-F]{18}$/);
  });

  it('for an image and for a shared post', async () => {
    await world.customerSends(businessId, { type: 'image' });
    await world.customerSends(businessId, { type: 'share_post', videoId: '7300000000000000009' });
    await eventually('two deliveries', () => world.receiver.received.length === 2);

    const [image, post] = world.receiver.received.map(({ content }) => content);
    expect(image).to.include({ type: 'image' });
    expect(image?.image).to.have.all.keys('media_id');
    expect(post?.share_post).to.deep.equal({
      embed_url: 'https://www.tiktok.com/player/v1/7300000000000000009',
      video_id: '7300000000000000009',
    });
  });

  it('for a message that quotes another', async () => {
    const { messageId } = await world.customerSends(businessId);
    await world.customerSends(businessId, { type: 'text', text: 'This one', quotedMessageId: messageId });
    await eventually('two deliveries', () => world.receiver.received.length === 2);

    expect(world.receiver.received[0]?.content).not.to.have.property('referenced_message_info');
    expect(world.receiver.received[1]?.content.referenced_message_info).to.deep.equal({
      referenced_message_id: messageId,
    });
  });

  it('for what the business writes in the app, with the sides swapped', async () => {
    const { conversationId } = await world.customerSends(businessId);
    const path = `businesses/${businessId}/customers/mia.shopper/app-messages`;
    const { messageId } = await world.control('POST', path, { text: 'Yes, all sizes.' });
    const { content } = await firstEvent('im_send_msg');

    expect(content).to.include({ from: 'acme.store', to: 'mia.shopper', message_id: messageId });
    expect(content).to.deep.include({
      conversation_id: conversationId,
      from_user: { id: businessId, role: 'business_account' },
      message_tag: { source: 'APP' },
      text: { body: 'Yes, all sizes.' },
    });
  });

  it('for a read mark that is the time of the newest message seen', async () => {
    await world.customerSends(businessId);
    await world.control('POST', `businesses/${businessId}/customers/mia.shopper/app-messages`, { text: 'Yes' });
    await world.control('POST', `businesses/${businessId}/customers/mia.shopper/reads`);
    const { content } = await firstEvent('im_mark_read_msg');

    const shown = await world.phone(businessId);
    expect(content.read).to.deep.equal({ last_read_timestamp: shown.at(-1)?.at });
    expect(content).to.include({ from: 'mia.shopper', to: 'acme.store' }).and.not.have.property('message_id');
  });

  it('stripped for a customer in Europe', async () => {
    await world.customerSends(businessId, { type: 'text', text: 'Bonjour', region: 'EU' });
    const { content } = await firstEvent('im_receive_msg_eu');

    expect(content).to.deep.equal({
      to: 'acme.store',
      to_user: { id: businessId, role: 'business_account' },
      timestamp: content.timestamp,
    });
  });

  it('with the scene and, in echoes, the id that the switches say', async () => {
    await world.faults({ scene_type: 2, echo_unique_identifier: 'business' });
    const { messageId } = await world.customerSends(businessId);
    await world.control('POST', `businesses/${businessId}/customers/mia.shopper/app-messages`, { text: 'Yes' });
    const received = await firstEvent('im_receive_msg');
    const echo = await firstEvent('im_send_msg');

    expect(received.content).to.include({ message_id: messageId, scene_type: 2 });
    expect(received.content.unique_identifier).to.equal((received.content.from_user as { id: string }).id);
    expect(echo.content).to.include({ scene_type: 2, unique_identifier: businessId });
  });

  for (const european_echoes of [true, false]) {
    it(`${european_echoes ? 'with' : 'without'} echoes to Europe, when told so`, async () => {
      await world.faults({ european_echoes });
      for (const [username, region] of [
        ['chloe', 'FR'],
        ['anna', 'BR'],
      ] as const) {
        await world.customerSends(businessId, { type: 'text', text: 'Hi', region }, username);
        await world.control('POST', `businesses/${businessId}/customers/${username}/app-messages`, { text: 'Yes' });
      }
      await eventually('the echo to Brazil', async () =>
        world.receiver.events('im_send_msg').some(({ content }) => content.to === 'anna'),
      );
      const counts = await world.control<{ delivered: number; queued: number }>('GET', 'deliveries/counts');

      expect(counts.delivered + counts.queued).to.equal(european_echoes ? 4 : 3);
    });
  }

  it('without what clients must not require, when told so', async () => {
    await world.faults({ minimal_payload: true });
    await world.customerSends(businessId);
    const { content } = await firstEvent('im_receive_msg');

    expect(content).not.to.have.any.keys('unique_identifier', 'message_tag', 'scene_type', 'is_follower');
    expect(content.to_user).to.deep.equal({ id: businessId });
  });

  it('only of businesses that authorised the app, when told so', async () => {
    await world.faults({ deliveries_need_authorization: true });
    await world.customerSends(businessId, { type: 'text', text: 'before' });
    await world.tokenFor(businessId);
    await world.customerSends(businessId, { type: 'text', text: 'after' });
    await firstEvent('im_receive_msg');

    expect(world.receiver.received.map(({ content }) => content.text)).to.deep.equal([{ body: 'after' }]);
  });

  it('to the callback that the app configures, and to none once it is deleted', async () => {
    const subscription = { app_id: APP_ID, secret: APP_SECRET, event_type: 'DIRECT_MESSAGE' };
    const callback_url = world.receiver.url.replace('/webhooks/tiktok', '/elsewhere');
    const updated = await world.open('POST', 'business/webhook/update/', { body: { ...subscription, callback_url } });
    expect(updated.data).to.deep.equal({ app_id: APP_ID, event_type: 'DIRECT_MESSAGE', callback_url });
    await world.customerSends(businessId);
    expect((await firstEvent('im_receive_msg')).path).to.equal('/elsewhere');

    await world.open('POST', 'business/webhook/delete/', { body: subscription });
    const listed = await world.open('GET', 'business/webhook/list/', { query: subscription });
    expect(listed.data).to.deep.equal({ app_id: APP_ID, event_type: 'DIRECT_MESSAGE' });
    await world.customerSends(businessId);
    expect(await world.control('GET', 'deliveries')).to.have.length(1);
  });

  it('to nobody who does not know the secret', async () => {
    const body = { app_id: APP_ID, secret: 'wrong', event_type: 'DIRECT_MESSAGE', callback_url: 'https://evil.test/' };
    expect(await world.open('POST', 'business/webhook/update/', { body })).to.include({
      code: 40002,
      message: 'Param secret is invalid.',
    });
  });
});
