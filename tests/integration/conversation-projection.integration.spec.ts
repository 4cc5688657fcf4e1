import { eventually } from '@tiktok-channel/platform/testing';
import { topics } from '@tiktok-channel/schemas';
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
  readKeyed,
  received,
  startConversation,
} from '../support/conversation.ts';
import { sendReply, textContent } from '../support/records.ts';

const CONVERSATION = 'CONV+a/b==';

describe('the projection of conversations on a real broker, registry and database', () => {
  let bench: Bench;
  let service: RunningConversation;
  let api: ReturnType<typeof apiOf>;

  before(async () => {
    bench = await prepareConversation();
    service = await startConversation(bench);
    api = apiOf(service.publicUrl, await bench.identity.authorize({ accountId: 'account-1' }));
  });

  after(async () => {
    await service.stop();
    await bench.stop();
  });

  it('shows a customer who wrote to a connected channel', async () => {
    await bench.publish(connected(), received());
    const list = await eventually('a conversation is listed', async () => {
      const { body } = await api.get('/v1/conversations');
      return body.items.length === 1 && body.items;
    });

    expect(list[0]).to.deep.include({ conversationId: CONVERSATION, channelId: 'biz-1', updatedAt: 1_767_225_599_120 });
    expect(list[0].customer).to.deep.include({ userId: 'u-7f3a', username: 'mia.shopper', isFollower: false });
    expect(list[0].lastMessage).to.deep.include({
      messageId: 'MSG-0001',
      direction: 'incoming',
      content: { kind: 'text', text: 'Is this in stock?' },
      status: null,
    });
  });

  it('shows a message once that was delivered a hundred times', async () => {
    const duplicates = Array.from({ length: 100 }, (_, index) =>
      received({ messageId: 'MSG-DUP', conversationId: 'CONV-DUP', logId: `log-${index}`, receivedAt: 2_000 - index }),
    );
    await bench.publish(...duplicates);
    await caughtUp(bench);

    expect(await api.messages('CONV-DUP')).to.have.lengthOf(1);
    const [row] = await bench.database.client.$queryRawUnsafe<readonly Record<string, unknown>[]>(
      `SELECT received_at, log_id FROM projection_1.messages WHERE conversation_id = 'CONV-DUP'`,
    );
    expect(row).to.deep.equal({ received_at: 1_901n, log_id: 'log-0' });
  });

  it('keeps a text with a character that no database holds', async () => {
    await bench.publish(received({ conversationId: 'CONV-NUL', content: textContent('a\u0000b') }));
    await caughtUp(bench);

    expect((await api.messages('CONV-NUL'))[0]?.content.text).to.equal('a\ufffdb');
  });

  it("reads in TikTok's order whatever order records arrive in", async () => {
    const at = (sentAt: number, messageId: string) => received({ conversationId: 'CONV-ORDER', sentAt, messageId });
    await bench.publish(at(3_000, 'c'), at(1_000, 'a'), at(2_000, 'b2'), at(2_000, 'b1'));
    await caughtUp(bench);

    const messages = await api.messages('CONV-ORDER');
    expect(messages.map(({ messageId }) => messageId)).to.deep.equal(['a', 'b1', 'b2', 'c']);
    const { body } = await api.get('/v1/conversations/CONV-ORDER');
    expect(body.lastMessage.messageId).to.equal('c');
  });

  it('keeps a poison record as a dead letter while others flow', async () => {
    const poison = { topic: topics.messages.name, key: 'CONV-POISON', headers: {}, value: Buffer.from('no avro') };
    await bench.send([poison]);
    await bench.publish(received({ conversationId: 'CONV-POISON' }));
    await caughtUp(bench);

    expect(await api.messages('CONV-POISON')).to.have.lengthOf(1);
    expect(await deadLetters(bench)).to.equal(1n);
  });

  it('keeps one dead letter of a batch whose row the database refuses, and stores the others', async () => {
    // An index row of more than 2,704 bytes is refused by PostgreSQL: an id that long is at fault, not its neighbours.
    const tooLong = Array.from({ length: 9_000 }, (_, index) =>
      String.fromCharCode(0x4e00 + ((index * 7_919) % 20_000)),
    );
    const good = (messageId: string) => received({ conversationId: 'CONV-HALVED', messageId });
    await bench.publish(good('m1'), good('m2'), good(tooLong.join('')), good('m3'));
    await caughtUp(bench);

    expect((await api.messages('CONV-HALVED')).map(({ messageId }) => messageId)).to.deep.equal(['m1', 'm2', 'm3']);
    expect(await deadLetters(bench)).to.equal(2n);
  });

  it('meets echo and reply by message id, and marks as read what was sent up to the mark, in any order', async () => {
    const reply = (replyId: string, messageId: string) =>
      [
        'ReplySent',
        {
          replyId,
          channelId: 'biz-1',
          conversationId: 'CONV-MEET',
          at: 5_000,
          messageId,
          attempts: 1,
          corrects: false,
        },
      ] as const;
    await bench.publish(
      ['ConversationRead', readUpTo('CONV-MEET', 2_000)],
      received({ conversationId: 'CONV-MEET', messageId: 'm0', sentAt: 500 }),
      reply('r1', 'm1'),
      echoed({ conversationId: 'CONV-MEET', messageId: 'm1', sentAt: 1_000 }),
      echoed({ conversationId: 'CONV-MEET', messageId: 'm2', sentAt: 3_000 }),
      reply('r2', 'm2'),
      reply('r3', 'm3'),
    );
    await caughtUp(bench);

    const messages = await api.messages('CONV-MEET');
    expect(messages.map(({ messageId, replyId, status }) => [messageId, replyId, status])).to.deep.equal([
      ['m0', null, null],
      ['m1', 'r1', 'read'],
      ['m2', 'r2', 'delivered'],
      [null, 'r3', 'sent'],
    ]);
  });

  it('lets nothing wait for a conversation that no snapshot can hold, nor for a message without an id', async () => {
    const latest = Number.MAX_SAFE_INTEGER - 1_000_000;
    await bench.publish(
      received({ conversationId: 'CONV-LATEST', messageId: 'm-latest', sentAt: latest }),
      received({ conversationId: 'CONV-NAMELESS', messageId: '', content: textContent('nameless') }),
      received({ conversationId: 'CONV-BEHIND', messageId: 'm-behind', content: textContent('unmistakable') }),
    );
    await caughtUp(bench);
    await eventually('what came with it is found', async () => {
      const { items } = (await api.get('/v1/conversations?search=unmistakable')).body;
      return items.length === 1;
    });
    const ids = await eventually('what came with it is published', async () => {
      const published = new Map(await readKeyed(bench, topics.conversations.name));
      return published.has('CONV-NAMELESS') && published.has('CONV-BEHIND') && [...published.keys()];
    });
    expect(ids).to.not.include('CONV-LATEST');
  });

  it('has an answer that failed for its last line until a message comes after it, and stays in its place', async () => {
    const about = (replyId: string, at: number) => ({ replyId, channelId: 'biz-1', conversationId: 'CONV-LAST', at });
    const asked = (replyId: string, at: number) =>
      ['ReplyQueued', { ...about(replyId, at), command: sendReply({ replyId, text: replyId }) }] as const;
    const failure = { code: 'tiktok_rejected', retryable: false, nextAllowedAt: null, message: 'No.', advice: null };
    const last = async () => {
      await caughtUp(bench);
      const { items } = (await api.get('/v1/conversations')).body;
      const listed = items.find(({ conversationId }: Json) => conversationId === 'CONV-LAST');
      expect((await api.get('/v1/conversations/CONV-LAST')).body).to.deep.equal(listed);
      return { ...listed.lastMessage, updatedAt: listed.updatedAt };
    };
    await bench.publish(
      received({ conversationId: 'CONV-LAST', messageId: 'm-asks', sentAt: 1_000 }),
      asked('r-failed', 2_000),
      ['ReplyFailed', { ...about('r-failed', 3_000), ...failure, tiktok: null, attempts: 1 }],
      asked('r-cancelled', 4_000),
      ['ReplyCancelled', { ...about('r-cancelled', 5_000), requestedBy: null, attempts: 0 }],
    );
    expect(await last()).to.deep.include({ replyId: 'r-failed', messageId: null, status: 'failed', updatedAt: 1_000 });

    await bench.publish(echoed({ conversationId: 'CONV-LAST', messageId: 'm-answer', sentAt: 6_000 }));
    expect(await last()).to.deep.include({ messageId: 'm-answer', status: 'delivered', updatedAt: 6_000 });
  });

  it('shows nothing of a channel until it is connected, and then to its account alone', async () => {
    await bench.publish(received({ channelId: 'biz-9', conversationId: 'CONV-9' }));
    await caughtUp(bench);
    const stranger = apiOf(service.publicUrl, await bench.identity.authorize({ accountId: 'account-9' }));
    expect((await stranger.get('/v1/conversations')).body.items).to.deep.equal([]);
    expect((await stranger.get('/v1/conversations/CONV-9')).status).to.equal(404);

    await bench.publish(connected({ channelId: 'biz-9', accountId: 'account-9' }));
    await caughtUp(bench);
    expect((await stranger.get('/v1/conversations')).body.items).to.have.lengthOf(1);
    expect((await api.get('/v1/conversations/CONV-9')).status).to.equal(404);
    expect((await api.get('/v1/conversations/CONV-9/messages')).status).to.equal(404);
  });

  it('ignores a version of a channel that is lower than the one it has', async () => {
    await bench.publish(
      connected({ channelId: 'biz-8', accountId: 'account-8', visibleFrom: 10 }, 5),
      connected({ channelId: 'biz-8', accountId: 'account-other' }, 4),
    );
    await caughtUp(bench);

    const rows = await bench.database.client.$queryRawUnsafe(
      `SELECT account_id, version FROM projection_1.channels WHERE channel_id = 'biz-8'`,
    );
    expect(rows).to.deep.equal([{ account_id: 'account-8', version: 5n }]);
  });

  const deadLetters = async ({ kafka }: Bench): Promise<bigint> => {
    const admin = kafka.createAdmin();
    await admin.start();
    const ends = await admin.endOffsets(topics.conversationDeadLetters.name);
    await admin.stop();
    return [...ends.values()].reduce((sum, end) => sum + end, 0n);
  };

  const readUpTo = (conversationId: string, mark: number) => ({
    channelId: 'biz-1',
    conversationId,
    readUpTo: mark,
    reader: { userId: 'u-7f3a', username: 'mia.shopper' },
    occurredAt: mark,
    logId: null,
    receivedAt: mark,
  });
});
