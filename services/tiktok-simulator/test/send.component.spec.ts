import { eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { answeredAt, PNG, startWorld, type TestWorld } from './support.ts';

const HOUR = 3_600;
type Answer = { message: { message_id: string } };

describe('sending a message', () => {
  let world: TestWorld;
  let businessId: string;
  let posts: readonly string[];
  let token: string;
  let conversationId: string;
  let customerMessageId: string;

  beforeEach(async () => {
    world = await startWorld();
    ({ businessId, posts } = await world.addBusiness());
    token = await world.tokenFor(businessId);
    ({ conversationId, messageId: customerMessageId } = await world.customerSends(businessId));
    await world.faults({ rate_limit_qps: 0 });
  });
  afterEach(() => world.stop());

  const send = (changes: Record<string, unknown> = {}, accessToken = token) =>
    world.open<Answer>('POST', 'business/message/send/', {
      token: accessToken,
      body: {
        business_id: businessId,
        recipient_type: 'CONVERSATION',
        recipient: conversationId,
        message_type: 'TEXT',
        text: { body: 'Yes, all sizes.' },
        ...changes,
      },
    });
  const upload = async (options: { bytes?: Uint8Array; business?: string; accessToken?: string } = {}) => {
    const { bytes = PNG, business = businessId, accessToken = token } = options;
    const form = new FormData();
    form.set('business_id', business);
    form.set('media_type', 'IMAGE');
    form.set('file', new Blob([Buffer.from(bytes)], { type: 'image/png' }), 'photo.png');
    const answer = await fetch(`${world.simulator.url}/open_api/v1.3/business/message/media/upload/`, {
      method: 'POST',
      headers: { 'Access-Token': accessToken },
      body: form,
    });
    return ((await answer.json()) as { data: { media_id: string } }).data.media_id;
  };
  const image = async (mediaId: string, changes: Record<string, unknown> = {}) =>
    send({ message_type: 'IMAGE', text: undefined, image: { media_id: mediaId }, ...changes });

  it('answers its id, shows it on the phone and echoes it', async () => {
    const answer = await send();
    expect(answer).to.deep.include({ code: 0, message: 'OK' });
    expect(answer.request_id).to.match(/^\d{14}[0-9A-F]+$/);
    const { message_id } = answer.data.message;
    expect((await world.phone(businessId)).at(-1)).to.deep.include({
      messageId: message_id,
      from: 'business',
      type: 'text',
      text: 'Yes, all sizes.',
      source: 'API',
    });
    await eventually('the echo', () => world.receiver.events('im_send_msg').length === 1);
    expect(world.receiver.events('im_send_msg')[0]?.content).to.deep.include({
      message_id,
      from: 'acme.store',
      message_tag: { source: 'API' },
    });
  });

  it('sends an image that was uploaded; the echo has a media id of its own', async () => {
    const mediaId = await upload();
    expect((await image(mediaId)).code).to.equal(0);
    await eventually('the echo', () => world.receiver.events('im_send_msg').length === 1);
    const echoed = world.receiver.events('im_send_msg')[0]?.content.image as { media_id: string };
    expect(echoed.media_id).to.be.a('string').and.not.equal(mediaId);
  });

  it('sends an own post, and no post of another business', async () => {
    const sharePost = (item_id: string | undefined) =>
      send({ message_type: 'SHARE_POST', text: undefined, share_post: { item_id } });
    expect((await sharePost(posts[0])).code).to.equal(0);
    const other = await world.addBusiness('other.store');
    expect((await sharePost(other.posts[0])).code).to.equal(40007);
  });

  it('takes a typing action with an empty id and no echo', async () => {
    const answer = await send({ message_type: 'SENDER_ACTION', text: undefined, sender_action: 'TYPING' });
    expect(answer.data).to.deep.equal({ message: { message_id: '' } });
    expect(await world.phone(businessId)).to.have.length(1);
  });

  it('shows the business typing for five seconds', async () => {
    await send({ message_type: 'SENDER_ACTION', text: undefined, sender_action: 'TYPING' });
    const { typingUntil } = await world.control<{ typingUntil: number }>(
      'GET',
      `businesses/${businessId}/customers/mia.shopper`,
    );
    const { nowMs } = await world.control<{ nowMs: number }>('POST', 'clock', { advanceSeconds: 0 });
    expect(typingUntil - nowMs).to.be.within(4_000, 5_000);
  });

  it('marks what the customer wrote as seen, with an empty id and no echo', async () => {
    const answer = await send({ message_type: 'SENDER_ACTION', text: undefined, sender_action: 'MARK_READ' });
    expect(answer.data).to.deep.equal({ message: { message_id: '' } });
    expect((await world.phone(businessId))[0]?.readAt).to.be.a('number');
    await world.control('POST', `businesses/${businessId}/customers/mia.shopper/app-messages`, { text: 'Hi' });
    await eventually('an echo', () => world.receiver.events('im_send_msg').length === 1);
  });

  describe('sends a card', () => {
    const template = {
      type: 'QA_BUTTON_CARD',
      title: 'Which size?',
      buttons: [
        { type: 'REPLY', title: 'Small', id: 'size-s' },
        { type: 'REPLY', title: 'Large', id: 'size-l' },
      ],
    };
    const sendCard = (changes: Record<string, unknown> = {}) =>
      send({ message_type: 'TEMPLATE', text: undefined, template: { ...template, ...changes } });

    it('to the phone, echoes it nested and lists it flat', async () => {
      const { message_id } = (await sendCard()).data.message;
      expect((await world.phone(businessId)).at(-1)).to.deep.include({
        messageId: message_id,
        type: 'template',
        card: 'qa_button_card',
        title: 'Which size?',
      });
      await eventually('the echo', () => world.receiver.events('im_send_msg').length === 1);
      expect(world.receiver.events('im_send_msg')[0]?.content).to.deep.include({
        message_id,
        type: 'template',
        template: {
          type: 'qa_button_card',
          elements: [
            {
              title: 'Which size?',
              buttons: [
                { text: 'Small', type: 'REPLY', id: 'size-s' },
                { text: 'Large', type: 'REPLY', id: 'size-l' },
              ],
            },
          ],
        },
      });
      const query = { business_id: businessId, conversation_id: conversationId };
      const listed = await world.open<{ messages: object[] }>('GET', 'business/message/content/list/', {
        token,
        query,
      });
      expect(listed.data.messages[0]).to.deep.include({ message_type: 'TEMPLATE', template });
    });

    it('of links, with longer labels', async () => {
      const buttons = [{ type: 'REPLY', title: 'x'.repeat(40), id: 'b' }];
      expect((await sendCard({ type: 'QA_LINK_CARD', buttons })).code).to.equal(0);
      expect((await sendCard({ buttons })).message).to.include('template.buttons.0.title');
    });

    for (const [what, changes, name] of [
      ['an unknown type', { type: 'CAROUSEL' }, 'template.type'],
      ['no title', { title: undefined }, 'template.title is required'],
      ['no buttons', { buttons: [] }, 'template.buttons'],
      ['a button of another type', { buttons: [{ type: 'URL', title: 'a', id: 'b' }] }, 'template.buttons.0.type'],
      ['a button without its label', { buttons: [{ type: 'REPLY', id: 'b' }] }, 'template.buttons.0.title is required'],
      ['the label of the webhook', { buttons: [{ type: 'REPLY', text: 'a', id: 'b' }] }, 'template.buttons.0.title'],
    ] as const) {
      it(`but not with ${what}`, async () => {
        const refused = await sendCard(changes);
        expect(refused.code).to.equal(40002);
        expect(refused.message).to.include(name);
      });
    }
  });

  it('quotes a message of the conversation', async () => {
    const quote = { referenced_message_info: { referenced_message_id: customerMessageId } };
    expect((await send(quote)).code).to.equal(0);
    await eventually('the echo', () => world.receiver.events('im_send_msg').length === 1);
    expect(world.receiver.events('im_send_msg')[0]?.content).to.deep.include(quote);
  });

  describe('is refused', () => {
    const rows: readonly (readonly [string, Record<string, unknown>, number, string])[] = [
      ['a text of 6001 characters', { text: { body: 'x'.repeat(6001) } }, 40002, 'text.body'],
      ['an empty text', { text: { body: '' } }, 40002, 'text.body'],
      ['a text without its block', { text: undefined }, 40002, 'text'],
      ['text plus image', { image: { media_id: 'm' } }, 40002, 'image'],
      ['an unknown type', { message_type: 'VIDEO' }, 40002, 'message_type'],
      ['another recipient type', { recipient_type: 'USER' }, 40002, 'recipient_type'],
      ['no recipient type', { recipient_type: undefined }, 40002, 'recipient_type is required'],
      ['no recipient', { recipient: undefined }, 40002, 'recipient'],
      ['no business', { business_id: undefined }, 40002, 'business_id'],
      ['a recipient that nobody is', { recipient: 'AAAAAAAA+AAAAAAAAAAA/AAAAAAAAAAAAAAAAAAAAA==' }, 40007, 'recipient'],
      ['another business than the token’s', { business_id: 'someone-else' }, 40001, ''],
      [
        'a quote of nothing',
        { referenced_message_info: { referenced_message_id: 'none' } },
        40007,
        'referenced_message_id',
      ],
      ['text plus card', { template: { type: 'QA_LINK_CARD', title: 't', buttons: [] } }, 40002, 'template'],
      ['text plus action', { sender_action: 'TYPING' }, 40002, 'sender_action'],
      ['a card without its block', { message_type: 'TEMPLATE', text: undefined }, 40002, 'template is required'],
      [
        'an action without a name',
        { message_type: 'SENDER_ACTION', text: undefined },
        40002,
        'sender_action is required',
      ],
      ['a lower-case type', { message_type: 'text' }, 40002, 'message_type'],
      ['no type', { message_type: undefined }, 40002, 'message_type is required'],
      ['a number for a text', { text: { body: 7 } }, 40002, 'text.body is invalid'],
      ['a recipient that is no id', { recipient: 'mia.shopper' }, 40002, 'Param recipient is invalid.'],
      [
        'a post that is none',
        { message_type: 'SHARE_POST', text: undefined, share_post: { item_id: 'https://www.tiktok.com/@a' } },
        40007,
        'share_post.item_id',
      ],
      [
        'an unknown action',
        { message_type: 'SENDER_ACTION', text: undefined, sender_action: 'DANCE' },
        40002,
        'sender_action',
      ],
    ];
    for (const [what, changes, code, words] of rows) {
      it(`for ${what}: ${code}`, async () => {
        const answer = await send(changes);
        expect(answer.code).to.equal(code);
        expect(answer.message).to.include(words);
        expect(answer.data).to.deep.equal({});
        expect(await world.phone(businessId)).to.have.length(1);
      });
    }

    it('for a quote of what cannot be quoted: 40002', async () => {
      const sticker = await world.customerSends(businessId, { type: 'sticker' });
      const answer = await send({ referenced_message_info: { referenced_message_id: sticker.messageId } });
      expect(answer.code).to.equal(40002);
      expect(answer.message).to.include('referenced_message_id');
      const post = await world.customerSends(businessId, { type: 'share_post', videoId: '7300000000000000009' });
      expect((await send({ referenced_message_info: { referenced_message_id: post.messageId } })).code).to.equal(0);
    });

    it('not for 6000 characters, emoji included', async () => {
      expect((await send({ text: { body: '👋'.repeat(6000) } })).code).to.equal(0);
    });

    it('for the conversation of another business: 40007', async () => {
      const other = await world.addBusiness('other.store');
      const foreign = await world.customerSends(other.businessId);
      expect((await send({ recipient: foreign.conversationId })).code).to.equal(40007);
    });

    it('for an image that quotes: 40002', async () => {
      const quote = { referenced_message_info: { referenced_message_id: customerMessageId } };
      expect(await image(await upload(), quote)).to.include({ code: 40002 });
    });

    it('for media of another business, and for expired media: 40007', async () => {
      const other = await world.addBusiness('other.store');
      const accessToken = await world.tokenFor(other.businessId);
      expect((await image(await upload({ business: other.businessId, accessToken }))).code).to.equal(40007);

      const mediaId = await upload();
      await world.advance(30 * 24 * HOUR + 1);
      token = await world.tokenFor(businessId);
      await world.customerSends(businessId);
      expect((await image(mediaId)).code).to.equal(40007);
    });

    it('for an image where images are not supported: 40002', async () => {
      const mediaId = await upload();
      await world.faults({ rate_limit_qps: 0, capability_image_send: false });
      expect((await image(mediaId)).code).to.equal(40002);
    });

    it('without the scope: 40001', async () => {
      const reader = await world.tokenFor(businessId, { grant: ['message.list.read'] });
      expect((await send({}, reader)).code).to.equal(40001);
    });

    it('with Authorization in place of Access-Token, and with Bearer: 40105', async () => {
      const url = `${world.simulator.url}/open_api/v1.3/business/message/send/`;
      for (const headers of [{ Authorization: `Bearer ${token}` }, { 'Access-Token': `Bearer ${token}` }]) {
        const answer = await fetch(url, {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json' },
          body: '{}',
        });
        expect(answer.status).to.equal(200);
        expect(await answer.json()).to.include({ code: 40105 });
      }
    });

    it('for a body that is not JSON: 40002', async () => {
      const answer = await fetch(`${world.simulator.url}/open_api/v1.3/business/message/send/`, {
        method: 'POST',
        headers: { 'Access-Token': token, 'content-type': 'application/json' },
        body: '{"business_id":',
      });
      expect(await answer.json()).to.include({ code: 40002 });
    });
  });

  describe('keeps the rules of direct messages', () => {
    const sendMany = async (count: number) => {
      const codes: number[] = [];
      for (let n = 0; n < count; n += 1) codes.push((await send()).code);
      return codes;
    };

    it('ten after the first message, any number after the next', async () => {
      expect(await sendMany(11)).to.deep.equal([...Array(10).fill(0), 40064]);
      await world.customerSends(businessId);
      expect(await sendMany(12)).to.deep.equal(Array(12).fill(0));
    });

    it('three after 48 hours of silence', async () => {
      await world.customerSends(businessId);
      await world.advance(48 * HOUR);
      token = await world.tokenFor(businessId);
      expect(await sendMany(4)).to.deep.equal([0, 0, 0, 40064]);
    });

    it('none of them when told so', async () => {
      await world.faults({ quota_off: true, rate_limit_qps: 0 });
      expect(await sendMany(12)).to.deep.equal(Array(12).fill(0));
    });
  });

  describe('goes wrong when told so', () => {
    const sendRaw = async (signal: AbortSignal | null = null) =>
      fetch(`${world.simulator.url}/open_api/v1.3/business/message/send/`, {
        method: 'POST',
        signal,
        headers: { 'Access-Token': token, 'content-type': 'application/json' },
        body: JSON.stringify({
          business_id: businessId,
          recipient_type: 'CONVERSATION',
          recipient: conversationId,
          message_type: 'TEXT',
          text: { body: 'Hello' },
        }),
      });

    it('with a code, sending nothing', async () => {
      await world.faults({ send_rejects_with: 40064 });
      expect(await send()).to.include({ code: 40064, message: 'You are sending messages too fast. Take a rest.' });
      expect(await world.phone(businessId)).to.have.length(1);
    });

    it('by cutting the connection after it took the message', async () => {
      await world.faults({ send_answer: 'dropped_after_acceptance' });
      expect(await sendRaw().catch(() => 'cut')).to.equal('cut');
      expect(await world.phone(businessId)).to.have.length(2);
    });

    const endings: readonly (readonly [string, number | 'cut' | 'hangs', number])[] = [
      ['dropped_after_acceptance', 'cut', 2],
      ['hangs_after_acceptance', 'hangs', 2],
      ['500_after_acceptance', 500, 2],
      ['502_after_acceptance', 502, 2],
      ['51065_after_acceptance', 51065, 2],
      ['dropped_before_acceptance', 'cut', 1],
      ['hangs_before_acceptance', 'hangs', 1],
      ['500_before_acceptance', 500, 1],
    ];
    const sends = () => world.control<object[]>('GET', 'calls?path=/business/message/send/');
    const outcomeOf = async (answering: Promise<Response>) => {
      const answer = await answering.catch(() => null);
      if (answer === null) return 'cut';
      return answer.status === 200 ? ((await answer.json()) as { code: number }).code : answer.status;
    };
    for (const [send_answer, outcome, messages] of endings) {
      it(`as ${send_answer} says, and only then`, async () => {
        await world.faults({ send_answer, send_answer_every: 2, rate_limit_qps: 0 });
        expect(await outcomeOf(sendRaw())).to.equal(0);
        const patience = new AbortController();
        const answering = sendRaw(patience.signal);
        if (outcome === 'hangs') {
          await eventually('TikTok has both', async () => {
            const shown = await world.phone(businessId);
            return (await sends()).length === 2 && shown.length === messages + 1;
          });
          patience.abort();
        }
        expect(await outcomeOf(answering)).to.equal(outcome === 'hangs' ? 'cut' : outcome);
        expect(await world.phone(businessId)).to.have.length(messages + 1);
      });
    }

    it('with a code for every so many-th send', async () => {
      await world.faults({ send_rejects_with: 51065, send_answer_every: 3, rate_limit_qps: 0 });
      const codes: number[] = [];
      for (let n = 0; n < 6; n += 1) codes.push((await send()).code);
      expect(codes).to.deep.equal([0, 0, 51065, 0, 0, 51065]);
      expect(await world.phone(businessId)).to.have.length(5);
    });

    it('with 502 after it took the message, with 500 before', async () => {
      await world.faults({ send_answer: '502_after_acceptance' });
      expect((await sendRaw()).status).to.equal(502);
      expect(await world.phone(businessId)).to.have.length(2);
      await world.faults({ send_answer: '500_before_acceptance' });
      expect((await sendRaw()).status).to.equal(500);
      expect(await world.phone(businessId)).to.have.length(2);
    });

    it('with an echo before the answer', async () => {
      await world.faults({ send_answer_delay_ms: 60_000 });
      const startedAt = answeredAt(await world.open('GET', 'business/webhook/list/'));
      const answering = send();
      await eventually('the echo', () => world.receiver.events('im_send_msg').length === 1);
      const answer = await world.moveUntil(answering, 60);
      expect(answeredAt(answer) - startedAt).to.be.at.least(60);
    });

    it('with an echo always before the answer', async () => {
      await world.faults({ echo_before_answer: true });
      await send();
      expect(world.receiver.events('im_send_msg')).to.have.length(1);
    });

    it('with an echo that is late, or never comes', async () => {
      await world.faults({ echo_delay_ms: 60_000 });
      await send();
      await world.faults({ echo_never: true });
      await send();
      expect(world.receiver.events('im_send_msg')).to.have.length(0);
      await world.advance(61);
      await eventually('the late echo', () => world.receiver.events('im_send_msg').length === 1);
    });

    it('with 503 of everything', async () => {
      await world.faults({ api_away: true });
      expect((await sendRaw()).status).to.equal(503);
    });
  });

  it('lists its switches with a sentence each, refuses unknown ones and resets by {}', async () => {
    const switches = await world.control<Record<string, { value: unknown; sentence: string }>>('GET', 'faults');
    for (const { sentence } of Object.values(switches)) expect(sentence).to.match(/\.$/);
    expect(await world.faults({ no_such_switch: true }).catch(String)).to.include('no_such_switch');
    expect(await world.faults({ echo_never: 'yes' }).catch(String)).to.include('echo_never takes true or false');
    await world.faults({ echo_never: true });
    expect(await world.faults({})).to.deep.nested.include({ 'echo_never.value': false });
  });
});
