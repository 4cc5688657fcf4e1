import { expect } from 'chai';
import { startWorld, type TestWorld } from './support.ts';

interface Content {
  readonly participants: readonly Record<string, unknown>[];
  readonly messages: readonly Record<string, unknown>[];
}

describe('reading conversations', () => {
  let world: TestWorld;
  let businessId: string;
  let token: string;

  beforeEach(async () => {
    world = await startWorld();
    await world.faults({ rate_limit_qps: 0 });
    ({ businessId } = await world.addBusiness());
    token = await world.tokenFor(businessId);
  });
  afterEach(() => world.stop());

  const list = (query: Record<string, string>) =>
    world.open<{ conversations: Record<string, unknown>[]; has_more: boolean; cursor: number }>(
      'GET',
      'business/message/conversation/list/',
      { token, query: { business_id: businessId, ...query } },
    );
  const content = (conversation_id: string) =>
    world.open<Content>('GET', 'business/message/content/list/', {
      token,
      query: { business_id: businessId, conversation_id },
    });

  it('lists the 20 newest messages, newest first, with both sides', async () => {
    let sent = await world.customerSends(businessId);
    for (let n = 0; n < 24; n += 1) sent = await world.customerSends(businessId, { type: 'text', text: String(n) });
    const { data } = await content(sent.conversationId);

    expect(data.messages).to.have.length(20);
    expect(data.messages[0]).to.deep.include({
      sender: 'mia.shopper',
      recipient: 'acme.store',
      conversation_id: sent.conversationId,
      message_id: sent.messageId,
      message_type: 'TEXT',
      text: { body: '23' },
      message_tag: { source: 'APP' },
      to_user: { id: businessId, role: 'BUSINESS_ACCOUNT' },
    });
    expect(data.participants.map(({ role, display_name }) => ({ role, display_name }))).to.deep.equal([
      { role: 'BUSINESS_ACCOUNT', display_name: 'Acme Store' },
      { role: 'PERSONAL_ACCOUNT', display_name: 'Mia Shopper' },
    ]);
    expect(data.participants[1]).to.have.property('is_follower', false);
  });

  const buttons = [{ id: 'size-s', title: 'Small' }];
  const card = { type: 'template', card: 'qa_link_card', title: 'Which size?', buttons };
  const X_EXPIRES = /[?&]x-expires=\d{10}$/;
  const kinds: readonly (readonly [string, object, (shown: Record<string, unknown>) => void])[] = [
    ['TEXT', { type: 'text', text: 'Hi' }, ({ text }) => expect(text).to.deep.equal({ body: 'Hi' })],
    ['IMAGE', { type: 'image' }, ({ image }) => expect(image).to.have.all.keys('media_id')],
    ['VIDEO', { type: 'video' }, ({ video }) => expect(video).to.have.all.keys('media_id')],
    [
      'SHARE_POST',
      { type: 'share_post', videoId: '73' },
      ({ share_post }) => expect(share_post).to.have.all.keys('embed_url'),
    ],
    ['STICKER', { type: 'sticker' }, ({ sticker }) => expect((sticker as { url: string }).url).to.match(X_EXPIRES)],
    ['EMOJI', { type: 'emoji' }, ({ emoji }) => expect((emoji as { url: string }).url).not.to.match(X_EXPIRES)],
    [
      'OTHER',
      { type: 'voice', block: { seconds: 4 } },
      (shown) => expect(shown).not.to.have.any.keys('voice', 'other'),
    ],
  ];
  for (const [message_type, written, check] of kinds) {
    it(`shows ${message_type} in its shape`, async () => {
      const { conversationId } = await world.customerSends(businessId, written);
      const [shown = {}] = (await content(conversationId)).data.messages;
      expect(shown.message_type).to.equal(message_type);
      expect(shown).not.to.have.any.keys('reactions', 'auto_message_type', 'referenced_message_info');
      check(shown);
    });
  }

  it('shows a card flat, and what was written by itself', async () => {
    const { conversationId } = await world.customerSends(businessId);
    const appWrites = (body: object) =>
      world.control('POST', `businesses/${businessId}/customers/mia.shopper/app-messages`, body);
    await appWrites(card);
    await appWrites({ text: 'Welcome!', automatic: 'WELCOME_MESSAGE' });
    const [welcome, listed] = (await content(conversationId)).data.messages;
    expect(listed?.template).to.deep.equal({
      type: 'QA_LINK_CARD',
      title: 'Which size?',
      buttons: [{ type: 'REPLY', title: 'Small', id: 'size-s' }],
    });
    expect(welcome).to.deep.include({ auto_message_type: 'WELCOME_MESSAGE', message_tag: { source: 'OTHERS' } });
  });

  it('shows the reactions to a message, each with who made it', async () => {
    const sent = await world.customerSends(businessId);
    const react = (body: object) =>
      world.control('POST', `businesses/${businessId}/customers/mia.shopper/reactions`, {
        messageId: sent.messageId,
        ...body,
      });
    await react({ emoji: '❤️' });
    await react({ aiEmoji: true, by: 'business' });
    await react({ emoji: '👍' });
    await react({ emoji: '👍', operation: 'REMOVE' });
    const { data } = await content(sent.conversationId);
    const [heart, face, ...more] = (data.messages[0]?.reactions ?? []) as Record<string, unknown>[];
    expect(more).to.deep.equal([]);
    expect(heart).to.deep.equal({
      type: 'EMOJI',
      emoji: '❤️',
      unique_identifier: data.participants[1]?.id,
      timestamp: heart?.timestamp,
    });
    expect(face).to.have.all.keys('type', 'ai_emoji_url', 'unique_identifier', 'timestamp');
    expect(face).to.include({ type: 'AI_EMOJI', unique_identifier: businessId });
    expect(String(face?.ai_emoji_url)).to.match(X_EXPIRES);
  });

  it('shows how the customer came: ads in seconds, links', async () => {
    const refer = (body: object) =>
      world.control('POST', `businesses/${businessId}/customers/mia.shopper/referrals`, body);
    await world.customerSends(businessId);
    await refer({ source: 'ad', advertiserId: 'adv-1', adId: 'ad-1', videoId: '1', messageMaterialId: 'mm-1' });
    await refer({ source: 'short_link', ref: 'store_qr-1', prefilledMessage: 'Hi!' });
    const { referral } = (await list({ conversation_type: 'STRANGER' })).data.conversations[0] as {
      referral: { ad: Record<string, unknown>[]; short_link: unknown[] };
    };
    expect(referral.ad).to.deep.equal([
      {
        advertiser_id: 'adv-1',
        ad_id: 'ad-1',
        timestamp: referral.ad[0]?.timestamp,
        ad_name: 'Winter sale',
        embed_url: 'https://www.tiktok.com/player/v1/1',
        message_material_id: 'mm-1',
      },
    ]);
    expect(String(referral.ad[0]?.timestamp)).to.match(/^\d{10}$/);
    expect(referral.short_link).to.deep.equal([
      { ref: 'store_qr-1', prefilled_message: 'Hi!', prefilled_message_audit_status: 'PASS' },
    ]);
  });

  it('shows a shared post by its address alone', async () => {
    const { conversationId } = await world.customerSends(businessId, {
      type: 'share_post',
      videoId: '7300000000000000009',
    });
    expect((await content(conversationId)).data.messages[0]).to.deep.include({
      message_type: 'SHARE_POST',
      share_post: { embed_url: 'https://www.tiktok.com/player/v1/7300000000000000009' },
    });
  });

  it('moves a stranger to single when the business answers', async () => {
    const { conversationId } = await world.customerSends(businessId);
    const ids = async (conversation_type: string) =>
      (await list({ conversation_type })).data.conversations.map(({ conversation_id }) => conversation_id);
    expect(await ids('STRANGER')).to.deep.equal([conversationId]);
    await world.control('POST', `businesses/${businessId}/customers/mia.shopper/app-messages`, { text: 'Hello' });
    expect(await ids('STRANGER')).to.deep.equal([]);
    expect(await ids('SINGLE')).to.deep.equal([conversationId]);
  });

  it('pages, newest first, and forgets after 90 days', async () => {
    await world.control('POST', `businesses/${businessId}/bulk-messages`, { count: 5, customers: 5 });
    const first = await list({ conversation_type: 'STRANGER', limit: '2' });
    expect(first.data).to.include({ has_more: true, cursor: 2 });
    const second = await list({ conversation_type: 'STRANGER', limit: '3', cursor: '2' });
    expect(second.data).to.include({ has_more: false });
    const all = [...first.data.conversations, ...second.data.conversations];
    expect(new Set(all.map(({ conversation_id }) => conversation_id)).size).to.equal(5);

    await world.advance(90 * 86_400 - 600);
    token = await world.tokenFor(businessId);
    expect((await list({ conversation_type: 'STRANGER' })).data.conversations).to.have.length(5);
    await world.advance(601);
    expect((await list({ conversation_type: 'STRANGER' })).data.conversations).to.deep.equal([]);
  });

  it('lists 100 in all, however they are asked for', async () => {
    await world.control('POST', `businesses/${businessId}/bulk-messages`, { count: 105, customers: 105 });
    const all = await list({ conversation_type: 'STRANGER' });
    expect(all.data.conversations).to.have.length(100);
    expect(all.data).to.include({ has_more: false, cursor: 100 });
    const first = await list({ conversation_type: 'STRANGER', limit: '60' });
    expect(first.data).to.include({ has_more: true, cursor: 60 });
    const second = await list({ conversation_type: 'STRANGER', limit: '60', cursor: '60' });
    expect(second.data.conversations).to.have.length(40);
    expect(second.data).to.include({ has_more: false, cursor: 100 });
    expect((await list({ conversation_type: 'STRANGER', cursor: '100' })).data.conversations).to.deep.equal([]);
  });

  it('shows a conversation in the documented shape, times in milliseconds', async () => {
    const { conversationId } = await world.customerSends(businessId);
    const [shown] = await world.phone(businessId);
    expect((await list({ conversation_type: 'STRANGER' })).data).to.deep.equal({
      conversations: [
        { conversation_id: conversationId, update_time: shown?.at, referral: { ad: [], short_link: [] } },
      ],
      has_more: false,
      cursor: 1,
    });
  });

  it('shows a message and its sides in the documented shape', async () => {
    const quoted = await world.customerSends(businessId);
    const sent = await world.customerSends(businessId, {
      type: 'text',
      text: 'This one',
      quotedMessageId: quoted.messageId,
    });
    const { data } = await content(sent.conversationId);
    const [person, shop] = [data.participants[1], data.participants[0]];
    expect(data.messages[0]).to.deep.equal({
      sender: 'mia.shopper',
      recipient: 'acme.store',
      from_user: { id: person?.id, role: 'PERSONAL_ACCOUNT' },
      to_user: { id: businessId, role: 'BUSINESS_ACCOUNT' },
      conversation_id: sent.conversationId,
      message_id: sent.messageId,
      timestamp: (await world.phone(businessId)).at(-1)?.at,
      message_type: 'TEXT',
      text: { body: 'This one' },
      message_tag: { source: 'APP' },
      referenced_message_info: { referenced_message_id: quoted.messageId },
    });
    expect(shop).to.have.all.keys('role', 'id', 'display_name', 'profile_image');
    expect(person).to.have.all.keys('role', 'id', 'display_name', 'profile_image', 'is_follower');
    for (const side of [shop, person]) expect(String(side?.profile_image)).to.match(/[?&]x-expires=\d{10}$/);
  });

  it('lags behind when told so', async () => {
    await world.faults({ content_list_lags_ms: 60_000, rate_limit_qps: 0 });
    const { conversationId } = await world.customerSends(businessId);
    expect((await content(conversationId)).data.messages).to.deep.equal([]);
    await world.advance(60);
    expect((await content(conversationId)).data.messages).to.have.length(1);
  });

  it('names what is wrong with a question', async () => {
    expect(await list({})).to.include({ code: 40002, message: 'Param conversation_type is required.' });
    expect((await list({ conversation_type: 'SINGLE', limit: '101' })).message).to.include('limit');
    expect((await list({ conversation_type: 'OTHER' })).message).to.include('conversation_type');
    for (const limit of ['0', '-1', '1.5', '1e1', '', 'ten']) {
      expect(await list({ conversation_type: 'SINGLE', limit }), limit).to.include({
        message: 'Param limit is invalid.',
      });
    }
    expect(await list({ conversation_type: 'SINGLE', cursor: '-1' })).to.include({
      message: 'Param cursor is invalid.',
    });
    expect(await list({ conversation_type: 'SINGLE', business_id: '' })).to.include({ code: 40002 });
  });

  it('wants the + of a conversation id encoded', async () => {
    const { conversationId } = await world.customerSends(businessId);
    const ask = async (id: string) =>
      (
        await fetch(
          `${world.simulator.url}/open_api/v1.3/business/message/content/list/?business_id=${businessId}&conversation_id=${id}`,
          { headers: { 'Access-Token': token } },
        )
      ).json();
    expect(await ask(encodeURIComponent(conversationId))).to.include({ code: 0 });
    expect(await ask(conversationId)).to.include({ code: 40002, message: 'Param conversation_id is invalid.' });
  });

  it('keeps the conversations of another business to itself', async () => {
    const other = await world.addBusiness('other.store');
    const { conversationId } = await world.customerSends(other.businessId);
    expect((await content(conversationId)).code).to.equal(40007);
  });

  it('needs message.list.read', async () => {
    const { conversationId } = await world.customerSends(businessId);
    token = await world.tokenFor(businessId, { grant: ['message.list.send'] });
    expect((await content(conversationId)).code).to.equal(40001);
  });

  it('tells whether images can be sent, from the regions of both sides', async () => {
    const ask = async (conversation_id: string) =>
      world.open('GET', 'business/message/capabilities/get/', {
        token,
        query: {
          business_id: businessId,
          capability_types: '["IMAGE_SEND"]',
          conversation_id,
          conversation_type: 'STRANGER',
        },
      });
    const here = await world.customerSends(businessId);
    expect((await ask(here.conversationId)).data).to.deep.equal({
      capability_infos: [{ capability_type: 'IMAGE_SEND', capability_result: true }],
    });
    const there = await world.customerSends(businessId, { type: 'text', text: 'Hi', region: 'US' }, 'joe');
    expect((await ask(there.conversationId)).data).to.deep.nested.include({
      'capability_infos[0].capability_result': false,
    });
    await world.faults({ capability_image_send: true, rate_limit_qps: 0 });
    expect((await ask(there.conversationId)).data).to.deep.nested.include({
      'capability_infos[0].capability_result': true,
    });
  });

  it('wants to hear which capability is asked for, of which conversation, of which type', async () => {
    const { conversationId } = await world.customerSends(businessId);
    const ask = (query: Record<string, string>) =>
      world.open('GET', 'business/message/capabilities/get/', {
        token,
        query: {
          business_id: businessId,
          capability_types: '["IMAGE_SEND"]',
          conversation_id: conversationId,
          conversation_type: 'STRANGER',
          ...query,
        },
      });
    for (const capability_types of ['IMAGE_SEND', '[]', '["VIDEO_SEND"]', '{}']) {
      expect((await ask({ capability_types })).message, capability_types).to.include('capability_types');
    }
    expect((await ask({ conversation_type: 'SINGLE' })).message).to.include('conversation_type');
    expect((await ask({ conversation_type: 'OTHER' })).message).to.include('conversation_type');
    expect(await ask({ conversation_id: 'x' })).to.include({ message: 'Param conversation_id is invalid.' });
    await world.control('POST', `businesses/${businessId}/customers/mia.shopper/app-messages`, { text: 'Hello' });
    expect((await ask({ conversation_type: 'SINGLE' })).code).to.equal(0);
    for (const left of ['capability_types', 'conversation_id', 'conversation_type', 'business_id']) {
      const query: Record<string, string> = {
        business_id: businessId,
        capability_types: '["IMAGE_SEND"]',
        conversation_id: conversationId,
        conversation_type: 'SINGLE',
      };
      delete query[left];
      expect(await world.open('GET', 'business/message/capabilities/get/', { token, query })).to.include({
        code: 40002,
        message: `Param ${left} is required.`,
      });
    }
  });

  it('does not know a path without its slash, another version or another method', async () => {
    const status = async (method: string, path: string) =>
      (await fetch(`${world.simulator.url}/open_api/${path}`, { method, headers: { 'Access-Token': token } })).status;
    expect(await status('GET', 'v1.3/business/get')).to.equal(404);
    expect(await status('POST', 'v1.3/business/message/send')).to.equal(404);
    expect(await status('GET', 'v1.2/business/get/')).to.equal(404);
    expect(await status('GET', 'v1.3/business/message/send/')).to.equal(405);
  });

  it('serves no business account in Europe', async () => {
    const european = await world.addBusiness('chez.nous', 'FR');
    const its = await world.tokenFor(european.businessId);
    const answer = await world.open('GET', 'business/get/', {
      token: its,
      query: { business_id: european.businessId },
    });
    expect(answer.code).to.equal(40001);
    await world.faults({ rate_limit_qps: 0, region_refuses_with: 40003 });
    const otherwise = await world.open('GET', 'business/get/', {
      token: its,
      query: { business_id: european.businessId },
    });
    expect(otherwise.code).to.equal(40003);
  });

  it('serves business accounts of the US once the addendum is signed', async () => {
    const american = await world.addBusiness('main.street', 'US');
    const its = await world.tokenFor(american.businessId);
    const profile = () =>
      world.open('GET', 'business/get/', { token: its, query: { business_id: american.businessId } });
    expect((await profile()).code).to.equal(0);
    await world.faults({ rate_limit_qps: 0, usds_signed: false });
    expect((await profile()).code).to.equal(40001);
  });

  it('gives the same accounts and conversations the same ids for the same seed', async () => {
    const idsOf = async () => {
      const twin = await startWorld({ seed: 'seed-1' });
      const business = await twin.addBusiness();
      const { conversationId } = await twin.customerSends(business.businessId);
      await twin.stop();
      return [business.businessId, conversationId];
    };
    expect(await idsOf()).to.deep.equal(await idsOf());
  });
});
