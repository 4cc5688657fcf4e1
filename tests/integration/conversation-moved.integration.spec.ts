import { eventually } from '@tiktok-channel/platform/testing';
import { topics } from '@tiktok-channel/schemas';
import { expect } from 'chai';
import {
  type AnyRecord,
  apiOf,
  type Bench,
  caughtUp,
  connected,
  echoed,
  image,
  type Json,
  prepareConversation,
  type RunningConversation,
  readKeyed,
  received,
  released,
  startConversation,
} from '../support/conversation.ts';
import { dumpDatabase } from '../support/database-dump.ts';
import { type EventReader, has, readEvents } from '../support/events.ts';
import { PNG } from '../support/images.ts';
import { type MediaPeers, startMediaPeers } from '../support/media-peers.ts';
import { projectionsOf } from '../support/projections.ts';
import { sendReply, textContent } from '../support/records.ts';

const MOVED_AT = 10_000;
/** Words and ids that the former account alone knew. */
const SECRETS = ['umbrella', 'garden', 'old words', 'mia.former', 'Mia of old', 'MEDIA-OLD', 'ref-secret'];

const reply = (replyId: string, at: number) => ({
  replyId,
  channelId: 'biz-1',
  conversationId: 'BOTH',
  at,
  attempts: 1,
});

/** All kinds of what a channel can hold, before an operator released it. */
const PAST: readonly AnyRecord[] = [
  received({ conversationId: 'OLD', messageId: 'o-1', sentAt: 1_000, content: textContent('secret umbrella') }),
  received({
    conversationId: 'BOTH',
    messageId: 'b-1',
    sentAt: 2_000,
    content: textContent('secret garden'),
    sender: { userId: 'u-7f3a', username: 'mia.former' },
  }),
  received({ conversationId: 'BOTH', messageId: 'b-2', sentAt: 3_000, content: image('MEDIA-OLD') }),
  [
    'ReactionChanged',
    {
      channelId: 'biz-1',
      conversationId: 'BOTH',
      messageId: 'b-1',
      operation: 'ADDED',
      emoji: '\u{1f600}',
      emojiUrl: null,
      person: { userId: 'u-7f3a', username: null },
      occurredAt: 3_100,
      isFollower: null,
      origin: 'WEBHOOK',
      logId: null,
      receivedAt: 3_100,
      rawContent: null,
    },
  ],
  [
    'ReferralReceived',
    {
      channelId: 'biz-1',
      conversationId: 'BOTH',
      person: { userId: 'u-7f3a', username: null },
      source: 'LINK',
      tiktokSource: 'short_link',
      ad: null,
      link: { reference: 'ref-secret', prefilledMessage: 'old words', prefilledMessageAudit: null },
      occurredAt: 3_200,
      isFollower: null,
      origin: 'WEBHOOK',
      logId: null,
      receivedAt: 3_200,
      rawContent: null,
    },
  ],
  [
    'ConversationRead',
    {
      channelId: 'biz-1',
      conversationId: 'BOTH',
      readUpTo: 3_500,
      reader: { userId: 'u-7f3a', username: null },
      occurredAt: 3_500,
      logId: null,
      receivedAt: 3_500,
    },
  ],
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
];

/** Something happens to what is old when the channel has moved: late, again, and by an import. */
const LATE: readonly AnyRecord[] = [
  ...PAST,
  received({
    conversationId: 'OLD',
    messageId: 'o-1',
    sentAt: 1_000,
    origin: 'HISTORY',
    content: textContent('secret umbrella'),
  }),
  received({ conversationId: 'LATE', messageId: 'l-1', sentAt: 9_999, content: textContent('garden umbrella') }),
  ['ReplyDelayed', { ...reply('r-old', MOVED_AT + 500), reason: 'old words', until: null }],
  ['ReplySent', { ...reply('r-old', MOVED_AT + 1_000), messageId: 'm-old', corrects: false }],
];

const PRESENT: readonly AnyRecord[] = [
  received({
    conversationId: 'BOTH',
    messageId: 'b-3',
    sentAt: MOVED_AT,
    content: textContent('fresh start'),
    sender: { userId: 'u-7f3a', username: null },
    isFollower: null,
  }),
  echoed({
    conversationId: 'BOTH',
    messageId: 'b-4',
    sentAt: MOVED_AT + 1,
    recipient: { userId: 'u-7f3a', username: null },
    content: textContent('welcome'),
  }),
];

describe('a channel that an operator moved to another account', () => {
  let bench: Bench;
  let peers: MediaPeers;
  let service: RunningConversation;
  let former: string;
  let present: string;
  let media: string;
  let asked: string;
  let cursor: string;
  let watching: EventReader;

  const of = (authorization: string) => apiOf(service.publicUrl, authorization);
  const statusOf = async (authorization: string | null, path: string, init: RequestInit = {}): Promise<number> =>
    (
      await fetch(`${service.publicUrl}${path}`, {
        ...init,
        headers: { ...(authorization === null ? {} : { authorization }), ...(init.headers as Record<string, string>) },
      })
    ).status;
  const ask = (authorization: string, text: string) =>
    fetch(`${service.publicUrl}/v1/conversations/BOTH/replies`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json', 'idempotency-key': 'the-same-key' },
      body: JSON.stringify({ text }),
    });
  /** What is left of them when the topic is compacted. */
  const snapshots = async () => new Map(await readKeyed(bench, topics.conversations.name));
  const dump = () => dumpDatabase(bench.database, { but: ['outbox'] });

  before(async () => {
    peers = await startMediaPeers();
    peers.files.set('MEDIA-OLD', PNG);
    peers.files.set('/avatars/mia', PNG);
    peers.contents.set('BOTH', {
      participants: [
        { role: 'PERSONAL_ACCOUNT', display_name: 'Mia of old', profile_image: `${peers.url}/avatars/mia?x=1` },
      ],
      messages: [],
    });
    bench = await prepareConversation();
    service = await startConversation(bench, { environment: peers.environment });
    former = await bench.identity.authorize({ accountId: 'account-1' });
    present = await bench.identity.authorize({ accountId: 'account-2' });
    await bench.publish(connected(), ...PAST);
    await caughtUp(bench);
    media = await eventually('the image is fetched', async () => {
      const shown = (await of(former).messages('BOTH')).find(({ messageId }) => messageId === 'b-2');
      return shown?.content.media?.url as string | undefined;
    });
    await eventually('the customer is looked up', async () => {
      const { body } = await of(former).get('/v1/conversations/BOTH');
      return body.customer.avatarUrl !== null;
    });
    await eventually(
      'what is said can be found',
      async () => (await of(former).all('/v1/conversations?search=garden')).length === 1,
    );
    await eventually('its conversations are published', async () => {
      const published = await snapshots();
      return published.get('OLD') !== undefined && published.get('BOTH') !== undefined;
    });
    asked = ((await (await ask(former, 'old words')).json()) as Json).replyId;
    await statusOf(former, '/v1/conversations/BOTH/read', {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    cursor = (await of(former).get('/v1/conversations')).body.eventCursor;
    watching = await readEvents(service.publicUrl, former);
    await eventually('the former account watches', () => watching.events.length > 0);
  });

  after(async () => {
    await service.stop();
    await bench.stop();
    await peers.stop();
  });

  it('holds what is tested below, before it is released', async () => {
    const rows = await dump();
    for (const word of SECRETS) expect(rows, word).to.include(word);
    expect(rows).to.include(asked);
    expect(await statusOf(null, media)).to.equal(200);
  });

  it('is erased with its release, beside the builds too, and its former account is told', async () => {
    await bench.publish(released(MOVED_AT, 2));
    await caughtUp(bench);
    await eventually('the former account is told', () => has(watching, 'channel', { channelId: 'biz-1' }));

    const rows = await dump();
    for (const word of [...SECRETS, asked]) expect(rows, word).not.to.include(word);
    for (const table of ['media', 'media_bytes', 'participants', 'agent_read_marks', 'reply_requests', 'snapshots']) {
      expect([table, await bench.database.client.$queryRawUnsafe(`SELECT FROM ${table}`)]).to.deep.equal([table, []]);
    }
    await eventually('what was published of it is taken back', async () => {
      const published = await snapshots();
      return published.get('OLD') === null && published.get('BOTH') === null;
    });
    const told = watching.events.length;
    await bench.publish(...LATE);
    await caughtUp(bench);
    await bench.publish(connected({ accountId: 'account-2', visibleFrom: MOVED_AT }, 3), ...LATE, ...PRESENT);
    await caughtUp(bench);
    expect(watching.events.slice(told).filter(({ event }) => event !== 'channel')).to.deep.equal([]);
    await watching.close();
  });

  it('is gone for the former account, with everything in it', async () => {
    expect((await of(former).get('/v1/conversations')).body.items).to.deep.equal([]);
    expect((await of(former).get('/v1/notices')).body.items).to.deep.equal([]);
    for (const path of [
      '/v1/conversations/BOTH',
      '/v1/conversations/BOTH/messages',
      '/v1/replies/r-old',
      `/v1/replies/${asked}`,
      media.split('?')[0] ?? '',
    ]) {
      expect([path, await statusOf(former, path)]).to.deep.equal([path, 404]);
    }
    expect(await statusOf(null, media), 'by its signed address').to.equal(404);
    for (const word of ['secret', 'garden', 'fresh', 'mia']) {
      expect([word, await of(former).all(`/v1/conversations?search=${word}`)]).to.deep.equal([word, []]);
    }
    expect((await ask(former, 'old words')).status).to.equal(404);
  });

  const expectPresent = async (): Promise<void> => {
    const { items } = (await of(present).get('/v1/conversations')).body;
    expect(items.map(({ conversationId, unreadCount }: Json) => [conversationId, unreadCount])).to.deep.equal([
      ['BOTH', 1],
    ]);
    expect(items[0].customer.username).to.equal(null);
    expect(items[0].referrals).to.deep.equal([]);
    const messages = await of(present).messages('BOTH');
    expect(messages.map(({ messageId, status }) => [messageId, status])).to.deep.equal([
      ['b-3', null],
      ['b-4', 'delivered'],
    ]);
    expect((await of(present).get('/v1/notices')).body.items).to.deep.equal([]);
    for (const path of [
      '/v1/conversations/OLD',
      '/v1/conversations/LATE',
      '/v1/replies/r-old',
      `/v1/replies/${asked}`,
      media.split('?')[0] ?? '',
    ]) {
      expect([path, await statusOf(present, path)]).to.deep.equal([path, 404]);
    }
  };

  it('shows the present account what came since, and nothing that is older', async () => {
    await expectPresent();
    await eventually(
      'what is new can be found',
      async () => (await of(present).all('/v1/conversations?search=fresh')).length === 1,
    );
    for (const word of ['secret', 'umbrella', 'garden', 'former']) {
      expect([word, await of(present).all(`/v1/conversations?search=${word}`)]).to.deep.equal([word, []]);
    }
  });

  it('keeps nothing of what came late', async () => {
    const rows = await dump();
    for (const word of SECRETS.filter((each) => each !== 'Mia of old')) expect(rows, word).not.to.include(word);
  });

  it('tells each account by events what it may see, and that the channel moved', async () => {
    const [old, fresh] = [
      await readEvents(service.publicUrl, former, { cursor }),
      await readEvents(service.publicUrl, present, { cursor }),
    ];
    await eventually('what is new is told', () => has(fresh, 'message', { messageId: 'b-3' }));
    await eventually('the former account is told', () => has(old, 'channel', { channelId: 'biz-1' }));

    const about = new Set(fresh.events.filter(({ event }) => event === 'message').map(({ data }) => data.messageId));
    expect([...about].toSorted()).to.deep.equal(['b-3', 'b-4']);
    expect(JSON.stringify(fresh.events)).not.to.match(/OLD|LATE|r-old|"b-[12]"/);
    expect(new Set(old.events.map(({ event }) => event))).to.deep.equal(new Set(['ready', 'channel']));
    await Promise.all([old.close(), fresh.close()]);
  });

  it('publishes what came since, and nothing else', async () => {
    const published = await eventually('the conversation is published anew', async () => {
      const found = await snapshots();
      return (found.get('BOTH')?.value as Json | undefined)?.outgoingCount === 1 ? found : null;
    });
    expect(published.get('BOTH')?.value).to.deep.include({ incomingCount: 1, readUpTo: null });
    expect(published.get('OLD')).to.equal(null);
    expect([...published.keys()].toSorted()).to.deep.equal(['BOTH', 'OLD']);
  });

  it('takes the key of an idempotent request that the former account used as a new one', async () => {
    const { status, body } = await ask(present, 'new words').then(async (response) => ({
      status: response.status,
      body: (await response.json()) as Json,
    }));
    expect([status, body.replyId === asked]).to.deep.equal([202, false]);
  });

  it('shows nothing else when all is read again from zero, into a new build', async () => {
    const projections = await projectionsOf(bench, service.publicUrl);
    const { build } = (await projections.rebuild()).body;
    await projections.caughtUp(build);
    const { body } = await projections.compare(build);
    expect(body.differences).to.deep.equal([]);
    expect((await projections.switchTo(build)).status).to.be.lessThan(300);
    await projections.told();

    const rows = await dump();
    for (const word of SECRETS.filter((each) => each !== 'Mia of old')) expect(rows, word).not.to.include(word);
    const messages = await of(present).messages('BOTH');
    expect(messages.flatMap(({ messageId }) => messageId ?? [])).to.deep.equal(['b-3', 'b-4']);
    expect(await statusOf(present, '/v1/conversations/OLD')).to.equal(404);
    expect((await of(former).get('/v1/conversations')).body.items).to.deep.equal([]);
  });
});
