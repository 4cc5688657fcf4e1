import { randomBytes } from 'node:crypto';
import { partitionOf } from '@tiktok-channel/platform/kafka';
import { fingerprint } from '@tiktok-channel/platform/kernel';
import { eventually } from '@tiktok-channel/platform/testing';
import type { SendReply } from '@tiktok-channel/schemas';
import { expect } from 'chai';
import { PNG } from '../support/images.ts';
import {
  type Conversation,
  connected,
  createOutboundWorld,
  isVerdict,
  type OutboundParts,
  type OutboundWorld,
  PARTITIONS,
  replyIn,
} from '../support/outbound.ts';
import { attachment as attachmentOf } from '../support/records.ts';

/** Stands in for the web. */
const linked: NonNullable<OutboundParts['linkedImages']> = {
  fetch: async (url) => {
    if (url.includes('elsewhere')) return { kind: 'refused' };
    return url.includes('away') ? { kind: 'away' } : { kind: 'image', bytes: PNG, mediaType: 'image/png' };
  },
};

/** Characters of three bytes that nothing can compress. */
const unassigned = (count: number): string =>
  String.fromCodePoint(...Array.from(randomBytes(count), (byte, index) => 0x4e00 + byte + 256 * (index % 40)));

describe('outbound', () => {
  let world: OutboundWorld;
  let channelId: string;
  let conversation: Conversation;

  before(async () => {
    world = await createOutboundWorld();
    await world.faults({ rate_limit_qps: 0, quota_off: true });
    await world.startOutbound({ OUTBOUND_REQUESTS_PER_SECOND: '100' }, { linkedImages: linked });
    channelId = await world.newChannel();
    // A second message, after which TikTok counts no answers.
    conversation = await world.newConversation(channelId, 1);
  });
  afterEach(() => world.faults({ rate_limit_qps: 0, quota_off: true }));
  after(() => world.stop());

  const answers = async () => (await world.phone(conversation)).filter(({ from }) => from === 'business');
  const sentTimes = async (text: string) => (await answers()).filter((message) => message.text === text).length;
  /** Step by step, so that what is due after a while is done before the next is. */
  const passMinutes = async (minutes: number) => {
    for (let tens = 0; tens < 6 * minutes; tens += 1) {
      await world.advance(10);
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
  };
  const attachment = (overrides: Partial<SendReply['attachments'][number]>) => ({
    text: null,
    attachments: [attachmentOf({ kind: 'IMAGE', ...overrides })],
  });
  const failureOf = async (command: SendReply) => {
    await world.send(command);
    const { name, value } = await world.verdict(command.replyId);
    return name === 'ReplyFailed' ? value : { code: name };
  };

  it('sends a text and tells of it until the customer has read it', async () => {
    const command = replyIn(conversation, { text: 'Yes, all sizes.', quotedMessageId: conversation.messageId });
    await world.send(command);
    await world.status(command.replyId, 'ReplyDelivered');
    await world.customerReads(conversation);
    await world.status(command.replyId, 'ReplyRead');

    const [message] = await answers();
    expect(message).to.include({ text: 'Yes, all sizes.', type: 'text' });
    expect(world.namesOf(command.replyId)).to.deep.equal(['ReplyQueued', 'ReplySent', 'ReplyDelivered', 'ReplyRead']);
    const told = world.statuses.filter(({ value }) => value.replyId === command.replyId);
    expect(new Set(told.map(({ id }) => id)).size).to.equal(4);
    expect(told.map(({ causationId }) => causationId)).to.deep.equal(Array(4).fill(`command-${command.replyId}`));
    expect({ ...(told[0]?.value.command as SendReply) }).to.deep.equal(command);
    expect(told[1]?.value).to.include({ messageId: message?.messageId, attempts: 1, channelId });
  });

  it('sends an image, a shared post and both kinds of cards', async () => {
    world.media.set('media-1', { status: 200, type: 'image/png', bytes: PNG });
    const card = (type: 'QA_BUTTON_CARD' | 'QA_LINK_CARD') => ({
      kind: 'TEMPLATE' as const,
      template: { type, title: 'Which size?', buttons: [{ buttonId: 'b1', title: 'S' }] },
    });
    const commands = [
      attachment({ mediaId: 'media-1' }),
      attachment({ kind: 'SHARED_POST', itemId: '7300000000000000042' }),
      attachment(card('QA_BUTTON_CARD')),
      attachment(card('QA_LINK_CARD')),
    ].map((content) => replyIn(conversation, content));
    await world.send(...commands);

    for (const { replyId } of commands) {
      expect((await world.verdict(replyId)).name).to.equal('ReplySent');
      await world.status(replyId, 'ReplyDelivered');
    }
    expect((await answers()).slice(-4).map(({ type }) => type)).to.deep.equal([
      'image',
      'share_post',
      'template',
      'template',
    ]);
  });

  for (const { name, content, type } of [
    { name: 'an image', content: () => attachment({ mediaId: 'media-1' }), type: 'image' },
    {
      name: 'a shared post',
      content: () => attachment({ kind: 'SHARED_POST', itemId: '7300000000000000042' }),
      type: 'share_post',
    },
    {
      name: 'a card',
      content: () =>
        attachment({
          kind: 'TEMPLATE',
          template: { type: 'QA_LINK_CARD', title: 'Which size?', buttons: [{ buttonId: 'b1', title: 'S' }] },
        }),
      type: 'template',
    },
  ]) {
    for (const { by, faults, seconds } of [
      { by: 'its echo', faults: {}, seconds: 0 },
      { by: 'the content list', faults: { echo_never: true }, seconds: 6 },
    ]) {
      it(`finds ${name} whose answer was lost by ${by}`, async () => {
        const before = (await answers()).length;
        await world.faults({
          send_answer: 'dropped_after_acceptance',
          rate_limit_qps: 0,
          quota_off: true,
          ...faults,
        });
        const command = replyIn(conversation, content());
        await world.send(command);
        await eventually('it is uncertain', () => world.namesOf(command.replyId).includes('ReplyOutcomeUnknown'));
        if (seconds > 0) await world.advance(seconds);

        expect((await world.verdict(command.replyId)).value).to.include({ attempts: 1 });
        expect((await answers()).slice(before).map((message) => message.type)).to.deep.equal([type]);
      });
    }
  }

  it('sends an image that it fetches by its address', async () => {
    const there = await world.newConversation(channelId, 1);
    const command = replyIn(there, attachment({ url: 'https://images.example/a.png' }));
    const away = replyIn(there, attachment({ url: 'https://images.example/away.png' }));
    await world.send(command);

    expect((await world.verdict(command.replyId)).name).to.equal('ReplySent');
    await world.send({ ...away, expiresAt: world.now() + 2_000 });
    expect((await world.verdict(away.replyId)).value).to.include({ code: 'expired' });
  });

  describe('refuses, with a code,', () => {
    const image = (id: string) => attachment({ mediaId: id });
    const cases: readonly { code: string; overrides: Partial<SendReply>; given?: () => void | Promise<void> }[] = [
      { code: 'text_with_attachment', overrides: { ...image('media-1'), text: 'Look' } },
      {
        code: 'multiple_attachments',
        overrides: { text: null, attachments: [...image('a').attachments, ...image('b').attachments] },
      },
      { code: 'empty_reply', overrides: { text: ' ' } },
      { code: 'text_too_long', overrides: { text: 'a'.repeat(6_001) } },
      { code: 'unsupported_attachment', overrides: attachment({ kind: 'VIDEO', mediaId: 'media-1' }) },
      { code: 'unsupported_attachment', overrides: attachment({ url: 'http://example.com/a.png' }) },
      { code: 'image_unavailable', overrides: attachment({ url: 'https://elsewhere.example/a.png' }) },
      { code: 'unsupported_attachment', overrides: attachment({ kind: 'TEMPLATE' }) },
      { code: 'quote_not_allowed', overrides: { ...image('media-1'), quotedMessageId: 'MSG' } },
      { code: 'invalid_command', overrides: { conversationId: '' } },
      { code: 'invalid_command', overrides: { action: 'TYPING' } },
      { code: 'invalid_command', overrides: { text: null, action: 'UNSUPPORTED' } },
      { code: 'invalid_command', overrides: { conversationId: 'C'.repeat(5_000) } },
      { code: 'invalid_command', overrides: { replyId: `reply-${'r'.repeat(5_000)}` } },
      { code: 'invalid_command', overrides: { conversationId: randomBytes(4_000).toString('base64') } },
      { code: 'invalid_command', overrides: { channelId: randomBytes(4_000).toString('base64') } },
      { code: 'invalid_command', overrides: { replyId: randomBytes(4_000).toString('base64') } },
      { code: 'invalid_command', overrides: { conversationId: unassigned(500), channelId: unassigned(500) } },
      { code: 'invalid_command', overrides: image(randomBytes(20_000).toString('base64')) },
      { code: 'invalid_command', overrides: attachment({ kind: 'SHARED_POST', itemId: '7'.repeat(5_000) }) },
      { code: 'invalid_command', overrides: { quotedMessageId: 'M'.repeat(5_000) } },
      { code: 'quote_not_allowed', overrides: { quotedMessageId: '' } },
      { code: 'unsupported_attachment', overrides: attachment({ kind: 'SHARED_POST', itemId: ' ' }) },
      { code: 'image_unavailable', overrides: image('media-nowhere') },
      {
        code: 'unsupported_image_type',
        overrides: image('media-gif'),
        given: () => void world.media.set('media-gif', { status: 200, type: 'image/gif', bytes: PNG }),
      },
      {
        code: 'unsupported_image_type',
        overrides: image('media-liar'),
        given: () =>
          void world.media.set('media-liar', { status: 200, type: 'image/png', bytes: Buffer.from('GIF89a..') }),
      },
      {
        code: 'image_too_large',
        overrides: image('media-large'),
        given: () =>
          void world.media.set('media-large', { status: 200, type: 'image/png', bytes: Buffer.alloc(3_200_000) }),
      },
      { code: 'expired', overrides: { expiresAt: Date.now() - 1 } },
      { code: 'conversation_unknown', overrides: { conversationId: 'CONV+nowhere/1==' } },
      { code: 'channel_unknown', overrides: { channelId: 'biz-nowhere' } },
      { code: 'tiktok_rejected', overrides: { quotedMessageId: 'MSG-nowhere' } },
    ];
    for (const { code, overrides, given } of cases) {
      it(code, async () => {
        await given?.();
        const before = (await answers()).length;

        expect(await failureOf(replyIn(conversation, overrides))).to.include({ code });
        expect((await answers()).length).to.equal(before);
      });
    }

    for (const { code, change } of [
      { code: 'channel_disconnected', change: { status: 'disconnected', accessToken: null } },
      { code: 'channel_needs_reauthorization', change: { status: 'needs_reauthorization', accessToken: null } },
      { code: 'missing_scope', change: { grantedScopes: ['message.list.read'] } },
    ]) {
      it(code, async () => {
        const other = await world.newChannel();
        const there = await world.newConversation(other);
        world.channels.set(other, { ...connected('token'), ...change });

        const failure = await failureOf(replyIn(there));
        expect(failure).to.include({ code, retryable: true, attempts: 0 });
        expect(failure).to.have.property('message').that.matches(/\.$/);
        expect(failure).to.have.property('advice').that.matches(/\.$/);
      });
    }

    it('quote_not_allowed, where the message stands in another conversation', async () => {
      const elsewhere = await world.newConversation(channelId);
      await eventually('its message is known', async () => {
        const rows = await world.database.client.$queryRawUnsafe<unknown[]>(
          'SELECT FROM customer_messages WHERE message_id = $1',
          elsewhere.messageId,
        );
        return rows.length === 1;
      });

      expect(await failureOf(replyIn(conversation, { quotedMessageId: elsewhere.messageId }))).to.include({
        code: 'quote_not_allowed',
        attempts: 0,
      });
    });

    it('images_not_available_here, until what TikTok said is ten minutes old', async () => {
      await world.faults({ capability_image_send: false, rate_limit_qps: 0, quota_off: true });
      world.media.set('media-1', { status: 200, type: 'image/png', bytes: PNG });
      const there = await world.newConversation(channelId, 1);
      const outcome = async () =>
        (await failureOf(replyIn(there, { ...image('media-1'), requestedAt: world.now() }))).code;
      expect(await outcome()).to.equal('images_not_available_here');
      await world.faults({ rate_limit_qps: 0, quota_off: true });
      expect(await outcome()).to.equal('images_not_available_here');
      await world.advance(601);

      expect(await outcome()).to.equal('ReplySent');
    });

    it('conversation_of_other_channel', async () => {
      const other = await world.newChannel();
      expect(await failureOf(replyIn({ ...conversation, channelId: other }))).to.include({
        code: 'conversation_of_other_channel',
      });
    });
  });

  it('knows that a reply was delivered and read although TikTok answers the send last', async () => {
    await world.faults({ send_answer_delay_ms: 1_500, rate_limit_qps: 0, quota_off: true });
    const command = replyIn(conversation, { text: 'Echo first.' });
    await world.send(command);
    await eventually('it is on the phone', async () => (await sentTimes('Echo first.')) === 1);
    await world.customerReads(conversation);
    await world.status(command.replyId, 'ReplyRead');

    expect(world.namesOf(command.replyId)).to.deep.equal(['ReplyQueued', 'ReplySent', 'ReplyDelivered', 'ReplyRead']);
  });

  it('looks up a conversation that no topic has named yet', async () => {
    await world.faults({ deliveries_delayed_ms: 4_000, rate_limit_qps: 0, quota_off: true });
    const fresh = await world.newConversation(channelId);
    const command = replyIn(fresh);
    await world.send(command);

    expect((await world.verdict(command.replyId)).name).to.equal('ReplySent');
  });

  it('puts a command that comes again through once', async () => {
    const command = replyIn(conversation, { text: 'Only once.' });
    await world.send(command, command, command);
    await world.send({ ...command, requestedAt: command.requestedAt + 1 });
    await world.status(command.replyId, 'ReplyDelivered');
    await world.send(command);
    const next = replyIn(conversation, { text: 'After it.' });
    await world.send(next);
    await world.verdict(next.replyId);

    expect(await sentTimes('Only once.')).to.equal(1);
    expect(world.namesOf(command.replyId)).to.deep.equal(['ReplyQueued', 'ReplySent', 'ReplyDelivered']);
  });

  it('dead-letters another reply under an id that is taken, and tells nothing of it', async () => {
    const command = replyIn(conversation, { text: 'The first.' });
    const next = replyIn(conversation, { text: 'Behind it.' });
    await world.send(command, { ...command, text: 'The second.' }, next);
    await world.verdict(next.replyId);

    const letter = await eventually('the dead letter', () => world.deadLetters.at(-1));
    expect(letter.headers.dlq_reason).to.equal('reply_id_reused');
    expect(await sentTimes('The second.')).to.equal(0);
    expect(world.namesOf(command.replyId).filter((name) => name === 'ReplyQueued')).to.have.length(1);
  });

  it('dead-letters what is no command, and goes on', async () => {
    const before = world.deadLetters.length;
    await world.sendBytes(conversation.conversationId, Buffer.from('no Avro'));
    await world.send(replyIn(conversation, { replyId: ' ' }));
    const next = replyIn(conversation);
    await world.send(next);
    await world.verdict(next.replyId);

    await eventually('two dead letters', () => world.deadLetters.length === before + 2);
    expect(world.deadLetters.slice(before).map(({ headers }) => headers.dlq_reason)).to.deep.equal([
      'undecodable',
      'reply_id_missing',
    ]);
  });

  it('sends a command from another partition than that of its conversation, and one without a key of any use', async () => {
    const partitionOfKey = (key: string) => partitionOf(key, PARTITIONS);
    const key = Array.from({ length: 20 }, (_, index) => `key-${index}`).find(
      (each) => partitionOfKey(each) !== partitionOfKey(conversation.conversationId),
    );
    const commands = [replyIn(conversation), replyIn(conversation)];
    await world.sendUnder(key ?? '', commands[0] as SendReply);
    await world.sendUnder('', commands[1] as SendReply);

    for (const { replyId } of commands) {
      expect((await world.verdict(replyId)).value).to.include({ conversationId: conversation.conversationId });
      expect(world.namesOf(replyId).slice(0, 2)).to.deep.equal(['ReplyQueued', 'ReplySent']);
    }
  });

  it('sends words that PostgreSQL cannot hold', async () => {
    const command = replyIn(conversation, { text: 'a\u0000b' });
    await world.send(command);

    expect((await world.verdict(command.replyId)).name).to.equal('ReplySent');
    expect(await sentTimes('a\uFFFDb')).to.equal(1);
  });

  it('sends a command whose ids, those in its headers included, PostgreSQL cannot hold', async () => {
    const command = replyIn(conversation, { replyId: 'reply-\u0000' });
    await world.send(command);

    const { name, causationId } = await world.verdict('reply-\uFFFD');
    expect([name, causationId]).to.deep.equal(['ReplySent', 'command-reply-\uFFFD']);
  });

  describe('when TikTok answers', () => {
    for (const { tiktokCode, code, retryable } of [
      { tiktokCode: 40001, code: 'missing_scope', retryable: true },
      { tiktokCode: 40002, code: 'tiktok_rejected', retryable: false },
      { tiktokCode: 40007, code: 'tiktok_rejected', retryable: false },
      { tiktokCode: 40105, code: 'channel_needs_reauthorization', retryable: true },
    ]) {
      it(`${tiktokCode}, fails with ${code}`, async () => {
        await world.faults({ send_rejects_with: tiktokCode, rate_limit_qps: 0, quota_off: true });

        const failure = await failureOf(replyIn(conversation));
        expect(failure).to.include({ code, retryable, attempts: tiktokCode === 40105 ? 2 : 1 });
        expect(failure).to.have.property('tiktok').that.includes({ code: tiktokCode });
        expect(failure).to.have.nested.property('tiktok.requestId').that.is.a('string');
      });
    }

    it('40105, asks auth for another token and sends with it', async () => {
      const other = await world.newChannel();
      const there = await world.newConversation(other);
      const token = await world.newToken(other);
      world.channels.set(other, { ...connected('a token that was revoked'), next: connected(token) });
      const command = replyIn(there);
      await world.send(command);

      const { name, value } = await world.verdict(command.replyId);
      expect([name, value.attempts]).to.deep.equal(['ReplySent', 2]);
      expect(world.tokenRequests.filter(({ id }) => id === other).map(({ refused }) => refused)).to.deep.equal([
        null,
        fingerprint('a token that was revoked'),
      ]);
    });

    it('40100, tries again later', async () => {
      await world.faults({ send_rejects_with: 40100, rate_limit_qps: 0, quota_off: true });
      const command = replyIn(conversation, { text: 'With patience.' });
      await world.send(command);
      await eventually('an attempt', () =>
        world.logger.lines.some(({ fields }) => fields.replyId === command.replyId && fields.tiktokCode === 40100),
      );
      await world.faults({ rate_limit_qps: 0, quota_off: true });

      const verdict = await world.verdict(command.replyId, 40_000);
      expect(verdict.name).to.equal('ReplySent');
      expect(verdict.value.attempts).to.be.greaterThan(1);
      expect(await sentTimes('With patience.')).to.equal(1);
    });

    it('40100 until it is too late, fails with rate_limited', async () => {
      await world.faults({ send_rejects_with: 40100, rate_limit_qps: 0, quota_off: true });
      const command = replyIn(conversation, { expiresAt: world.now() + 20_000 });
      await world.send(command);
      await eventually('an attempt', () =>
        world.logger.lines.some(({ fields }) => fields.replyId === command.replyId && fields.tiktokCode === 40100),
      );
      await world.advance(21);

      expect((await world.verdict(command.replyId)).value).to.include({ code: 'rate_limited' });
    });

    for (const answer of ['dropped_after_acceptance', '502_after_acceptance'] as const) {
      it(`nothing usable (${answer}), finds its message by the echo`, async () => {
        await world.faults({ send_answer: answer, rate_limit_qps: 0, quota_off: true });
        const command = replyIn(conversation, { text: `Was it ${answer}?` });
        await world.send(command);
        await world.status(command.replyId, 'ReplyDelivered');

        expect(await sentTimes(`Was it ${answer}?`)).to.equal(1);
        expect(world.namesOf(command.replyId)).to.deep.equal([
          'ReplyQueued',
          'ReplyOutcomeUnknown',
          'ReplySent',
          'ReplyDelivered',
        ]);
        const sent = await world.verdict(command.replyId);
        expect(sent.value.messageId).to.equal((await answers()).at(-1)?.messageId);
      });
    }

    it('nothing usable and echoes nothing, finds its message in the content list', async () => {
      await world.faults({
        send_answer: 'dropped_after_acceptance',
        echo_never: true,
        rate_limit_qps: 0,
        quota_off: true,
      });
      const command = replyIn(conversation, { text: 'Listed only.' });
      await world.send(command);
      await eventually('it is uncertain', () => world.namesOf(command.replyId).includes('ReplyOutcomeUnknown'));
      await world.advance(6);

      expect((await world.verdict(command.replyId)).value).to.include({ attempts: 1, corrects: false });
      expect(await sentTimes('Listed only.')).to.equal(1);
    });

    it('nothing usable before it took anything, sends it again once the list has twice been without it', async () => {
      await world.faults({ send_answer: '500_before_acceptance', rate_limit_qps: 0, quota_off: true });
      const command = replyIn(conversation, { text: 'At the second try.' });
      const next = replyIn(conversation, { text: 'Behind it.' });
      await world.send(command, next);
      await eventually('it is uncertain', () => world.namesOf(command.replyId).includes('ReplyOutcomeUnknown'));
      await world.faults({ rate_limit_qps: 0, quota_off: true });
      await passMinutes(4);

      expect((await world.verdict(command.replyId)).value.attempts).to.be.at.least(2);
      expect((await world.verdict(next.replyId)).name).to.equal('ReplySent');
      expect((await answers()).slice(-2).map(({ text }) => text)).to.deep.equal(['At the second try.', 'Behind it.']);
    });
  });

  it('settles as unknown what nothing tells of for ten minutes, and corrects it when its echo comes', async function () {
    this.timeout(120_000);
    await world.faults({
      send_answer: 'dropped_after_acceptance',
      echo_delay_ms: 720_000,
      api_fails_with: 51065,
      api_fails_on: 'conversation',
      api_fails_every: 1,
      rate_limit_qps: 0,
      quota_off: true,
    });
    const there = await world.newConversation(channelId, 1);
    const command = replyIn(there, { text: 'Seen late.', requestedAt: world.now() });
    await world.send(command);
    await eventually('it is uncertain', () => world.namesOf(command.replyId).includes('ReplyOutcomeUnknown'));
    await passMinutes(11);
    expect((await world.verdict(command.replyId)).value).to.include({ settled: true });
    await world.faults({ rate_limit_qps: 0, quota_off: true });
    await passMinutes(2);
    await world.status(command.replyId, 'ReplyDelivered');

    const names = ['ReplyQueued', 'ReplyOutcomeUnknown', 'ReplyOutcomeUnknown', 'ReplySent', 'ReplyDelivered'];
    expect(world.namesOf(command.replyId)).to.deep.equal(names);
    const [message] = (await world.phone(there)).filter(({ from }) => from === 'business');
    const corrected = await world.status(command.replyId, 'ReplySent');
    expect(corrected.value).to.include({ corrects: true, messageId: message?.messageId });
  });

  it('takes back what waits, and what is yet to come', async () => {
    await world.faults({
      send_answer: 'dropped_after_acceptance',
      echo_never: true,
      rate_limit_qps: 0,
      quota_off: true,
    });
    const first = replyIn(conversation, { text: 'Uncertain.' });
    const waiting = replyIn(conversation, { text: 'Never mind.' });
    const early = replyIn(conversation, { text: 'Taken back before it came.' });
    await world.cancel(early);
    await world.send(first, waiting, early);
    await eventually('it is uncertain', () => world.namesOf(first.replyId).includes('ReplyOutcomeUnknown'));
    await world.cancel(waiting);
    await world.cancel(first);
    for (const { replyId } of [waiting, early]) {
      expect((await world.verdict(replyId)).value).to.include({ requestedBy: 'agent-2', attempts: 0 });
      expect(world.namesOf(replyId)).to.deep.equal(['ReplyQueued', 'ReplyCancelled']);
    }
    await world.faults({ rate_limit_qps: 0, quota_off: true });
    await world.advance(6);

    expect((await world.verdict(first.replyId)).name).to.equal('ReplySent');
    expect(await sentTimes('Never mind.')).to.equal(0);
    expect(await sentTimes('Taken back before it came.')).to.equal(0);
  });

  it('takes nothing back that TikTok is just being given', async () => {
    await world.faults({ send_answer_delay_ms: 2_000, rate_limit_qps: 0, quota_off: true });
    const command = replyIn(conversation, { text: 'Under way.' });
    await world.send(command);
    await eventually('it is on the phone', async () => (await sentTimes('Under way.')) === 1);
    await world.cancel(command);
    const refused = await eventually('the cancel is refused', () =>
      world.logger.lines.find(
        ({ event, fields }) => event === 'reply.cancel_refused' && fields.replyId === command.replyId,
      ),
    );

    expect(refused.fields).to.include({ reason: 'attempt_open' });
    expect((await world.verdict(command.replyId)).name).to.equal('ReplySent');
  });

  it('shows that it is typing past replies that wait, and sends nothing by that', async () => {
    const before = (await answers()).length;
    const typing = replyIn(conversation, { text: null, action: 'TYPING', requestedAt: world.now() });
    const read = replyIn(conversation, { text: null, action: 'MARK_READ', requestedAt: world.now() });
    const stale = replyIn(conversation, { text: null, action: 'TYPING', requestedAt: world.now() - 6_000 });
    await world.send(typing, read, stale);

    expect((await world.verdict(typing.replyId)).value).to.include({ messageId: null, attempts: 1 });
    expect((await world.verdict(read.replyId)).name).to.equal('ReplySent');
    expect((await world.verdict(stale.replyId)).value).to.include({ code: 'expired', attempts: 0 });
    expect((await answers()).length).to.equal(before);
  });

  it('asks for a token anew when the channel has changed', async () => {
    const other = await world.newChannel();
    const there = await world.newConversation(other);
    await world.send(replyIn(there, { replyId: `first-${there.username}` }));
    await world.verdict(`first-${there.username}`);
    world.channels.set(other, { ...connected('token'), status: 'disconnected', accessToken: null });
    await world.channelChanged(other);

    await eventually('a reply is refused', async () => {
      const command = replyIn(there);
      await world.send(command);
      return (await world.verdict(command.replyId)).value.code === 'channel_disconnected';
    });
    expect(world.deadLetters.filter(({ key }) => key === other)).to.deep.equal([]);
  });

  it('answers a command in JSON that it is invalid, where its ids can be read', async () => {
    const { replyId, ...command } = replyIn(conversation);
    await world.sendBytes(conversation.conversationId, Buffer.from(JSON.stringify({ replyId, ...command })));

    expect((await world.verdict(replyId)).value).to.include({ code: 'invalid_command' });
  });

  it('answers a command in JSON that it is invalid, also where nothing but its reply id can be read', async () => {
    const { replyId } = replyIn(conversation);
    await world.sendBytes(
      conversation.conversationId,
      Buffer.from(JSON.stringify({ replyId, channel_id: channelId, conversationId: 17 })),
    );

    const { value } = await world.verdict(replyId);
    expect(value).to.include({ code: 'invalid_command', channelId: '', conversationId: conversation.conversationId });
  });

  it('answers a command whose bytes fit only at their beginning that it is invalid, unless it does not say what it is', async () => {
    const [cut, other] = [replyIn(conversation), replyIn(conversation)];
    const before = world.deadLetters.length;
    const cutBytes = (command: SendReply) => world.encode(command).subarray(0, -1);
    const type = 'tiktok.replycommands.v1.SendReply';
    await world.sendBytes(conversation.conversationId, cutBytes(other));
    await world.sendBytes(conversation.conversationId, cutBytes(cut), { ce_type: type });

    const { value } = await world.verdict(cut.replyId);
    const { conversationId } = conversation;
    expect(value).to.include({ code: 'invalid_command', channelId, conversationId, attempts: 0 });
    await eventually('the dead letter', () => world.deadLetters.length === before + 1);
    expect(world.namesOf(other.replyId)).to.deep.equal([]);
  });

  it('gives every reply exactly one verdict', () => {
    const verdicts = Map.groupBy(world.statuses.filter(isVerdict), ({ value }) => value.replyId);
    const queued = world.statuses.filter(({ name }) => name === 'ReplyQueued').map(({ value }) => value.replyId);

    expect(queued.filter((replyId) => verdicts.get(replyId)?.length !== 1)).to.deep.equal([]);
  });

  it('tells its log neither words nor tokens', () => {
    const told = JSON.stringify(world.logger.lines, (_key, value) =>
      typeof value === 'bigint' ? String(value) : value,
    );

    expect(told).to.not.match(/all sizes|Only once|act\./);
  });
});
