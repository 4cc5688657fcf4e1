import { systemClock } from '@tiktok-channel/platform/clock';
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
  readTopic,
  received,
  startConversation,
} from '../support/conversation.ts';
import { has, readEvents } from '../support/events.ts';
import { PNG } from '../support/images.ts';
import { type MediaPeers, startMediaPeers } from '../support/media-peers.ts';
import { textContent } from '../support/records.ts';

const HOUR_MS = 3_600_000;

describe('the people of conversations', () => {
  let bench: Bench;
  let peers: MediaPeers;
  let service: RunningConversation;
  let authorization: string;
  let colleague: string;
  let api: ReturnType<typeof apiOf>;

  before(async () => {
    peers = await startMediaPeers();
    bench = await prepareConversation();
    service = await startConversation(bench, { environment: peers.environment });
    authorization = await bench.identity.authorize({ accountId: 'account-1', userId: 'mira' });
    colleague = await bench.identity.authorize({ accountId: 'account-1', userId: 'noor' });
    api = apiOf(service.publicUrl, authorization);
    await bench.publish(connected(), connected({ channelId: 'biz-2', accountId: 'account-2' }));
    await caughtUp(bench);
  });

  after(async () => {
    await service.stop();
    await bench.stop();
    await peers.stop();
  });

  const call = async (method: string, path: string, body: object = {}, token = authorization) => {
    const response = await fetch(`${service.publicUrl}${path}`, {
      method,
      headers: { authorization: token, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Json };
  };
  const conversation = async (id: string, token = authorization): Promise<Json> =>
    (await apiOf(service.publicUrl, token).get(`/v1/conversations/${id}`)).body;

  describe('unread messages', () => {
    before(async () => {
      await bench.publish(
        ...[1, 2, 3].map((number) =>
          received({ conversationId: 'UNREAD', messageId: `u-${number}`, sentAt: number * 1_000 }),
        ),
        echoed({ conversationId: 'UNREAD', messageId: 'u-4', sentAt: 4_000 }),
      );
      await caughtUp(bench);
    });

    it('are counted for each person, what the business wrote left out', async () => {
      expect((await conversation('UNREAD')).unreadCount).to.equal(3);
      expect((await call('PUT', '/v1/conversations/UNREAD/read', { readUpTo: 2_000 })).body.readUpTo).to.equal(2_000);
      expect((await conversation('UNREAD')).unreadCount).to.equal(1);
      expect((await conversation('UNREAD', colleague)).unreadCount).to.equal(3);
      const { body } = await api.get('/v1/conversations');
      expect(body.items.find(({ conversationId }: Json) => conversationId === 'UNREAD').unreadCount).to.equal(1);
    });

    it('never grow by a mark that goes back, and none is left when no time is given', async () => {
      await call('PUT', '/v1/conversations/UNREAD/read', { readUpTo: 1_000 });
      expect((await conversation('UNREAD')).unreadCount).to.equal(1);
      expect((await call('PUT', '/v1/conversations/UNREAD/read')).body.readUpTo).to.equal(4_000);
      expect((await conversation('UNREAD')).unreadCount).to.equal(0);
    });

    it('move on the screens of the same person, and on no other', async () => {
      const [mine, theirs] = [
        await readEvents(service.publicUrl, authorization),
        await readEvents(service.publicUrl, colleague),
      ];
      await bench.publish(received({ conversationId: 'UNREAD', messageId: 'u-5', sentAt: 5_000 }));
      await eventually('the message is told', () => has(theirs, 'message', { messageId: 'u-5' }));
      await call('PUT', '/v1/conversations/UNREAD/read');
      await eventually('the mark is told', () => has(mine, 'read', { conversationId: 'UNREAD' }));
      await call('POST', '/v1/conversations/UNREAD/typing');
      await bench.publish(received({ conversationId: 'UNREAD', messageId: 'u-6', sentAt: 6_000 }));
      await eventually('a later message is told', () => has(theirs, 'message', { messageId: 'u-6' }));
      expect(theirs.events.filter(({ event }) => event === 'read')).to.deep.equal([]);
      await Promise.all([mine.close(), theirs.close()]);
    });

    it('that were all read are shown to the customer as read, and so is that somebody types', async () => {
      const sent = await eventually('both actions are on the topic', async () => {
        const found = await readTopic(bench, topics.replyCommands.name);
        const actions = found.flatMap(({ name, value }) => (name === 'SendReply' ? [value.action] : []));
        return actions.includes('TYPING') && actions.includes('MARK_READ') && actions;
      });
      // One for the mark of 4,000 and one for that of 5,000; the earlier marks left something unread.
      expect(sent.filter((action) => action === 'MARK_READ')).to.have.lengthOf(2);
    });

    it("are nobody's business in another account", async () => {
      const foreign = await bench.identity.authorize({ accountId: 'account-2' });
      expect((await call('PUT', '/v1/conversations/UNREAD/read', {}, foreign)).status).to.equal(404);
      expect((await call('POST', '/v1/conversations/UNREAD/typing', {}, foreign)).status).to.equal(404);
      const { status, body } = await call('PUT', '/v1/conversations/UNREAD/read', { readUpTo: 'now' });
      expect([status, body.errors[0].field]).to.deep.equal([400, 'readUpTo']);
    });
  });

  describe('customers', () => {
    const picture = '/avatars/mia.png';
    /** From one look-up to the next; undefined where nobody is to be looked up at all. */
    const waitOf = async (conversationId: string): Promise<bigint | null | undefined> => {
      const [row] = await bench.database.client.$queryRawUnsafe<readonly Json[]>(
        'SELECT next_fetch_at - fetched_at AS wait FROM participants WHERE conversation_id = $1',
        conversationId,
      );
      return row?.wait;
    };
    const shown = (displayName: string, query: string) => ({
      participants: [
        { role: 'BUSINESS_ACCOUNT', id: 'biz-1', display_name: 'Acme' },
        {
          role: 'PERSONAL_ACCOUNT',
          id: 'u-7f3a',
          display_name: displayName,
          profile_image: `${peers.url}${picture}?${query}`,
          is_follower: false,
        },
      ],
      messages: [{}],
    });

    it('have the name and the picture that TikTok shows, fetched with no token from its temporary address', async () => {
      peers.files.set(picture, PNG);
      peers.contents.set('NAMED', shown('Mia Shopper', 'x-expires=1'));
      await bench.publish(received({ conversationId: 'NAMED', sentAt: 10_000 }));
      const { customer } = await eventually('the customer is known', async () => {
        const found = await conversation('NAMED');
        return found.customer?.avatarUrl && found;
      });

      expect(customer).to.deep.include({ displayName: 'Mia Shopper', username: 'mia.shopper', isFollower: false });
      const response = await fetch(`${service.publicUrl}${customer.avatarUrl}`, { headers: { authorization } });
      expect(Buffer.from(await response.arrayBuffer()).equals(PNG)).to.equal(true);
      expect(peers.calls.find(({ path }) => path.startsWith(picture))?.headers).not.to.have.any.keys(
        'x-user',
        'access-token',
      );
      const foreign = await bench.identity.authorize({ accountId: 'account-2' });
      expect(
        (await fetch(`${service.publicUrl}${customer.avatarUrl}`, { headers: { authorization: foreign } })).status,
      ).to.equal(404);
    });

    it('are asked about again every day while somebody speaks, not before', async () => {
      const asked = () =>
        peers.calls.filter(({ path }) => path.includes('content/list') && path.includes('=NAMED')).length;
      const before = asked();
      peers.contents.set('NAMED', shown('Mia Winter', 'x-expires=2'));
      await bench.publish(received({ conversationId: 'NAMED', messageId: 'soon', sentAt: systemClock.now() }));
      await caughtUp(bench);
      await eventually('it is due later', async () => (await waitOf('NAMED')) === BigInt(24 * HOUR_MS));
      expect(asked()).to.equal(before);
      await bench.database.client.$executeRawUnsafe(
        `UPDATE participants SET next_fetch_at = 1 WHERE conversation_id = 'NAMED'`,
      );
      await eventually(
        'the new name is shown',
        async () => (await conversation('NAMED')).customer.displayName === 'Mia Winter',
      );
      expect(peers.calls.filter(({ path }) => path.startsWith(picture))).to.have.lengthOf(1);
      await eventually('it is due again', async () => (await waitOf('NAMED')) === BigInt(24 * HOUR_MS));
    });

    it('are not asked about again where nobody has spoken for a month', async () => {
      peers.contents.set('QUIET', shown('Mia Quiet', 'x-expires=1'));
      await bench.publish(received({ conversationId: 'QUIET', sentAt: systemClock.now() - 31 * 24 * HOUR_MS }));
      await eventually(
        'the customer is known',
        async () => (await conversation('QUIET')).customer?.displayName === 'Mia Quiet',
      );
      // A later change of another conversation has been followed, so this one's has.
      await bench.publish(received({ conversationId: 'BEHIND', sentAt: 1_000 }));
      await eventually('the changes are followed', async () => (await waitOf('BEHIND')) !== undefined);
      expect(await waitOf('QUIET')).to.equal(null);
    });
  });

  describe('a search', () => {
    const found = async (search: string, query = ''): Promise<readonly string[]> =>
      (await api.all(`/v1/conversations?search=${encodeURIComponent(search)}${query}`, 2)).map(
        ({ conversationId }) => conversationId,
      );

    before(async () => {
      await bench.publish(
        ...['S-1', 'S-2', 'S-3', 'S-4', 'S-5'].flatMap((conversationId, index) => [
          received({
            conversationId,
            messageId: 'a',
            sentAt: 100_000 + index,
            content: textContent('The blue umbrella, please'),
          }),
          received({
            conversationId,
            messageId: 'b',
            sentAt: 200_000 - index,
            content: textContent(index === 2 ? 'สวัสดีครับ' : 'Umbrellas?'),
          }),
        ]),
        received({ channelId: 'biz-2', conversationId: 'S-THEIRS', content: textContent('umbrella') }),
      );
      await caughtUp(bench);
      await eventually('all is indexed', async () => (await found('umbrella')).length === 5);
    });

    it('finds conversations by words of their texts, each once, the newest match first, page by page', async () => {
      expect(await found('umbrella')).to.deep.equal(['S-1', 'S-2', 'S-4', 'S-5', 'S-3']);
      expect(await found('BLUE umbrel')).to.deep.equal(['S-5', 'S-4', 'S-3', 'S-2', 'S-1']);
      expect(await found('blue', '&channelId=biz-2')).to.deep.equal([]);
    });

    it('finds words of a script without spaces', async () => {
      expect(await found('ครับ')).to.deep.equal(['S-3']);
    });

    it('finds customers by handle and by name', async () => {
      await eventually('the new name is indexed', async () => (await found('winter')).includes('NAMED'));
      expect(await found('mia.shop')).to.include.members(['NAMED', 'S-1']);
    });

    it('finds nothing by signs, and nothing of another account', async () => {
      expect(await found('&|!')).to.deep.equal([]);
      expect(await found('umbrella')).not.to.include('S-THEIRS');
    });
  });

  describe('the reply window', () => {
    const now = Date.now();

    it('says which rule applies, until when and how often, and whether that is certain', async () => {
      peers.contents.set('W-1', { participants: [{ role: 'PERSONAL_ACCOUNT', is_follower: false }], messages: [{}] });
      await bench.publish(
        received({ conversationId: 'W-1', messageId: 'w-1', sentAt: now - HOUR_MS }),
        echoed({ conversationId: 'W-1', messageId: 'w-2', sentAt: now - HOUR_MS + 1 }),
        echoed({
          conversationId: 'W-1',
          messageId: 'w-3',
          sentAt: now - HOUR_MS + 2,
          automaticMessageType: 'WELCOME_MESSAGE',
        }),
        received({ conversationId: 'W-2', messageId: 'w-1', sentAt: now - 50 * HOUR_MS, isFollower: true }),
        echoed({ conversationId: 'W-2', messageId: 'w-2', sentAt: now - HOUR_MS }),
        received({ conversationId: 'W-3', messageId: 'w-1', sentAt: now - 50 * HOUR_MS }),
        received({ conversationId: 'W-3', messageId: 'w-2', sentAt: now - HOUR_MS }),
      );
      await caughtUp(bench);
      await eventually(
        'the conversation is known to be whole',
        async () => (await conversation('W-1')).replyWindow.certain,
      );

      expect((await conversation('W-1')).replyWindow).to.deep.equal({
        rule: 'first_message',
        certain: true,
        closesAt: now + 47 * HOUR_MS,
        remaining: 9,
      });
      expect((await conversation('W-2')).replyWindow).to.deep.equal({
        rule: 'after_silence',
        certain: false,
        closesAt: null,
        remaining: 2,
      });
      expect((await conversation('W-3')).replyWindow).to.deep.include({ rule: 'later_message', remaining: null });
    });

    it('is closed where TikTok said so', async () => {
      await bench.publish([
        'ReplyFailed',
        {
          replyId: 'r-closed',
          channelId: 'biz-1',
          conversationId: 'W-3',
          at: now,
          code: 'reply_window_closed',
          retryable: false,
          nextAllowedAt: null,
          message: 'Closed.',
          advice: null,
          tiktok: { code: 40_064, message: null, requestId: null },
          attempts: 1,
        },
      ]);
      await caughtUp(bench);
      expect((await conversation('W-3')).replyWindow).to.deep.include({ certain: true, remaining: 0 });
    });

    it('is published with each conversation, whose newest revision says what the API says', async () => {
      const newest = await eventually('the snapshots say it all', async () => {
        const snapshots = (await readTopic(bench, topics.conversations.name)).flatMap(({ name, value }) =>
          name === 'ConversationSnapshot' ? [value] : [],
        );
        const byId = new Map<string, (typeof snapshots)[number]>();
        for (const snapshot of snapshots) {
          const known = byId.get(snapshot.conversationId);
          if (known !== undefined) expect(snapshot.revision).to.be.greaterThan(known.revision);
          byId.set(snapshot.conversationId, snapshot);
        }
        return (
          byId.get('NAMED')?.customer?.displayName === 'Mia Winter' && byId.get('W-3')?.replyWindow?.limit === 0 && byId
        );
      });

      expect(newest.get('W-1')).to.deep.include({ incomingCount: 1, outgoingCount: 2, readUpTo: null });
      expect({ ...newest.get('W-1')?.replyWindow }).to.deep.equal({
        rule: 'first_message',
        isCertain: true,
        closesAt: now + 47 * HOUR_MS,
        limit: 10,
        used: 1,
      });
      expect(newest.get('W-2')?.replyWindow).to.deep.include({ rule: 'first_message', isCertain: false, limit: 10 });
      expect(newest.get('UNREAD')?.lastMessage).to.deep.include({
        messageId: 'u-6',
        direction: 'INCOMING',
        kind: 'TEXT',
      });
    });
  });
});
