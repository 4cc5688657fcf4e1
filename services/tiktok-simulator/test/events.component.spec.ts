import { eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { APP_ID, APP_SECRET, isSignedWith, PNG, startWorld, type TestWorld } from './support.ts';

const CUSTOMER = 'mia.shopper';

/** Whole contents, field by field, of every event and type of the fact sheet. */
describe('the content of a webhook', () => {
  let world: TestWorld;
  let businessId: string;
  let conversationId: string;
  let userId: string;
  let path: string;

  beforeEach(async () => {
    world = await startWorld({ seed: 'events' });
    ({ businessId } = await world.addBusiness());
    path = `businesses/${businessId}/customers/${CUSTOMER}`;
    ({ conversationId } = await world.customerSends(businessId));
    userId = String((await delivered(1))[0]?.content.unique_identifier);
    world.receiver.received.length = 0;
  });
  afterEach(() => world.stop());

  const delivered = async (count: number) => {
    await eventually(`${count} deliveries`, () => world.receiver.received.length >= count);
    return world.receiver.received;
  };
  const only = async () => {
    const [first] = await delivered(1);
    if (first === undefined) throw new Error('nothing was delivered');
    return first;
  };
  const post = <T = { messageId: string }>(call: string, body: unknown = {}) =>
    world.control<T>('POST', `${path}/${call}`, body);
  const sides = (from: 'customer' | 'business') => {
    const shop = { name: 'acme.store', user: { id: businessId, role: 'business_account' } };
    const person = { name: CUSTOMER, user: { id: userId, role: 'personal_account' } };
    const [sender, receiver] = from === 'customer' ? [person, shop] : [shop, person];
    return {
      from: sender.name,
      to: receiver.name,
      unique_identifier: userId,
      from_user: sender.user,
      to_user: receiver.user,
    };
  };
  const whole = (from: 'customer' | 'business', messageId: string, timestamp: unknown, fields: object) => ({
    ...sides(from),
    conversation_id: conversationId,
    message_id: messageId,
    timestamp,
    ...fields,
    scene_type: 0,
    is_follower: false,
    message_tag: { source: 'APP' },
  });

  const card = {
    type: 'template',
    card: 'qa_button_card',
    title: 'What is it about?',
    buttons: [
      { id: 'hours', title: 'Opening hours' },
      { id: 'returns', title: 'Returns' },
    ],
  };

  const types: readonly [string, object, object][] = [
    ['text', { type: 'text', text: 'Grüße 👋' }, { type: 'text', text: { body: 'Grüße 👋' } }],
    [
      'shared post',
      { type: 'share_post', videoId: '7300000000000000009' },
      {
        type: 'share_post',
        share_post: {
          embed_url: 'https://www.tiktok.com/player/v1/7300000000000000009',
          video_id: '7300000000000000009',
        },
      },
    ],
    [
      'sticker',
      { type: 'sticker', url: 'https://p16.test/s.png?x-expires=1769817600' },
      { type: 'sticker', sticker: { url: 'https://p16.test/s.png?x-expires=1769817600' } },
    ],
    ['sticker without a block', { type: 'sticker', block: false }, { type: 'sticker' }],
    [
      'emoji',
      { type: 'emoji', url: 'https://p16.test/e.png' },
      { type: 'emoji', emoji: { url: 'https://p16.test/e.png' } },
    ],
    [
      'card',
      card,
      {
        type: 'template',
        template: {
          type: 'qa_button_card',
          elements: [
            {
              title: 'What is it about?',
              buttons: [
                { text: 'Opening hours', type: 'REPLY', id: 'hours' },
                { text: 'Returns', type: 'REPLY', id: 'returns' },
              ],
            },
          ],
        },
      },
    ],
    [
      'type that nobody knows',
      { type: 'voice', block: { seconds: 3, deep: [{ a: null }] } },
      { type: 'voice', voice: { seconds: 3, deep: [{ a: null }] } },
    ],
    ['type without a block', { type: 'file' }, { type: 'file' }],
  ];
  for (const [name, written, block] of types) {
    it(`of a customer’s ${name}`, async () => {
      const { messageId } = await post('messages', written);
      const { envelope, content } = await only();
      expect(envelope.event).to.equal('im_receive_msg');
      expect(content).to.deep.equal(whole('customer', messageId, content.timestamp, block));
    });

    it(`of a business’s ${name}, written in the app`, async () => {
      const { messageId } = await post('app-messages', written);
      const { envelope, content } = await only();
      expect(envelope.event).to.equal('im_send_msg');
      expect(content).to.deep.equal(whole('business', messageId, content.timestamp, block));
    });
  }

  for (const type of ['image', 'video']) {
    it(`of a ${type} names a media id`, async () => {
      const { messageId } = await post('messages', { type });
      const { content } = await only();
      const { media_id } = content[type] as { media_id: string };
      expect(media_id).to.be.a('string');
      expect(content).to.deep.equal(whole('customer', messageId, content.timestamp, { type, [type]: { media_id } }));
      const media = await fetch(`${world.simulator.url}/_control/media?id=${encodeURIComponent(media_id)}`);
      expect(media.headers.get('content-type')).to.equal(type === 'image' ? 'image/png' : 'video/mp4');
    });
  }

  it('of a sticker and an emoji without an address: the simulator has one, the sticker’s for 30 days', async () => {
    await post('messages', { type: 'sticker' });
    await post('messages', { type: 'emoji' });
    const [sticker, emoji] = (await delivered(2)).map(({ content }) => content);
    const { url } = (sticker?.sticker ?? {}) as { url: string };
    const days = (Number(new URL(url).searchParams.get('x-expires')) - Date.now() / 1000) / 86_400;
    expect(days).to.be.closeTo(30, 0.01);
    expect((await fetch(url)).headers.get('content-type')).to.equal('image/png');
    expect(JSON.stringify(emoji?.emoji)).not.to.include('x-expires');
  });

  it('of a quote', async () => {
    const { messageId: quotedMessageId } = await post('messages', { type: 'text', text: 'This?' });
    await post('app-messages', { text: 'That.', quotedMessageId });
    const [, quote] = await delivered(2);
    expect(quote?.content.referenced_message_info).to.deep.equal({ referenced_message_id: quotedMessageId });
  });

  it('of the tap on a card’s button', async () => {
    const { messageId: cardId } = await post('app-messages', card);
    const { messageId } = await post('taps', { messageId: cardId, buttonId: 'hours' });
    const [, tap] = await delivered(2);
    expect(tap?.content).to.deep.equal(
      whole('customer', messageId, tap?.content.timestamp, {
        type: 'text',
        text: { body: 'Opening hours' },
        reply_source_payload: { reply_source_msg_id: cardId, reply_source_unique_id: 'hours' },
      }),
    );
  });

  for (const [by, event] of [
    ['customer', 'im_receive_msg'],
    ['business', 'im_send_msg'],
  ] as const) {
    for (const operation of ['ADD', 'REMOVE'] as const) {
      it(`of an emoji of the ${by}: ${operation}`, async () => {
        const { messageId: original } = await post('app-messages', { text: 'Hello' });
        if (operation === 'REMOVE') await post('reactions', { messageId: original, by, emoji: '👍' });
        const { messageId } = await post('reactions', { messageId: original, by, emoji: '👍', operation });
        const { envelope, content } = (await delivered(operation === 'ADD' ? 2 : 3)).at(-1) ?? (await only());
        expect(envelope.event).to.equal(event);
        expect(content).to.deep.equal(
          whole(by, messageId, content.timestamp, {
            type: 'reaction',
            reaction: [
              {
                operation,
                type: 'EMOJI',
                emoji: '👍',
                unique_identifier: by === 'customer' ? userId : businessId,
                timestamp: content.timestamp,
                original_msg_id: original,
              },
            ],
          }),
        );
      });
    }
  }

  it('of an AI emoji', async () => {
    const { messageId: original } = await post('app-messages', { text: 'Hello' });
    await post('messages', { type: 'reaction', messageId: original, aiEmojiUrl: 'https://p16.test/ai.png' });
    const [, { content } = await only()] = await delivered(2);
    expect(content.reaction).to.deep.equal([
      {
        operation: 'ADD',
        type: 'AI_EMOJI',
        ai_emoji_url: 'https://p16.test/ai.png',
        unique_identifier: userId,
        timestamp: content.timestamp,
        original_msg_id: original,
      },
    ]);
  });

  for (const source of ['APP', 'WEB', 'OTHERS', 'UNKNOWN_SOURCE']) {
    it(`of what the business wrote with source ${source}`, async () => {
      await post('app-messages', { text: 'Hello', source });
      expect((await only()).content.message_tag).to.deep.equal({ source });
    });
  }

  for (const automatic of ['WELCOME_MESSAGE', 'SUGGESTED_QUESTION', 'AUTO_REPLY']) {
    it(`of an automatic ${automatic}`, async () => {
      await post('app-messages', { text: 'Welcome!', automatic });
      const { envelope, content } = await only();
      expect(envelope.event).to.equal('im_send_msg');
      expect(content).to.deep.include({ auto_message_type: automatic, message_tag: { source: 'OTHERS' } });
    });
  }

  it('of a follower', async () => {
    await post('follow', { isFollower: true });
    await post('messages', { type: 'text', text: 'I follow you' });
    expect((await only()).content.is_follower).to.equal(true);
    await post('follow', { isFollower: false });
    await post('messages', { type: 'text', text: 'No more' });
    expect((await delivered(2))[1]?.content.is_follower).to.equal(false);
  });

  it('of a message from Europe, of whatever type: nothing but where to and when', async () => {
    await post('messages', { type: 'sticker', region: 'FR' });
    const { messageId } = await post('app-messages', { text: 'Bonjour' });
    await post('reactions', { messageId, emoji: '❤️' });
    const [sticker, echo, reaction] = await delivered(3);
    for (const one of [sticker, reaction]) {
      expect(one?.envelope.event).to.equal('im_receive_msg_eu');
      expect(one?.content).to.deep.equal({
        to: 'acme.store',
        to_user: { id: businessId, role: 'business_account' },
        timestamp: one?.content.timestamp,
      });
    }
    expect(echo?.envelope.event).to.equal('im_send_msg');
  });

  it('of a read mark', async () => {
    const { lastReadTimestamp } = await post<{ lastReadTimestamp: number }>('reads');
    const { envelope, content } = await only();
    expect(envelope.event).to.equal('im_mark_read_msg');
    expect(content).to.deep.equal({
      ...sides('customer'),
      conversation_id: conversationId,
      timestamp: content.timestamp,
      read: { last_read_timestamp: lastReadTimestamp },
    });
  });

  it('of a referral by an ad', async () => {
    const ad = { advertiserId: 'adv-1', adId: 'ad-1', adName: 'Winter', videoId: '1', messageMaterialId: 'mm-1' };
    await post('referrals', { source: 'ad', ...ad });
    const { envelope, content } = await only();
    expect(envelope.event).to.equal('im_referral_msg');
    expect(content).to.deep.equal({
      ...sides('customer'),
      conversation_id: conversationId,
      timestamp: content.timestamp,
      is_follower: false,
      referral: {
        source: 'ad',
        ad: {
          advertiser_id: 'adv-1',
          ad_id: 'ad-1',
          timestamp: content.timestamp,
          ad_name: 'Winter',
          embed_url: 'https://www.tiktok.com/player/v1/1',
          message_material_id: 'mm-1',
        },
      },
    });
  });

  it('of a referral by a link', async () => {
    await post('referrals', {
      source: 'short_link',
      ref: 'store_qr-1',
      prefilledMessage: 'Hi!',
      auditStatus: 'REJECT',
    });
    expect((await only()).content.referral).to.deep.equal({
      source: 'short_link',
      short_link: { ref: 'store_qr-1', prefilled_message: 'Hi!', prefilled_message_audit_status: 'REJECT' },
    });
  });

  it('of a high-intent comment, which belongs to no conversation', async () => {
    const shop = await world.addBusiness('toko.kita', 'ID');
    const { commentId } = await world.control<{ commentId: string }>(
      'POST',
      `businesses/${shop.businessId}/customers/${CUSTOMER}/comments`,
      { text: 'How much is it?' },
    );
    const { envelope, content } = await only();
    expect(envelope.event).to.equal('im_receive_high_intent_comment');
    expect(content).to.deep.equal({
      from: CUSTOMER,
      to: 'toko.kita',
      unique_identifier: userId,
      from_user: { id: userId, role: 'personal_account' },
      to_user: { id: shop.businessId, role: 'business_account' },
      comment_id: commentId,
      comment_text: 'How much is it?',
      is_follower: false,
      timestamp: content.timestamp,
    });
  });

  it('of a comment, for who subscribed to comments: bare numbers of 19 digits', async () => {
    await world.open('POST', 'business/webhook/update/', {
      body: { app_id: APP_ID, secret: APP_SECRET, event_type: 'COMMENT', callback_url: world.receiver.url },
    });
    const { commentId } = await post<{ commentId: string }>('comments', {
      text: 'Nice',
      videoId: '7300000000000000009',
    });
    const { envelope, content } = await only();
    expect(envelope.event).to.equal('comment.update');
    expect(commentId).to.match(/^\d{19}$/);
    expect(envelope.content).to.equal(
      `{"comment_id":${commentId},"video_id":7300000000000000009,"parent_comment_id":0,"comment_type":"comment",` +
        `"comment_action":"insert","unique_identifier":"${userId}","timestamp":${content.timestamp}}`,
    );
  });

  it('of an automatic message that was set up, changed and judged', async () => {
    const set = (body: object) =>
      world.control<{ autoMessageId: string }>('POST', `businesses/${businessId}/auto-messages`, body);
    const question = { type: 'SUGGESTED_QUESTION', question: 'When are you open?', answer: 'Always.' };
    const { autoMessageId } = await set({ action: 'CREATE', ...question });
    await set({ action: 'UPDATE', autoMessageId, ...question, answer: 'Mostly.' });
    await set({ action: 'DISABLE', autoMessageId });
    await world.control('POST', `businesses/${businessId}/auto-messages/${autoMessageId}/audits`, {
      status: 'REJECTED',
    });
    await set({ action: 'CREATE', type: 'WELCOME_MESSAGE', content: 'Hi there' });
    await set({ action: 'CREATE', type: 'CHAT_PROMPT', title: 'Prices', content: 'What does it cost?' });

    const all = await delivered(6);
    const of = (event: string, action: object, block: object, at: number) => ({
      event,
      content: {
        auto_message_id: all[at]?.content.auto_message_id,
        auto_message_type: all[at]?.content.auto_message_type,
        ...action,
        timestamp: all[at]?.content.timestamp,
        ...block,
      },
    });
    const config = 'im_auto_message_config_update';
    const block = { question: 'When are you open?', answer: 'Mostly.' };
    const shown = all.map(({ envelope: { event }, content }) => ({ event, content }));
    expect(shown).to.deep.equal([
      of(config, { auto_message_action: 'CREATE' }, { suggested_question: { ...block, answer: 'Always.' } }, 0),
      of(config, { auto_message_action: 'UPDATE' }, { suggested_question: block }, 1),
      of(config, { auto_message_action: 'DISABLE' }, { suggested_question: block }, 2),
      of('im_auto_message_audit_update', { audit_status: 'REJECTED' }, {}, 3),
      of(config, { auto_message_action: 'CREATE' }, { welcome_message: { content: 'Hi there' } }, 4),
      of(
        config,
        { auto_message_action: 'CREATE' },
        { chat_prompt: { title: 'Prices', content: 'What does it cost?' } },
        5,
      ),
    ]);
    expect(all.map(({ content }) => content.auto_message_type)).to.deep.equal([
      ...Array(4).fill('SUGGESTED_QUESTION'),
      'WELCOME_MESSAGE',
      'CHAT_PROMPT',
    ]);
    expect(all[0]?.content.auto_message_id).to.equal(autoMessageId);
  });

  for (const reason of [0, 1, 2, 3, 4, 5]) {
    it(`of an authorisation that was removed for reason ${reason}, when its token is revoked already`, async () => {
      await world.faults({ deliveries_need_authorization: true });
      const token = await world.tokenFor(businessId);
      let answerThen: number | undefined;
      world.receiver.answerWith(async () => {
        const query = { business_id: businessId };
        answerThen = (await world.open('GET', 'business/get/', { token, query })).code;
        return 200;
      });
      await world.control('DELETE', `businesses/${businessId}/authorization`, { reason });
      const { envelope } = await only();
      expect(envelope).to.include({
        event: 'authorization.removed',
        user_openid: businessId,
        content: `{"reason":${reason}}`,
      });
      await eventually('the answer', () => answerThen === 40105);
    });
  }

  it('is not sent when an authorisation is removed without a reason', async () => {
    await world.control('DELETE', `businesses/${businessId}/authorization`);
    await post('messages', { type: 'text', text: 'Anybody there?' });
    expect((await only()).envelope.event).to.equal('im_receive_msg');
  });

  it('is minimal when told so, the envelope too', async () => {
    await world.faults({ minimal_payload: true });
    const { messageId } = await post('messages', { type: 'text', text: 'Hi' });
    const { raw, content } = await only();
    expect(Object.keys(JSON.parse(raw))).to.deep.equal(['event', 'user_openid', 'content']);
    expect(content).to.deep.equal({
      from: CUSTOMER,
      to: 'acme.store',
      from_user: { id: userId },
      to_user: { id: businessId },
      conversation_id: conversationId,
      message_id: messageId,
      timestamp: content.timestamp,
      type: 'text',
      text: { body: 'Hi' },
    });
  });

  it('is refused with the name of the wrong field', async () => {
    const refusals: readonly [string, object, string][] = [
      ['messages', {}, 'type'],
      ['messages', { type: 'Text', text: 'Hi' }, 'type'],
      ['messages', { type: 'text' }, 'text'],
      ['messages', { type: 'text', text: 'Hi', txt: 1 }, 'txt'],
      ['messages', { type: 'text', text: 'Hi', source: 'API' }, 'source'],
      ['messages', { type: 'share_post' }, 'videoId'],
      ['messages', { type: 'video', videoBase64: PNG.toString('base64') }, 'videoBase64'],
      ['messages', { type: 'template', title: 'x'.repeat(41), buttons: [] }, 'title'],
      ['messages', { type: 'template', title: 'x', buttons: [{ id: 'a', title: '' }] }, 'buttons.0.title'],
      ['messages', { type: 'reaction', emoji: '👍' }, 'messageId'],
      ['app-messages', { text: 'Hi', automatic: 'GREETING' }, 'automatic'],
      ['reactions', { messageId: 'nobody', emoji: '👍' }, 'messageId'],
      ['reactions', { messageId: 'nobody' }, 'emoji'],
      ['taps', { messageId: 'nobody', buttonId: 'a' }, 'messageId'],
      ['referrals', { source: 'friend' }, 'source'],
      ['referrals', { source: 'short_link', ref: 'a b' }, 'ref'],
      ['comments', { text: '' }, 'text'],
      ['comments', { text: 'Hi', highIntent: true }, 'highIntent'],
      ['follow', { isFollower: 'yes' }, 'isFollower'],
    ];
    for (const [call, body, field] of refusals) {
      const refused = await post(call, body).then(
        () => 'taken',
        (error: Error) => error.message,
      );
      expect(refused, `${call} ${JSON.stringify(body)}`)
        .to.match(/40[049]/)
        .and.include(field);
    }
    expect(world.receiver.received).to.deep.equal([]);
  });
});

describe('a raw delivery', () => {
  let world: TestWorld;

  beforeEach(async () => {
    world = await startWorld();
  });
  afterEach(() => world.stop());

  const raw = async (body: string) => {
    const answer = await fetch(`${world.simulator.url}/_control/raw-deliveries`, { method: 'POST', body });
    const { deliveryId } = (await answer.json()) as { deliveryId: string };
    const log = await eventually('an attempt', async () => {
      const all = await world.control<{ deliveryId: string; body: string; attempts: unknown[] }[]>('GET', 'deliveries');
      return all.find((one) => one.deliveryId === deliveryId && one.attempts.length > 0);
    });
    return log.body;
  };

  const cases: readonly [string, string, RegExp][] = [
    [
      'numbers of 19 digits',
      '{"event":"comment.update","user_openid":"b","content":{"comment_id":7300000000000000001}}',
      /"content":"\{\\"comment_id\\":7300000000000000001\}"/,
    ],
    ['a time of creation in milliseconds', '{"content":{},"create_time":1767225599120}', /"create_time":1767225599120/],
    ['a content that is not JSON', '{"content":"not json"}', /"content":"not json"/],
    ['an empty content', '{"content":""}', /"content":""/],
    ['an object in place of a string', '{"content":{"a":1},"contentAsObject":true}', /"content":\{"a":1\}/],
    ['a field that nobody knows', '{"content":{},"batch":[1]}', /"batch":\[1\]/],
    ['another app', '{"content":{},"client_key":"other"}', /"client_key":"other"/],
    ['no envelope at all', '{"body":"hello"}', /^hello$/],
    [
      'fields left out',
      '{"content":{},"omit":["create_time","client_key"]}',
      /^\{"event":"im_receive_msg","content":"\{\}"\}$/,
    ],
  ];
  for (const [name, body, expected] of cases) {
    it(`has ${name}`, async () => {
      expect(await raw(body)).to.match(expected);
    });
  }

  it('is signed like any other', async () => {
    await raw('{"event":"im_whatever","user_openid":"b","content":{"a":1}}');
    const [received] = world.receiver.received;
    expect(received && isSignedWith(APP_SECRET, received)).to.equal(true);
  });
});
