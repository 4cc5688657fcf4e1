import { eventually } from '@tiktok-channel/platform/testing';
import { type SendReply, topics } from '@tiktok-channel/schemas';
import { expect } from 'chai';
import {
  apiOf,
  type Bench,
  caughtUp,
  connected,
  echoed,
  type Json,
  prepareConversation,
  type RunningConversation,
  readTopic,
  received,
  startConversation,
} from '../support/conversation.ts';
import { PNG } from '../support/images.ts';
import { sendReply } from '../support/records.ts';

const CONVERSATION = 'CONV+a/b==';
const REPLIES = `/v1/conversations/${encodeURIComponent(CONVERSATION)}/replies`;

describe('the API of conversations', () => {
  let bench: Bench;
  let service: RunningConversation;
  let authorization: string;
  let foreign: string;
  let api: ReturnType<typeof apiOf>;

  before(async () => {
    bench = await prepareConversation();
    service = await startConversation(bench);
    authorization = await bench.identity.authorize({ accountId: 'account-1' });
    foreign = await bench.identity.authorize({ accountId: 'account-2' });
    api = apiOf(service.publicUrl, authorization);
    await bench.publish(
      connected(),
      connected({ channelId: 'biz-1b' }),
      connected({ channelId: 'biz-2', accountId: 'account-2' }),
      received(),
      ...Array.from({ length: 25 }, (_, index) =>
        received({
          channelId: index % 2 === 0 ? 'biz-1' : 'biz-1b',
          conversationId: `CONV-${String(index).padStart(2, '0')}`,
          sentAt: 1_000 + Math.floor(index / 3),
        }),
      ),
    );
    await caughtUp(bench);
  });

  after(async () => {
    await service.stop();
    await bench.stop();
  });

  const post = async (
    path: string,
    body: unknown,
    { key, token = authorization }: { readonly key?: string; readonly token?: string } = {},
  ) => {
    const response = await fetch(`${service.publicUrl}${path}`, {
      method: 'POST',
      headers: {
        authorization: token,
        'content-type': 'application/json',
        ...(key === undefined ? {} : { 'idempotency-key': key }),
      },
      body: JSON.stringify(body),
    });
    return {
      status: response.status,
      location: response.headers.get('location'),
      body: (await response.json()) as Json,
    };
  };

  const published = () =>
    eventually('the outbox is empty', async () => {
      const [row] = await bench.database.client.$queryRawUnsafe<readonly Json[]>(
        'SELECT count(*) FROM outbox WHERE published_at IS NULL',
      );
      return row?.count === 0n;
    });

  const commands = async (): Promise<readonly SendReply[]> =>
    (await readTopic(bench, topics.replyCommands.name)).flatMap(({ name, value }) =>
      name === 'SendReply' ? [value] : [],
    );

  describe('lists', () => {
    it('newest first, page by page, and what arrives meanwhile moves no page', async () => {
      const whole = (await api.all('/v1/conversations')).map(({ conversationId }) => conversationId);
      const { body: first } = await api.get('/v1/conversations?limit=7');
      await bench.publish(received({ conversationId: 'CONV-NEW', sentAt: 1_867_225_600_000 }));
      await caughtUp(bench);
      const rest = await api.all('/v1/conversations', 7, first.nextCursor);
      const paged = [...first.items, ...rest].map(({ conversationId }) => conversationId);

      expect(whole).to.have.lengthOf(26);
      expect(paged.slice(0, 7)).to.deep.equal(whole.slice(0, 7));
      expect(whole.toSorted()).to.deep.equal([...new Set(paged)].toSorted());
    });

    it('by channel', async () => {
      const items = await api.all('/v1/conversations?channelId=biz-1b');
      expect(items.map(({ channelId }) => channelId)).to.deep.equal(Array.from({ length: 12 }, () => 'biz-1b'));
      expect((await api.get('/v1/conversations?channelId=biz-2')).body.items).to.deep.equal([]);
    });

    it('messages in pages of both orders', async () => {
      const conversationId = 'CONV-PAGES';
      await bench.publish(
        ...Array.from({ length: 23 }, (_, index) =>
          received({
            conversationId,
            messageId: `m${String(index).padStart(2, '0')}`,
            sentAt: 10 + Math.floor(index / 4),
          }),
        ),
      );
      await caughtUp(bench);
      const ascending = await api.all(`/v1/conversations/${conversationId}/messages`, 5);
      const descending = await api.all(`/v1/conversations/${conversationId}/messages?order=desc`, 5);

      expect(ascending).to.have.lengthOf(23);
      expect(ascending).to.deep.equal(descending.toReversed());
    });
  });

  describe('refuses', () => {
    for (const [path, field] of [
      ['/v1/conversations?limit=0', 'limit'],
      ['/v1/conversations?limit=many', 'limit'],
      ['/v1/conversations?cursor=nonsense', 'cursor'],
      [`/v1/conversations/${encodeURIComponent(CONVERSATION)}/messages?order=sideways`, 'order'],
    ] as const) {
      it(`${path}, naming ${field}`, async () => {
        const { status, body } = await api.get(path);
        expect([status, body.code, body.errors[0].field]).to.deep.equal([400, 'invalid_request', field]);
      });
    }

    for (const [what, body, field] of [
      ['a reply of nothing', {}, 'text'],
      ['a text that is no text', { text: 7 }, 'text'],
      ['an attachment of no kind', { attachments: [{ kind: 'smell' }] }, 'attachments.0'],
      [
        'an image by plain http',
        { attachments: [{ kind: 'image', url: 'http://example.com/a.png' }] },
        'attachments.0.url',
      ],
      ['an end that is no time', { text: 'a', expiresAt: 'tomorrow' }, 'expiresAt'],
      ['an end that no calendar has', { text: 'a', expiresAt: 253_402_300_800_000 }, 'expiresAt'],
      ["an image that is nobody's", { mediaId: '00000000-0000-5000-8000-000000000000' }, 'mediaId'],
    ] as const) {
      it(`${what}, naming ${field}`, async () => {
        const { status, body: problem } = await post(REPLIES, body, { key: 'refused' });
        expect([status, problem.errors[0].field]).to.deep.equal([400, field]);
      });
    }

    it('a reply without an idempotency key', async () => {
      const { status, body } = await post(REPLIES, { text: 'Yes' });
      expect([status, body.errors[0].field]).to.deep.equal([400, 'idempotency-key']);
    });

    it('a caller without a token, and methods that a path has not', async () => {
      expect((await fetch(`${service.publicUrl}/v1/conversations`)).status).to.equal(401);
      expect((await post('/v1/conversations', {})).status).to.equal(405);
    });
  });

  describe('shows an account nothing of another', () => {
    it('whatever it asks for', async () => {
      const { body: reply } = await post(REPLIES, { text: 'Mine' }, { key: 'tenancy' });
      const stranger = apiOf(service.publicUrl, foreign);
      const path = `/v1/conversations/${encodeURIComponent(CONVERSATION)}`;
      const answers = await Promise.all([
        stranger.get(path),
        stranger.get(`${path}/messages`),
        stranger.get(`/v1/replies/${reply.replyId}`),
        post(REPLIES, { text: 'Yes' }, { key: 'k', token: foreign }),
      ]);

      expect(answers.map(({ status }) => status)).to.deep.equal([404, 404, 404, 404]);
      expect((await stranger.get('/v1/conversations')).body.items).to.deep.equal([]);
    });

    it('and lets nobody send the image of another', async () => {
      const form = new FormData();
      form.append('file', new Blob([new Uint8Array(PNG)]));
      const uploaded = await fetch(`${service.publicUrl}/v1/media`, {
        method: 'POST',
        headers: { authorization: foreign },
        body: form,
      });
      const { mediaId } = (await uploaded.json()) as Json;

      expect((await post(REPLIES, { mediaId }, { key: 'theft' })).status).to.equal(400);
    });
  });

  describe('takes a reply', () => {
    it('once for a key: the same answer to the same body, and one command on the topic', async () => {
      const body = { text: 'Yes, all sizes.', quotedMessageId: 'MSG-0001', expiresAt: 1_900_000_000_000 };
      const answers = await Promise.all(Array.from({ length: 5 }, () => post(REPLIES, body, { key: 'once' })));
      const [first] = answers;
      expect(answers.map(({ status }) => status)).to.deep.equal([202, 202, 202, 202, 202]);
      expect(new Set(answers.map(({ body: { replyId } }) => replyId))).to.have.lengthOf(1);
      expect(first?.location).to.equal(`/v1/replies/${first?.body.replyId}`);
      expect(first?.body).to.deep.include({
        conversationId: CONVERSATION,
        status: 'queued',
        attempts: 0,
        messageId: null,
      });

      await published();
      const sent = (await commands()).filter(({ replyId }) => replyId === first?.body.replyId);
      expect(sent).to.have.lengthOf(1);
      expect(sent[0]).to.deep.include({
        channelId: 'biz-1',
        conversationId: CONVERSATION,
        text: body.text,
        quotedMessageId: body.quotedMessageId,
        expiresAt: body.expiresAt,
        requestedBy: 'agent-1',
      });
    });

    it('and refuses another body under its key', async () => {
      await post(REPLIES, { text: 'One' }, { key: 'reused' });
      const { status, body } = await post(REPLIES, { text: 'Two' }, { key: 'reused' });
      expect([status, body.code]).to.deep.equal([422, 'idempotency_key_reused']);
    });

    for (const [what, body, code, field] of [
      [
        'text beside an attachment',
        { text: 'a', attachments: [{ kind: 'shared_post', itemId: '1' }] },
        'text_with_attachment',
        'attachments',
      ],
      ['a text that is too long', { text: 'a'.repeat(6_001) }, 'text_too_long', 'text'],
      ['blank text', { text: ' ' }, 'empty_reply', 'text'],
      [
        'a video',
        { attachments: [{ kind: 'video', url: 'https://example.com/a.mp4' }] },
        'unsupported_attachment',
        'attachments',
      ],
    ] as const) {
      it(`but not ${what}, with the reason that outbound would give`, async () => {
        const { status, body: problem } = await post(REPLIES, body, { key: code });
        expect([status, problem.code, problem.errors[0].field]).to.deep.equal([422, code, field]);
      });
    }

    it('that is a card with buttons', async () => {
      const template = { type: 'QA_BUTTON_CARD', title: 'Size?', buttons: [{ buttonId: 'b-1', title: 'Small' }] };
      const { status, body } = await post(REPLIES, { attachments: [{ kind: 'template', template }] }, { key: 'card' });
      expect(status).to.equal(202);
      await published();
      const sent = (await commands()).filter(({ replyId }) => replyId === body.replyId);
      expect(JSON.parse(JSON.stringify(sent[0]?.attachments[0]?.template))).to.deep.equal(template);
    });

    const ended = async (name: 'ReplyFailed' | 'ReplySent', replyId: string): Promise<void> => {
      const about = { replyId, channelId: 'biz-1', conversationId: CONVERSATION, at: 1_767_225_700_000, attempts: 1 };
      await bench.publish(
        ['ReplyQueued', { ...about, command: sendReply({ replyId, text: 'Again' }) }],
        name === 'ReplySent'
          ? [name, { ...about, messageId: `m-${replyId}`, corrects: false }]
          : [
              name,
              {
                ...about,
                code: 'tiktok_rejected',
                retryable: false,
                nextAllowedAt: null,
                message: 'No.',
                advice: null,
                tiktok: null,
              },
            ],
      );
      await caughtUp(bench);
    };

    it('to be tried again once it failed, as a reply of its own, and only once however often that is asked', async () => {
      expect((await post('/v1/replies/r-retried/retry', {})).status).to.equal(404);
      await ended('ReplyFailed', 'r-retried');
      const [first, again] = [
        await post('/v1/replies/r-retried/retry', {}),
        await post('/v1/replies/r-retried/retry', {}),
      ];
      expect([first.status, again.status]).to.deep.equal([202, 202]);
      expect(first.body).to.deep.include({ retryOf: 'r-retried', status: 'queued', conversationId: CONVERSATION });
      expect(again.body.replyId).to.equal(first.body.replyId);
      await published();
      const sent = (await commands()).filter(({ retryOf }) => retryOf === 'r-retried');
      expect(sent.map(({ text }) => text)).to.deep.equal(['Again']);
      expect((await post('/v1/replies/r-retried/retry', {}, { token: foreign })).status).to.equal(404);
      expect((await post(`/v1/replies/${first.body.replyId}/retry`, {})).body.code).to.equal('reply_not_failed');
    });

    it('back before its verdict, and not after it', async () => {
      const { body } = await post(REPLIES, { text: 'Wait' }, { key: 'cancelled' });
      expect((await post(`/v1/replies/${body.replyId}/cancel`, {}, { token: foreign })).status).to.equal(404);
      expect((await post(`/v1/replies/${body.replyId}/cancel`, {})).status).to.equal(202);
      await published();
      const cancels = (await readTopic(bench, topics.replyCommands.name)).filter(({ name }) => name === 'CancelReply');
      expect(cancels.map(({ value }) => value)).to.have.lengthOf(1);
      expect(cancels[0]?.value).to.deep.include({
        replyId: body.replyId,
        channelId: 'biz-1',
        conversationId: CONVERSATION,
      });
      await ended('ReplySent', 'r-sent');
      const { status, body: problem } = await post('/v1/replies/r-sent/cancel', {});
      expect([status, problem.code]).to.deep.equal([409, 'reply_ended']);
    });

    it('and shows it among the messages from the first moment, until its message takes its place', async () => {
      const conversationId = 'CONV-LIVE';
      await bench.publish(received({ conversationId, sentAt: 1_000 }));
      await caughtUp(bench);
      const { body } = await post(
        `/v1/conversations/${conversationId}/replies`,
        { text: 'On its way' },
        { key: 'live' },
      );
      const own = async () => (await api.messages(conversationId)).filter(({ replyId }) => replyId === body.replyId);
      expect(await own()).to.have.lengthOf(1);
      expect((await own())[0]).to.deep.include({ messageId: null, direction: 'outgoing', status: 'queued' });
      expect((await own())[0]?.content).to.deep.equal({ kind: 'text', text: 'On its way' });

      const status = { replyId: body.replyId, channelId: 'biz-1', conversationId, at: 2_000 };
      await bench.publish(
        ['ReplyQueued', { ...status, command: null }],
        ['ReplySent', { ...status, messageId: 'm-live', attempts: 1, corrects: false }],
      );
      await caughtUp(bench);
      expect((await own()).map((message) => message.status)).to.deep.equal(['sent']);

      await bench.publish(echoed({ conversationId, messageId: 'm-live', sentAt: 2_001 }));
      await caughtUp(bench);
      expect((await own()).map((message) => [message.messageId, message.status])).to.deep.equal([
        ['m-live', 'delivered'],
      ]);
      expect(await api.messages(conversationId)).to.have.lengthOf(2);
      expect((await api.get(`/v1/replies/${body.replyId}`)).body).to.deep.include({
        status: 'delivered',
        messageId: 'm-live',
        attempts: 1,
      });
    });
  });
});
