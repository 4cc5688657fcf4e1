import type { Records } from '@tiktok-channel/schemas';
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
  received,
  startConversation,
} from '../support/conversation.ts';
import { attachment, messageContent, sendReply } from '../support/records.ts';

const CONVERSATION = 'CONV+a/b==';
const HEAD = { channelId: 'biz-1', conversationId: CONVERSATION } as const;
const GRIN = '\u{1f600}';
const THUMB = '\u{1f44d}';
const PICTURE = 'https://p16.example.com/picture.webp';

const reacted = (overrides: Partial<Records['ReactionChanged']> = {}) =>
  [
    'ReactionChanged',
    {
      ...HEAD,
      messageId: 'm-text',
      operation: 'ADDED',
      emoji: GRIN,
      emojiUrl: null,
      person: { userId: 'u-7f3a', username: 'mia.shopper' },
      occurredAt: 1_767_225_700_000,
      isFollower: null,
      origin: 'WEBHOOK',
      logId: null,
      receivedAt: 1_767_225_700_100,
      rawContent: null,
      ...overrides,
    },
  ] as const;

const referred = (overrides: Partial<Records['ReferralReceived']> = {}) =>
  [
    'ReferralReceived',
    {
      ...HEAD,
      person: { userId: 'u-7f3a', username: 'mia.shopper' },
      source: 'AD',
      tiktokSource: 'ad',
      ad: {
        adId: 'ad-1',
        advertiserId: 'adv-1',
        adName: 'Winter',
        embedUrl: 'https://www.tiktok.com/player/v1/1',
        materialId: null,
        clickedAt: 1_767_225_590_000,
      },
      link: null,
      occurredAt: 1_767_225_599_120,
      isFollower: null,
      origin: 'WEBHOOK',
      logId: null,
      receivedAt: 1_767_225_599_500,
      rawContent: null,
      ...overrides,
    },
  ] as const;

const card = {
  type: 'QA_BUTTON_CARD',
  cards: [{ title: 'How can we help?', buttons: [{ buttonId: 'hours', label: 'Opening hours', type: 'REPLY' }] }],
};

describe('what a conversation can hold', () => {
  let bench: Bench;
  let service: RunningConversation;
  let api: ReturnType<typeof apiOf>;

  before(async () => {
    bench = await prepareConversation();
    service = await startConversation(bench);
    api = apiOf(service.publicUrl, await bench.identity.authorize({ accountId: 'account-1' }));
    await bench.publish(connected());
  });

  after(async () => {
    await service.stop();
    await bench.stop();
  });

  const messageWith = async (messageId: string): Promise<Json> => {
    await caughtUp(bench);
    const message = (await api.messages(CONVERSATION)).find((candidate) => candidate.messageId === messageId);
    if (message === undefined) throw new Error(`there is no message ${messageId}`);
    return message;
  };

  for (const [what, content, shown] of [
    ['a video', messageContent({ kind: 'VIDEO', tiktokType: 'video', video: { mediaId: 'V-1' } }), { kind: 'video' }],
    [
      'a sticker',
      messageContent({ kind: 'STICKER', tiktokType: 'sticker', sticker: { url: PICTURE } }),
      { kind: 'sticker', pictureUrl: PICTURE },
    ],
    [
      'a sticker of which TikTok says nothing',
      messageContent({ kind: 'STICKER', tiktokType: 'sticker', sticker: { url: null } }),
      { kind: 'sticker', pictureUrl: null },
    ],
    [
      'an emoji',
      messageContent({ kind: 'EMOJI', tiktokType: 'emoji', emoji: { url: PICTURE } }),
      { kind: 'emoji', pictureUrl: PICTURE },
    ],
    [
      'a card',
      messageContent({ kind: 'TEMPLATE', tiktokType: 'template', template: card }),
      { kind: 'template', template: card },
    ],
    [
      'a kind that nobody knows',
      messageContent({ kind: 'UNSUPPORTED', tiktokType: 'voice' }),
      { kind: 'unsupported', tiktokType: 'voice' },
    ],
  ] as const) {
    it(`shows ${what} as what it is`, async () => {
      const messageId = `m-${what}`;
      await bench.publish(received({ messageId, content }));

      expect((await messageWith(messageId)).content).to.deep.include(shown);
    });
  }

  it('shows a kind that one version did not know and another did as what it is', async () => {
    const messageId = 'm-learned';
    const video = messageContent({ kind: 'VIDEO', tiktokType: 'video', video: { mediaId: 'V-2' } });
    const unsupported = messageContent({ kind: 'UNSUPPORTED', tiktokType: 'video' });
    await bench.publish(received({ messageId, content: video }), received({ messageId, content: unsupported }));

    expect((await messageWith(messageId)).content).to.deep.include({ kind: 'video' });
  });

  it('shows the tap on a card as a message that names card and button', async () => {
    await bench.publish(received({ messageId: 'm-tap', buttonTap: { messageId: 'm-card', buttonId: 'hours' } }));

    expect((await messageWith('m-tap')).buttonTap).to.deep.equal({ messageId: 'm-card', buttonId: 'hours' });
  });

  it('shows a card that is still to be sent', async () => {
    const template = {
      type: 'QA_LINK_CARD',
      title: 'Our shop',
      buttons: [{ buttonId: 'shop', title: 'Open' }],
    } as const;
    const attachments = [attachment({ kind: 'TEMPLATE', template })];
    const command = sendReply({ ...HEAD, replyId: 'r-card', text: null, attachments });
    await bench.publish(['ReplyQueued', { ...HEAD, replyId: 'r-card', at: 5_000, command }]);
    await caughtUp(bench);

    const message = (await api.messages(CONVERSATION)).find(({ replyId }) => replyId === 'r-card');
    expect(message?.content).to.deep.equal({
      kind: 'template',
      template: {
        type: 'QA_LINK_CARD',
        cards: [{ title: 'Our shop', buttons: [{ buttonId: 'shop', label: 'Open' }] }],
      },
    });
  });

  it('shows reactions per person, the newest change of each, whatever order they come in', async () => {
    const business = { userId: 'biz-1', username: 'acme.store' };
    await bench.publish(
      reacted({ operation: 'REMOVED', emoji: THUMB, occurredAt: 1_767_225_800_000 }),
      reacted({ emoji: THUMB }),
      reacted(),
      reacted({ person: business, emoji: null, emojiUrl: PICTURE, occurredAt: 1_767_225_700_001 }),
      received({ messageId: 'm-text' }),
    );

    expect((await messageWith('m-text')).reactions).to.deep.equal([
      { emoji: GRIN, emojiUrl: null, by: 'customer', at: 1_767_225_700_000 },
      { emoji: null, emojiUrl: PICTURE, by: 'business', at: 1_767_225_700_001 },
    ]);
  });

  it('knows a picture again whose address was signed anew', async () => {
    const signed = (signature: string, at: number) => ({
      messageId: 'm-signed',
      emoji: null,
      emojiUrl: `${PICTURE}?x-signature=${signature}`,
      occurredAt: at,
    });
    const other = { messageId: 'm-signed', emoji: null, emojiUrl: `${PICTURE}.png?x-signature=a` };
    await bench.publish(
      reacted({ operation: 'REMOVED', ...signed('b', 1_767_225_702_000) }),
      reacted(signed('a', 1_767_225_701_000)),
      reacted({ ...signed('b', 1_767_225_701_000), person: { userId: 'u-2', username: null } }),
      reacted({ ...signed('c', 1_767_225_701_120), person: { userId: 'u-2', username: null } }),
      reacted(other),
      received({ messageId: 'm-signed' }),
    );

    expect((await messageWith('m-signed')).reactions).to.deep.equal([
      { emoji: null, emojiUrl: other.emojiUrl, by: 'customer', at: 1_767_225_700_000 },
      { emoji: null, emojiUrl: `${PICTURE}?x-signature=c`, by: 'customer', at: 1_767_225_701_120 },
    ]);
  });

  it('keeps on the conversation what led the customer to it, once for a webhook and its import', async () => {
    const ad = { adId: 'ad-1', advertiserId: null, adName: 'Autumn', embedUrl: null, materialId: 'mm-1' };
    const link = { reference: 'store_qr-1', prefilledMessage: 'Hi!', prefilledMessageAudit: 'PASS' };
    await bench.publish(
      referred(),
      referred({ origin: 'HISTORY', ad: { ...ad, clickedAt: 1_767_225_590_000 } }),
      referred({ source: 'LINK', tiktokSource: 'short_link', ad: null, link }),
      received({ messageId: 'm-after-referral' }),
    );
    await caughtUp(bench);

    const { body } = await api.get(`/v1/conversations/${encodeURIComponent(CONVERSATION)}`);
    const nothing = { adName: null, embedUrl: null, prefilledMessage: null };
    const embedUrl = 'https://www.tiktok.com/player/v1/1';
    expect(body.referrals).to.deep.equal([
      { ...nothing, source: 'link', reference: 'store_qr-1', prefilledMessage: 'Hi!', at: 1_767_225_599_120 },
      { ...nothing, source: 'ad', reference: 'ad-1', adName: 'Winter', embedUrl, at: 1_767_225_590_000 },
    ]);
  });

  it('says why a reply waits and until when: of several delays the newest, whatever order they come in', async () => {
    const delayed = { ...HEAD, replyId: 'r-late', attempts: 1 };
    await bench.publish(
      ['ReplyDelayed', { ...delayed, at: 6_000, reason: 'rate_limited', until: 9_000 }],
      ['ReplyDelayed', { ...delayed, at: 5_500, reason: 'tiktok_unavailable', until: 5_900 }],
      ['ReplyQueued', { ...HEAD, replyId: 'r-late', at: 5_000, command: sendReply({ ...HEAD, replyId: 'r-late' }) }],
    );
    await caughtUp(bench);

    const { body } = await api.get('/v1/replies/r-late');
    expect(body).to.include({ status: 'delayed', isSettled: null });
    expect(body.delay).to.deep.equal({ reason: 'rate_limited', until: 9_000 });
  });

  it('says of a reply that nobody knows the fate of whether it is still being looked for', async () => {
    const unknown = { ...HEAD, replyId: 'r-lost', attempts: 1, tiktok: null };
    const known = async (): Promise<unknown> => {
      const { body: reply } = await api.get('/v1/replies/r-lost');
      const { body: messages } = await api.get(`/v1/conversations/${encodeURIComponent(HEAD.conversationId)}/messages`);
      const shown = messages.items.find(({ replyId }: { replyId: string | null }) => replyId === 'r-lost');
      return [reply, shown].map(({ status, isSettled }) => ({ status, isSettled }));
    };
    await bench.publish(
      ['ReplyQueued', { ...HEAD, replyId: 'r-lost', at: 5_000, command: sendReply({ ...HEAD, replyId: 'r-lost' }) }],
      ['ReplyOutcomeUnknown', { ...unknown, at: 5_100, settled: false }],
    );
    await caughtUp(bench);
    expect(await known()).to.deep.equal(Array(2).fill({ status: 'unknown', isSettled: false }));
    await bench.publish(['ReplyOutcomeUnknown', { ...unknown, at: 9_000, settled: true }]);
    await caughtUp(bench);
    expect(await known()).to.deep.equal(Array(2).fill({ status: 'unknown', isSettled: true }));
  });

  it('shows a reply that was taken back as cancelled', async () => {
    await bench.publish(
      ['ReplyQueued', { ...HEAD, replyId: 'r-back', at: 5_000, command: sendReply({ ...HEAD, replyId: 'r-back' }) }],
      ['ReplyCancelled', { ...HEAD, replyId: 'r-back', at: 5_100, requestedBy: 'agent-1', attempts: 0 }],
    );
    await caughtUp(bench);

    expect((await api.get('/v1/replies/r-back')).body).to.include({ status: 'cancelled', delay: null, failure: null });
  });

  it('tells of somebody in Europe who wrote, once, and only to the account of the channel', async () => {
    const notice = {
      channelId: 'biz-1',
      sentAt: 1_767_225_599_120,
      businessUsername: 'acme.store',
      logId: null,
      receivedAt: 1_767_225_600_000,
      rawContent: null,
    };
    await bench.publish(
      ['EuropeanMessageNoticed', notice],
      ['EuropeanMessageNoticed', { ...notice, logId: 'log-2' }],
      ['EuropeanMessageNoticed', { ...notice, sentAt: notice.sentAt + 1 }],
    );
    await caughtUp(bench);

    expect(await api.all('/v1/notices', 1)).to.deep.equal([
      { kind: 'european_message', channelId: 'biz-1', sentAt: notice.sentAt + 1 },
      { kind: 'european_message', channelId: 'biz-1', sentAt: notice.sentAt },
    ]);
    const foreign = apiOf(service.publicUrl, await bench.identity.authorize({ accountId: 'account-2' }));
    expect(await foreign.all('/v1/notices')).to.deep.equal([]);
  });

  it('says of what the business wrote whether it was in the app, on the web, or an automatic message', async () => {
    await bench.publish(
      echoed({ messageId: 'm-app', source: 'APP' }),
      echoed({ messageId: 'm-web', source: 'WEB' }),
      echoed({ messageId: 'm-auto', source: 'OTHERS', automaticMessageType: 'WELCOME_MESSAGE' }),
    );

    expect(await messageWith('m-app')).to.include({ source: 'app', automatic: null, direction: 'outgoing' });
    expect(await messageWith('m-web')).to.include({ source: 'web', automatic: null, replyId: null });
    expect(await messageWith('m-auto')).to.include({ source: 'others', automatic: 'WELCOME_MESSAGE' });
  });

  it('shows which post a reply shares before TikTok has it', async () => {
    const attachments = [attachment({ kind: 'SHARED_POST', itemId: 'video-7' })];
    const command = sendReply({ replyId: 'r-post', text: null, attachments });
    await bench.publish(['ReplyQueued', { ...HEAD, replyId: 'r-post', at: 1_767_225_900_000, command }]);
    await caughtUp(bench);
    const shown = (await api.messages(CONVERSATION)).find(({ replyId }) => replyId === 'r-post');
    expect(shown?.content).to.deep.equal({ kind: 'shared_post', videoId: 'video-7', embedUrl: null });
  });

  it('marks what an import alone has brought, until a webhook brings it as well', async () => {
    const twin = { messageId: 'm-twin', sentAt: 1_767_225_800_000 };
    await bench.publish(received({ ...twin, origin: 'HISTORY', logId: null, isFollower: null }));
    await caughtUp(bench);
    expect((await messageWith('m-twin')).origin).to.equal('history');
    expect((await messageWith('m-app')).origin).to.equal('webhook');

    await bench.publish(received(twin), received({ ...twin, origin: 'HISTORY', logId: null, isFollower: null }));
    await caughtUp(bench);
    expect((await messageWith('m-twin')).origin).to.equal('webhook');
  });
});
