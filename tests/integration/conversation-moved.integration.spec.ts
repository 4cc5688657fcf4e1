import { eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import {
  apiOf,
  type Bench,
  caughtUp,
  connected,
  echoed,
  image,
  type Json,
  prepareConversation,
  type RunningConversation,
  received,
  startConversation,
} from '../support/conversation.ts';
import { has, readEvents } from '../support/events.ts';
import { PNG } from '../support/images.ts';
import { type MediaPeers, startMediaPeers } from '../support/media-peers.ts';
import { sendReply, textContent } from '../support/records.ts';

const MOVED_AT = 10_000;

describe('a channel that an operator moved to another account', () => {
  let bench: Bench;
  let peers: MediaPeers;
  let service: RunningConversation;
  let former: string;
  let present: string;
  let media: string;
  let cursor: string;

  const of = (authorization: string) => apiOf(service.publicUrl, authorization);
  const statusOf = async (authorization: string, path: string): Promise<number> =>
    (await fetch(`${service.publicUrl}${path}`, { headers: { authorization } })).status;
  const reply = (replyId: string, at: number) => ({
    replyId,
    channelId: 'biz-1',
    conversationId: 'BOTH',
    at,
    attempts: 1,
  });

  before(async () => {
    peers = await startMediaPeers();
    peers.files.set('MEDIA-OLD', PNG);
    bench = await prepareConversation();
    service = await startConversation(bench, { environment: peers.environment });
    former = await bench.identity.authorize({ accountId: 'account-1' });
    present = await bench.identity.authorize({ accountId: 'account-2' });
    await bench.publish(
      connected(),
      received({ conversationId: 'OLD', messageId: 'o-1', sentAt: 1_000, content: textContent('secret umbrella') }),
      received({ conversationId: 'BOTH', messageId: 'b-1', sentAt: 2_000, content: textContent('secret garden') }),
      received({ conversationId: 'BOTH', messageId: 'b-2', sentAt: 3_000, content: image('MEDIA-OLD') }),
      ['ReplyQueued', { ...reply('r-old', 4_000), command: sendReply({ replyId: 'r-old', text: 'old words' }) }],
      [
        'EuropeanMessageNoticed',
        {
          channelId: 'biz-1',
          sentAt: 5_000,
          businessUsername: null,
          logId: null,
          receivedAt: 5_000,
          rawContent: Buffer.from('{}'),
        },
      ],
    );
    await caughtUp(bench);
    media = await eventually('the image is fetched', async () => {
      const shown = (await of(former).messages('BOTH')).find(({ messageId }) => messageId === 'b-2');
      return shown?.content.media?.url as string | undefined;
    });
    cursor = (await of(former).get('/v1/conversations')).body.eventCursor;
    await bench.publish(
      connected({ accountId: 'account-2', visibleFrom: MOVED_AT }, 2),
      // Something happens to what is old, and something is new.
      received({
        conversationId: 'OLD',
        messageId: 'o-1',
        sentAt: 1_000,
        logId: 'again',
        content: textContent('secret umbrella'),
      }),
      ['ReplySent', { ...reply('r-old', 4_500), messageId: 'm-old', corrects: false }],
      echoed({ conversationId: 'BOTH', messageId: 'm-old', sentAt: 4_600 }),
      received({ conversationId: 'BOTH', messageId: 'b-3', sentAt: MOVED_AT, content: textContent('fresh start') }),
    );
    await caughtUp(bench);
  });

  after(async () => {
    await service.stop();
    await bench.stop();
    await peers.stop();
  });

  it('is gone for the former account, with everything in it', async () => {
    expect((await of(former).get('/v1/conversations')).body.items).to.deep.equal([]);
    expect((await of(former).get('/v1/notices')).body.items).to.deep.equal([]);
    for (const path of ['/v1/conversations/BOTH', '/v1/conversations/BOTH/messages', '/v1/replies/r-old', media]) {
      expect([path, await statusOf(former, path)]).to.deep.equal([path, 404]);
    }
    expect((await of(former).all('/v1/conversations?search=secret')).length).to.equal(0);
  });

  it('shows the present account what came since, and nothing that is older', async () => {
    const { items } = (await of(present).get('/v1/conversations')).body;
    expect(items.map(({ conversationId, unreadCount }: Json) => [conversationId, unreadCount])).to.deep.equal([
      ['BOTH', 1],
    ]);
    expect((await of(present).messages('BOTH')).map(({ messageId }) => messageId)).to.deep.equal(['b-3']);
    expect((await of(present).get('/v1/notices')).body.items).to.deep.equal([]);
    for (const path of ['/v1/conversations/OLD', '/v1/replies/r-old', media]) {
      expect([path, await statusOf(present, path)]).to.deep.equal([path, 404]);
    }
    await eventually(
      'what is new can be found',
      async () => (await of(present).all('/v1/conversations?search=fresh')).length === 1,
    );
    expect(await of(present).all('/v1/conversations?search=secret')).to.deep.equal([]);
  });

  it('tells each account by events what it may see, and that the channel moved', async () => {
    const [old, fresh] = [
      await readEvents(service.publicUrl, former, { cursor }),
      await readEvents(service.publicUrl, present, { cursor }),
    ];
    await eventually('what is new is told', () => has(fresh, 'message', { messageId: 'b-3' }));
    await eventually('the former account is told', () => has(old, 'channel', { channelId: 'biz-1' }));

    expect(fresh.events.filter(({ event }) => event === 'message').map(({ data }) => data.messageId)).to.deep.equal([
      'b-3',
    ]);
    expect(fresh.events.some(({ data }) => data.conversationId === 'OLD' || data.replyId === 'r-old')).to.equal(false);
    expect(new Set(old.events.map(({ event }) => event))).to.deep.equal(new Set(['ready', 'channel']));
    await Promise.all([old.close(), fresh.close()]);
  });
});
