import { randomBytes } from 'node:crypto';
import { eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { type Driver, drive } from '../support/driver.ts';
import { JPEG } from '../support/images.ts';
import { useSystem } from '../support/system.ts';

describe('a connected channel', () => {
  const system = useSystem();
  let business: string;
  let driver: Driver;

  before(async () => {
    driver = drive(system().addresses);
    business = await driver.connect();
  });

  it('is listed for its account, with its name and state', async () => {
    const { body } = await driver.get<{ items: readonly object[] }>('/v1/channels', 'administrator');

    expect(body.items).to.have.length(1);
    expect(body.items[0]).to.include({ channelId: business, displayName: 'Acme Store', state: 'connected' });
  });

  it("shows a customer's text in the API", async () => {
    const { conversationId, messageId } = await driver
      .customer(business)
      .send({ type: 'text', text: 'Is this in stock?' });

    const message = await driver.messageIs(conversationId, messageId);

    expect(message).to.deep.include({ direction: 'incoming', source: 'app' });
    expect(message.content).to.include({ kind: 'text', text: 'Is this in stock?' });
  });

  it("brings an answer to the customer's phone, and sent, delivered and read come back", async () => {
    const mia = driver.customer(business);
    const { conversationId, messageId } = await mia.send({ type: 'text', text: 'Is this in stock?' });
    await driver.messageIs(conversationId, messageId);

    const { status, headers, body } = await driver.reply(conversationId, { text: 'Yes, all sizes.' });
    const delivered = await driver.replyIs(body.replyId, 'delivered');
    const onPhone = await mia.phone();
    await mia.read();
    await driver.replyIs(body.replyId, 'read');

    expect([status, headers.get('location')]).to.deep.equal([202, `/v1/replies/${body.replyId}`]);
    expect(onPhone.map(({ from, text, source }) => [from, text, source])).to.deep.equal([
      ['customer', 'Is this in stock?', 'APP'],
      ['business', 'Yes, all sizes.', 'API'],
    ]);
    expect(delivered.messageId).to.equal(onPhone[1]?.messageId);
    expect(
      (await driver.messages(conversationId)).map(({ messageId: id, replyId, status: state }) => [id, replyId, state]),
    ).to.deep.equal([
      [messageId, null, null],
      [onPhone[1]?.messageId, body.replyId, 'read'],
    ]);
  });

  it('answers the same idempotency key once, whatever the client does', async () => {
    const mia = driver.customer(business);
    const { conversationId, messageId } = await mia.send({ type: 'text', text: 'Hello?' });
    await driver.messageIs(conversationId, messageId);

    const answers = await Promise.all(
      Array.from({ length: 5 }, () => driver.reply(conversationId, { text: 'Hello!' }, 'one-key')),
    );
    const other = await driver.reply(conversationId, { text: 'Something else' }, 'one-key');
    await driver.replyIs(answers[0]?.body.replyId ?? '', 'delivered');

    expect(new Set(answers.map(({ body }) => body.replyId)).size).to.equal(1);
    expect(other.status).to.equal(422);
    expect((await mia.phone()).filter(({ from }) => from === 'business')).to.have.length(1);
  });

  it('shows what the business writes in the TikTok app', async () => {
    const mia = driver.customer(business);
    const { conversationId } = await mia.send({ type: 'text', text: 'Hello?' });
    const { messageId } = await mia.businessWritesInApp('On my way');

    const message = await driver.messageIs(conversationId, messageId);

    expect(message).to.include({ direction: 'outgoing', source: 'app', replyId: null });
  });

  it("stores a customer's image and serves it", async () => {
    const { conversationId, messageId } = await driver.customer(business).send({ type: 'image' });
    const media = await eventually('the image is stored', async () => {
      const found = (await driver.messages(conversationId)).find((message) => message.messageId === messageId);
      const content = found?.content as { media?: { state: string; mediaId: string } } | undefined;
      return content?.media?.state === 'stored' ? content.media : undefined;
    });

    const response = await fetch(`${system().addresses.public}/v1/media/${media.mediaId}`, {
      headers: { authorization: `Bearer ${await driver.token('agent')}` },
    });

    expect(response.status).to.equal(200);
    expect(response.headers.get('content-type')).to.match(/^image\/(png|jpeg)$/);
  });

  it('sends an image', async () => {
    const mia = driver.customer(business);
    const { conversationId, messageId } = await mia.send({ type: 'text', text: 'Show me' });
    await driver.messageIs(conversationId, messageId);
    const uploaded = await driver.upload(JPEG, 'shoe.jpg', 'image/jpeg');

    const { body } = await driver.reply(conversationId, {
      attachments: [{ kind: 'image', mediaId: uploaded.body.mediaId }],
    });
    await driver.replyIs(body.replyId, 'delivered');

    expect((await mia.phone()).at(-1)).to.include({ from: 'business', type: 'image' });
  });

  it('takes a shared post in, and sends one', async () => {
    const mia = driver.customer(business);
    const { conversationId, messageId } = await mia.send({ type: 'share_post', videoId: '7300000000000000042' });
    const message = await driver.messageIs(conversationId, messageId);

    const { body } = await driver.reply(conversationId, {
      attachments: [{ kind: 'shared_post', itemId: '7300000000000000077' }],
    });
    await driver.replyIs(body.replyId, 'delivered');

    expect(message.content).to.include({ kind: 'shared_post', videoId: '7300000000000000042' });
    expect((await mia.phone()).at(-1)).to.include({ from: 'business', type: 'share_post' });
  });

  for (const [what, body, code] of [
    [
      'text with an attachment',
      { text: 'Look', attachments: [{ kind: 'shared_post', itemId: '1' }] },
      'text_with_attachment',
    ],
    [
      'several attachments',
      {
        attachments: [
          { kind: 'shared_post', itemId: '1' },
          { kind: 'shared_post', itemId: '2' },
        ],
      },
      'multiple_attachments',
    ],
    ['a video', { attachments: [{ kind: 'video', url: 'https://example.com/a.mp4' }] }, 'unsupported_attachment'],
  ] as const) {
    it(`says why it does not send ${what}`, async () => {
      const mia = driver.customer(business);
      const { conversationId, messageId } = await mia.send({ type: 'text', text: 'Hello?' });
      await driver.messageIs(conversationId, messageId);

      const refused = await driver.reply(conversationId, body);

      expect(refused.status).to.equal(422);
      expect(refused.body).to.include({ code });
      expect((await mia.phone()).filter(({ from }) => from === 'business')).to.deep.equal([]);
    });
  }

  it('says what TikTok rejected', async () => {
    const mia = driver.customer(business);
    const { conversationId, messageId } = await mia.send({ type: 'text', text: 'Hello?' });
    await driver.messageIs(conversationId, messageId);
    await driver.faults({ send_rejects_with: 40002 });
    try {
      const reply = await driver.reply(conversationId, { text: 'Hello!' });

      expect((await driver.replyIs(reply.body.replyId, 'failed')).failure).to.deep.include({
        code: 'tiktok_rejected',
      });
    } finally {
      await driver.faults({});
    }
  });

  it('shows another account nothing', async () => {
    const { conversationId, messageId } = await driver.customer(business).send({ type: 'text', text: 'Secret' });
    await driver.messageIs(conversationId, messageId);
    const stranger = drive(system().addresses);

    const [list, messages, reply] = [
      await stranger.conversations(),
      await stranger.get(`/v1/conversations/${encodeURIComponent(conversationId)}/messages`),
      await stranger.reply(conversationId, { text: randomBytes(4).toString('hex') }),
    ];

    expect([list, messages.status, reply.status]).to.deep.equal([[], 404, 404]);
  });
});
