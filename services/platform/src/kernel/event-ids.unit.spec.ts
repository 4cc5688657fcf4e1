import { expect } from 'chai';
import fc from 'fast-check';
import { eventIds } from './event-ids.ts';

const reaction = {
  messageId: 'MSG-1',
  personId: 'u-1',
  emoji: '👍',
  emojiUrl: null,
  operation: 'ADDED',
  atMs: 1_767_225_599_120,
};
const referral = { conversationId: 'C-1', reference: 'ad-1', atMs: 1_767_225_590_000 };
const progress = { requestId: 'r-1', state: 'RUNNING', resumeAfter: 'C-1' };
const content = { auto_message_id: '7', timestamp: 1_767_225_599_120 };

/** One row for each kind of fact: an id that was published is never another one. */
const published: Readonly<Record<keyof typeof eventIds, readonly [id: string, expected: string]>> = {
  message: [
    eventIds.message('tiktok.messages.v1.MessageReceived', 'biz-1', 'MSG-1'),
    '9c79cb22-6bad-5545-ba36-7307977e11d7',
  ],
  reaction: [
    eventIds.reaction('tiktok.messages.v1.ReactionChanged', 'biz-1', reaction),
    'b7bbf3da-6beb-51e1-8535-f1ea854d1918',
  ],
  referral: [
    eventIds.referral('tiktok.messages.v1.ReferralReceived', 'biz-1', referral),
    '1d555f9e-b473-5f54-b658-8e411387c866',
  ],
  readMark: [
    eventIds.readMark('tiktok.statuses.v1.ConversationRead', 'biz-1', 'C-1', 1_767_225_599_120),
    '18647b46-2934-5ef7-8bdd-31367001ee1a',
  ],
  notice: [
    eventIds.notice('tiktok.accountnotices.v1.AutoMessageConfigured', 'biz-1', content),
    'a47ffe6f-fa3c-5834-a9f2-24e3a1621a23',
  ],
  authorizationRemoved: [
    eventIds.authorizationRemoved(
      'tiktok.accountnotices.v1.AuthorizationRemoved',
      'biz-1',
      { reason: 1 },
      1_767_225_599_000,
    ),
    '251dc843-e7eb-51b3-a83a-3665d94e4e07',
  ],
  unrecognized: [
    eventIds.unrecognized('tiktok.webhooks.v1.WebhookUnrecognized', 'biz-1', Buffer.from([0xff, 0x7b])),
    'cd3ea454-9dd6-5086-bfaf-b07747318840',
  ],
  streamEvent: [
    eventIds.streamEvent('tiktok.statuses.v1.ReplySent', 'biz-1', 'reply-biz-1-R', 3),
    'ba5daa55-db3d-51b5-9d44-c65a572dcd23',
  ],
  snapshot: [
    eventIds.snapshot('tiktok.conversations.v1.ConversationSnapshot', 'biz-1', 'C-1', 3),
    'f9e5d188-262c-5cf8-bb77-30aa9afde2f3',
  ],
  command: [
    eventIds.command('tiktok.replycommands.v1.SendReply', 'biz-1', 'R'),
    '3d1e423b-a063-5d41-806e-71e0b0e72cbd',
  ],
  historyRequest: [
    eventIds.historyRequest('tiktok.historyrequests.v1.ImportHistory', 'biz-1', 'r-1'),
    'f708c6f8-37a7-5036-8389-8df03834da97',
  ],
  historyProgress: [
    eventIds.historyProgress('tiktok.accountnotices.v1.HistoryImportProgressed', 'biz-1', progress),
    'cd104c8b-2291-5d55-9b92-212eec26406e',
  ],
};

describe('the natural id', () => {
  for (const [fact, [id, expected]] of Object.entries(published)) {
    it(`of the kind ${fact} stays the same from version to version of this product`, () => {
      expect(id).to.equal(expected);
    });
  }

  it('differs between sending a reply and cancelling it', () => {
    expect(eventIds.command('tiktok.replycommands.v1.CancelReply', 'biz-1', 'R')).to.not.equal(published.command[0]);
  });

  for (const [part, other] of Object.entries({
    messageId: 'MSG-2',
    personId: null,
    emoji: '❤️',
    operation: 'REMOVED',
    atMs: reaction.atMs + 1_000,
  })) {
    it(`of a reaction differs with its ${part}`, () => {
      expect(eventIds.reaction('type', 'biz-1', { ...reaction, [part]: other })).to.not.equal(
        eventIds.reaction('type', 'biz-1', reaction),
      );
    });
  }

  it('of a reaction is the same in seconds as in milliseconds', () => {
    const inSeconds = { ...reaction, atMs: Math.floor(reaction.atMs / 1_000) * 1_000 };

    expect(eventIds.reaction('type', 'biz-1', inSeconds)).to.equal(eventIds.reaction('type', 'biz-1', reaction));
  });

  it('of a reaction does not depend on when the address of its picture expires', () => {
    const [one, other] = ['?x-expires=1', '?x-expires=2&x-signature=a'].map((query) =>
      eventIds.reaction('type', 'biz-1', { ...reaction, emoji: null, emojiUrl: `https://cdn/e.webp${query}` }),
    );

    expect(one).to.equal(other);
  });

  for (const [part, other] of Object.entries({ state: 'FINISHED', resumeAfter: 'C-2' })) {
    it(`of a history import's progress differs with its ${part}`, () => {
      expect(eventIds.historyProgress('type', 'biz-1', { ...progress, [part]: other })).to.not.equal(
        eventIds.historyProgress('type', 'biz-1', progress),
      );
    });
  }

  it('of a removed authorisation differs with the second of it, since its content hardly does', () => {
    const ids = [null, 1_000, 1_999, 2_000].map((atMs) =>
      eventIds.authorizationRemoved('type', 'biz-1', { reason: 1 }, atMs),
    );

    expect(new Set(ids).size).to.equal(3);
    expect(ids[1]).to.equal(ids[2]);
  });
});

describe('the natural id of a notice', () => {
  const id = (value: unknown) => eventIds.notice('type', 'biz-1', value);

  it('does not depend on the order of keys, at any depth', () => {
    expect(id({ b: { d: [{ y: 1, x: 2 }], c: null }, a: 1 })).to.equal(
      id({ a: 1, b: { c: null, d: [{ x: 2, y: 1 }] } }),
    );
  });

  it('differs wherever the content differs', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        const same = canonical(one) === canonical(other);
        expect(id(one) === id(other)).to.equal(same);
      }),
      { seed: 1 },
    );
  });

  it('is the same before and after its content was stored, which keeps no lone surrogate', () => {
    expect(id({ 'a\ud800': ['\udfff'] })).to.equal(id({ 'a\ufffd': ['\ufffd'] }));
  });

  it('can be told of content that is nested deeper than calls can be', () => {
    const depth = 500_000;

    expect(id(JSON.parse('['.repeat(depth) + ']'.repeat(depth)))).to.match(/^[0-9a-f-]{36}$/);
  });

  it('can be told of content with more members than a call takes arguments', () => {
    expect(id(Array.from({ length: 500_000 }, () => 1))).to.match(/^[0-9a-f-]{36}$/);
  });
});

/** The same by another way: JSON's own writer, over copies with sorted keys. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
