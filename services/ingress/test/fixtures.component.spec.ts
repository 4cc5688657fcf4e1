import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseJson } from '@tiktok-channel/platform/tiktok';
import { expect } from 'chai';
import { readDelivery } from '../src/domain/read-delivery.ts';

const folder = join(import.meta.dirname, '..', '..', '..', 'tests', 'fixtures', 'webhooks');

const read = (kind: string) =>
  readDelivery(
    {
      rawBody: readFileSync(join(folder, `${kind}.json`)),
      signature: undefined,
      logId: 'log-1',
      receivedAtMs: 1_767_225_600_000,
    },
    parseJson,
  );

const mia = { userId: 'u-7f3a', username: 'mia.shopper' };
const acme = { userId: 'biz-open-id-1', username: 'acme.store' };
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
const text = (body: string) => content('TEXT', 'text', { text: { body } });
const UNRECOGNIZED = 'WebhookUnrecognized';

/** One row per fixture: the record's type, and what shows that it was read rightly. */
const expected: Readonly<Record<string, readonly [type: string, record: object]>> = {
  text: [
    'MessageReceived',
    {
      channelId: 'biz-open-id-1',
      conversationId: 'CONV+a/b==',
      messageId: 'MSG-0001',
      sentAt: 1_767_225_599_120,
      sender: mia,
      recipient: acme,
      content: text('Is this in stock?'),
      quotedMessageId: null,
      source: 'APP',
      automaticMessageType: null,
      buttonTap: null,
      isFollower: false,
      origin: 'WEBHOOK',
      logId: 'log-1',
      receivedAt: 1_767_225_600_000,
    },
  ],
  'text-minimal': ['MessageReceived', { source: 'UNKNOWN', isFollower: null, sender: mia, content: text('Hi') }],
  'text-in-seconds': ['MessageReceived', { sentAt: 1_767_225_599_000 }],
  'text-with-nul-and-surrogate': ['MessageReceived', { content: text('a\u0000b\ud800c') }],
  'ids-as-numbers': [
    'MessageReceived',
    {
      channelId: '7300000000000000003',
      conversationId: '7300000000000000005',
      messageId: '7300000000000000006',
      sender: { userId: '7300000000000000004', username: null },
    },
  ],
  'image-quoting': [
    'MessageReceived',
    {
      quotedMessageId: 'MSG-0000',
      content: content('IMAGE', 'image', { image: { mediaId: 'MEDIA-1' } }),
    },
  ],
  'share-post': [
    'MessageReceived',
    {
      content: content('SHARED_POST', 'share_post', {
        sharedPost: {
          videoId: '7300000000000000042',
          embedUrl: 'https://www.tiktok.com/player/v1/7300000000000000042',
        },
      }),
    },
  ],
  'button-tap': ['MessageReceived', { buttonTap: { messageId: 'MSG-0000', buttonId: 'hours' } }],
  'echo-from-app': ['MessageEchoed', { messageId: 'MSG-0002', sender: acme, recipient: mia, source: 'APP' }],
  'echo-automatic': ['MessageEchoed', { automaticMessageType: 'WELCOME_MESSAGE', source: 'OTHERS' }],
  'read-mark': [
    'ConversationRead',
    { conversationId: 'CONV+a/b==', readUpTo: 1_767_225_700_456, occurredAt: 1_767_225_599_120, reader: mia },
  ],
  sticker: ['MessageReceived', { content: content('STICKER', 'sticker', { sticker: { url: null } }) }],
  european: [UNRECOGNIZED, { event: 'im_receive_msg_eu', reason: 'unsupported_event' }],
  'comment-update': [UNRECOGNIZED, { event: 'comment.update', reason: 'unsupported_event' }],
  'content-not-json': [UNRECOGNIZED, { reason: 'content_not_json' }],
  'content-empty': [UNRECOGNIZED, { reason: 'content_not_json' }],
  'content-an-object': [UNRECOGNIZED, { reason: 'invalid_envelope', detail: 'content' }],
  'message-without-id': [UNRECOGNIZED, { reason: 'invalid_content', detail: 'content.message_id' }],
  'body-not-json': [UNRECOGNIZED, { channelId: null, event: null, reason: 'body_not_json' }],
};

describe('a verified delivery', () => {
  for (const [kind, [type, record]] of Object.entries(expected)) {
    it(`of the kind ${kind} is ${type}`, () => {
      const event = read(kind);

      expect(event.type).to.equal(type);
      expect(event.record).to.deep.include(record);
    });
  }

  it('has a row here for each fixture', () => {
    expect(readdirSync(folder).map((file) => file.replace('.json', ''))).to.have.members(Object.keys(expected));
  });

  it('keeps its words as received, when it is a message', () => {
    const { content } = JSON.parse(readFileSync(join(folder, 'text.json'), 'utf8')) as { content: string };

    expect(read('text').record).to.have.property('rawContent').that.deep.equals(Buffer.from(content));
  });

  it('is kept whole when it is not recognised', () => {
    expect(read('european').record)
      .to.have.property('rawBody')
      .that.deep.equals(readFileSync(join(folder, 'european.json')));
  });

  it('has the same id when TikTok delivers it again with another trace id', () => {
    const rawBody = readFileSync(join(folder, 'text.json'));
    const again = readDelivery({ rawBody, signature: 'x', logId: 'log-2', receivedAtMs: 1 }, parseJson);

    expect(again.id).to.equal(read('text').id);
  });
});
