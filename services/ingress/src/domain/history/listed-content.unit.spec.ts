import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseJson } from '@tiktok-channel/platform/tiktok';
import { expect } from 'chai';
import { readDelivery } from '../read-delivery.ts';
import { eventsOf, readListedContent } from './listed-content.ts';
import { inOrder, type ListedConversation, readConversationPage } from './listed-conversations.ts';

const FIXTURES = join(import.meta.dirname, '..', '..', '..', '..', '..', 'tests', 'fixtures');
const LISTS = ['conversation-list'];
const RECEIVED_AT = 1_767_999_999_999;
const CHANNEL = 'biz-open-id-1';

const json = (name: string): unknown => parseJson(readFileSync(join(FIXTURES, 'history', `${name}.json`), 'utf8'));

const people = [
  { role: 'BUSINESS_ACCOUNT', id: CHANNEL, display_name: 'Acme Store' },
  { role: 'PERSONAL_ACCOUNT', id: 'u-7f3a', display_name: 'Mia', is_follower: true },
];
const conversationOf = (overrides: Partial<ListedConversation> = {}): ListedConversation => ({
  conversationId: 'CONV+a/b==',
  updatedAt: 1_767_225_700_456,
  ads: [],
  ...overrides,
});
const contentOf = (data: unknown, conversation = conversationOf()) =>
  readListedContent(data, { channelId: CHANNEL, receivedAt: RECEIVED_AT, conversation });
/** What a list of this one message is read as. */
const read = (fixture: string) => {
  const content = contentOf({ participants: people, messages: [json(fixture)] });
  if (content === null) throw new Error(`${fixture} is no message`);
  return { ...content, events: eventsOf(content) };
};

const mia = { userId: 'u-7f3a', username: 'mia.shopper' };
const acme = { userId: CHANNEL, username: 'acme.store' };
const content = (kind: string, tiktokType: string, blocks: object = {}) => ({
  kind,
  tiktokType,
  text: null,
  image: null,
  sharedPost: null,
  video: null,
  sticker: null,
  emoji: null,
  template: null,
  ...blocks,
});
const text = (body: string) => ({ content: content('TEXT', 'text', { text: { body } }) });
const incoming = (messageId: string) => ({
  channelId: CHANNEL,
  conversationId: 'CONV+a/b==',
  messageId,
  sentAt: 1_767_225_599_120,
  sender: mia,
  recipient: acme,
  quotedMessageId: null,
  source: 'APP',
  automaticMessageType: null,
  buttonTap: null,
  isFollower: true,
  origin: 'HISTORY',
  logId: null,
  receivedAt: RECEIVED_AT,
});
const outgoing = (messageId: string) => ({ ...incoming(messageId), sender: acme, recipient: mia });
const reaction = {
  channelId: CHANNEL,
  conversationId: 'CONV+a/b==',
  messageId: 'MSG-0000',
  operation: 'ADDED',
  emoji: null,
  emojiUrl: null,
  person: mia,
  isFollower: true,
  origin: 'HISTORY',
  receivedAt: RECEIVED_AT,
};

/** A new kind is a file and a row. None: it cannot be read. */
const rows: Readonly<Record<string, readonly (readonly [type: string, record: object])[]>> = {
  text: [['MessageReceived', { ...incoming('MSG-0001'), ...text('Is this in stock?') }]],
  'text-minimal': [['MessageReceived', { ...incoming('MSG-0001'), ...text('Is this in stock?'), source: 'UNKNOWN' }]],
  'text-in-seconds': [['MessageReceived', { ...incoming('MSG-0001'), sentAt: 1_767_225_599_000 }]],
  'text-without-ids': [['MessageReceived', { ...incoming('MSG-0001'), ...text('Hi') }]],
  'echo-from-app': [
    ['MessageEchoed', { ...outgoing('MSG-0002'), sentAt: 1_767_225_700_456, ...text('Yes, all sizes.') }],
  ],
  'echo-from-api': [['MessageEchoed', { ...outgoing('MSG-0003'), sentAt: 1_767_225_701_000, source: 'API' }]],
  image: [
    [
      'MessageReceived',
      { ...incoming('MSG-0004'), content: content('IMAGE', 'image', { image: { mediaId: 'MEDIA-1' } }) },
    ],
  ],
  video: [['MessageReceived', { content: content('VIDEO', 'video', { video: { mediaId: 'MEDIA-2' } }) }]],
  'share-post': [
    [
      'MessageReceived',
      {
        content: content('SHARED_POST', 'share_post', {
          sharedPost: { videoId: null, embedUrl: 'https://www.tiktok.com/player/v1/7300000000000000042' },
        }),
      },
    ],
  ],
  sticker: [
    [
      'MessageReceived',
      {
        content: content('STICKER', 'sticker', {
          sticker: { url: 'https://p16-sign.tiktokcdn.com/sticker/1.webp?x-expires=1769817600' },
        }),
      },
    ],
  ],
  emoji: [
    [
      'MessageReceived',
      { content: content('EMOJI', 'emoji', { emoji: { url: 'https://p16.tiktokcdn.com/emoji/1.webp' } }) },
    ],
  ],
  template: [
    [
      'MessageEchoed',
      {
        ...outgoing('MSG-0009'),
        source: 'API',
        content: content('TEMPLATE', 'template', {
          template: {
            type: 'QA_BUTTON_CARD',
            cards: [
              {
                title: 'What is it about?',
                buttons: [
                  { buttonId: 'sizes', label: 'Sizes', type: 'REPLY' },
                  { buttonId: 'delivery', label: 'Delivery', type: 'REPLY' },
                ],
              },
            ],
          },
        }),
      },
    ],
  ],
  other: [['MessageReceived', { ...incoming('MSG-0010'), content: content('UNSUPPORTED', 'other') }]],
  quoted: [['MessageReceived', { ...incoming('MSG-0011'), ...text('This one'), quotedMessageId: 'MSG-0002' }]],
  automatic: [
    [
      'MessageEchoed',
      {
        ...outgoing('MSG-0012'),
        ...text('Welcome!'),
        source: 'OTHERS',
        automaticMessageType: 'WELCOME_MESSAGE',
      },
    ],
  ],
  // The fourth says nobody's.
  reactions: [
    ['MessageEchoed', { ...outgoing('MSG-0000'), sentAt: 1_767_225_500_000 }],
    ['ReactionChanged', { ...reaction, emoji: '👍', occurredAt: 1_767_225_599_120 }],
    [
      'ReactionChanged',
      {
        ...reaction,
        emojiUrl: 'https://p16-sign.tiktokcdn.com/ai-emoji/9.webp?x-expires=1772409600&x-signature=c%2Fd',
        occurredAt: 1_767_225_599_000,
      },
    ],
    ['ReactionChanged', { ...reaction, emoji: '🙏', person: acme, occurredAt: 1_767_225_599_120 }],
  ],
  'ids-as-numbers': [['MessageReceived', { ...incoming('7300000000000000006') }]],
  'of-nobody': [],
  'text-without-body': [],
};

describe('a message of the content list', () => {
  for (const [fixture, expected] of Object.entries(rows)) {
    it(`as in ${fixture}.json is ${expected.map(([type]) => type).join(', ') || 'counted as unread'}`, () => {
      const { events, unread } = read(fixture);

      expect(events.map(({ type }) => type)).to.deep.equal(expected.map(([type]) => type));
      for (const [index, [, record]] of expected.entries()) expect(events[index]?.record).to.deep.include(record);
      expect(unread).to.equal(expected.length === 0 ? 1 : 0);
    });
  }

  it('has a row here for each fixture', () => {
    const fixtures = readdirSync(join(FIXTURES, 'history')).map((file) => file.replace('.json', ''));

    expect(fixtures).to.have.members([...Object.keys(rows), ...LISTS]);
  });

  it('keeps what TikTok said of it, and each reaction what it said of that', () => {
    const raw = read('reactions').events.map(({ record }) => 'rawContent' in record && record.rawContent.toString());

    expect(JSON.parse(String(raw[0]))).to.deep.equal(json('reactions'));
    expect(JSON.parse(String(raw[1]))).to.include({ emoji: '👍' });
  });

  it('of another conversation than asked for is of the one that was asked for', () => {
    const listed = contentOf(
      { participants: [], messages: [json('text')] },
      conversationOf({ conversationId: 'CONV-2' }),
    );

    expect(listed?.messages[0]?.event.key).to.equal('CONV-2');
  });

  for (const data of [null, [], {}, { messages: 'none' }]) {
    it(`is not looked for in ${JSON.stringify(data)}`, () => {
      expect(contentOf(data)).to.equal(null);
    });
  }
});

/** By both ways: as a webhook brought it, and as a list shows it. */
describe('an event of a history', () => {
  const idsOfWebhook = (fixture: string) =>
    readDelivery(
      {
        rawBody: readFileSync(join(FIXTURES, 'webhooks', `${fixture}.json`)),
        signature: undefined,
        logId: 'log-1',
        receivedAtMs: 1,
      },
      parseJson,
    ).map(({ id }) => id);
  const referrals = () => {
    const page = readConversationPage(json('conversation-list'));
    const [conversation] = page?.conversations ?? [];
    if (conversation === undefined) throw new Error('the list is empty');
    return contentOf({ participants: people, messages: [json('text')] }, conversation)?.referrals ?? [];
  };

  for (const [webhook, history, index] of [
    ['text', 'text', 0],
    ['echo-from-app', 'echo-from-app', 0],
    ['reaction-added', 'reactions', 1],
    ['reaction-ai-emoji', 'reactions', 2],
  ] as const) {
    it(`has the id that the webhook's has (${webhook})`, () => {
      expect([read(history).events[index]?.id]).to.deep.equal(idsOfWebhook(webhook));
    });
  }

  it("has the id that the webhook's has (referral-ad)", () => {
    expect(referrals().map(({ id }) => id)).to.deep.equal(idsOfWebhook('referral-ad'));
  });

  it('tells who came by an ad and when, and leaves out a link and an ad that say no time', () => {
    expect(referrals().map(({ record }) => record)).to.have.length(1);
    expect(referrals()[0]?.record).to.deep.include({
      conversationId: 'CONV+a/b==',
      person: mia,
      source: 'AD',
      ad: {
        adId: '7300000000000000022',
        advertiserId: '7300000000000000021',
        adName: 'Winter',
        embedUrl: 'https://www.tiktok.com/player/v1/7300000000000000042',
        materialId: 'mm-1',
        clickedAt: 1_767_225_590_000,
      },
      link: null,
      occurredAt: 1_767_225_590_000,
      isFollower: true,
      origin: 'HISTORY',
    });
  });
});

describe('a page of the conversation list', () => {
  it('is read with either name of the time, and without those that have no id', () => {
    const page = readConversationPage(json('conversation-list'));

    expect(page?.conversations.map(({ conversationId, updatedAt }) => [conversationId, updatedAt])).to.deep.equal([
      ['CONV+a/b==', 1_767_225_700_456],
      ['CONV-2', 1_767_225_500_000],
    ]);
    expect(page?.nextCursor).to.equal('100');
  });

  it('is the last one when TikTok says that there is no more', () => {
    expect(readConversationPage({ conversations: [], has_more: false, cursor: 100 })?.nextCursor).to.equal(null);
  });

  for (const data of [null, [], {}, { conversations: 3 }]) {
    it(`is none in ${JSON.stringify(data)}`, () => {
      expect(readConversationPage(data)).to.equal(null);
    });
  }

  it('is read by the order of ids, each conversation once', () => {
    const listed = ['C', 'A', 'b', 'A'].map((conversationId) => conversationOf({ conversationId }));

    expect(inOrder(listed).map(({ conversationId }) => conversationId)).to.deep.equal(['A', 'C', 'b']);
  });
});
