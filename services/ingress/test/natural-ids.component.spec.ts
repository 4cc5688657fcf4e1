import { eventIds } from '@tiktok-channel/platform/kernel';
import { expect } from 'chai';
import { FULL_NAMES, type WebhookEvent } from '../src/domain/events.ts';
import { CHANNEL, read } from './fixtures/fixtures.ts';

/** The same facts as the REST API tells them (fact sheet, section 5). */
const history = {
  received: {
    message_id: 'MSG-0001',
    message_type: 'TEXT',
    timestamp: 1_767_225_599_120,
    conversation_id: 'CONV+a/b==',
  },
  echoed: { message_id: 'MSG-0002', message_type: 'TEXT', timestamp: 1_767_225_700_456, conversation_id: 'CONV+a/b==' },
  // Reactions hang on their message and have no operation: what is there was added. Addresses are signed anew.
  reacted: {
    message_id: 'MSG-0000',
    reactions: [
      { type: 'EMOJI', emoji: '👍', unique_identifier: 'u-7f3a', timestamp: 1_767_225_599_120 },
      {
        type: 'AI_EMOJI',
        ai_emoji_url: 'https://p16-sign.tiktokcdn.com/ai-emoji/9.webp?x-expires=1772409600&x-signature=c%2Fd',
        unique_identifier: 'u-7f3a',
        timestamp: 1_767_225_599,
      },
    ],
  },
  // Ads have seconds. Links have no time at all, so that a history cannot tell when one was used.
  conversation: {
    conversation_id: 'CONV+a/b==',
    referral: { ad: [{ ad_id: '7300000000000000022', timestamp: 1_767_225_590 }] },
  },
} as const;

const [reaction, aiReaction] = history.reacted.reactions;
const [ad] = history.conversation.referral.ad;

const addedIn = (emoji: { readonly emoji: string | null; readonly emojiUrl: string | null }, atMs: number) =>
  eventIds.reaction(FULL_NAMES.ReactionChanged, CHANNEL, {
    messageId: history.reacted.message_id,
    personId: reaction.unique_identifier,
    operation: 'ADDED',
    ...emoji,
    atMs,
  });

interface Source {
  readonly type: WebhookEvent['type'];
  readonly fixture: string;
  /** The id of its twin; null for what no history tells. */
  readonly twin: string | null;
}

const sources: readonly Source[] = [
  {
    type: 'MessageReceived',
    fixture: 'text',
    twin: eventIds.message(FULL_NAMES.MessageReceived, CHANNEL, history.received.message_id),
  },
  {
    type: 'MessageEchoed',
    fixture: 'echo-from-app',
    twin: eventIds.message(FULL_NAMES.MessageEchoed, CHANNEL, history.echoed.message_id),
  },
  {
    type: 'ReactionChanged',
    fixture: 'reaction-added',
    twin: addedIn({ emoji: reaction.emoji, emojiUrl: null }, reaction.timestamp),
  },
  {
    type: 'ReactionChanged',
    fixture: 'reaction-ai-emoji',
    twin: addedIn({ emoji: null, emojiUrl: aiReaction.ai_emoji_url }, aiReaction.timestamp * 1_000),
  },
  {
    type: 'ReferralReceived',
    fixture: 'referral-ad',
    twin: eventIds.referral(FULL_NAMES.ReferralReceived, CHANNEL, {
      conversationId: history.conversation.conversation_id,
      reference: ad.ad_id,
      atMs: ad.timestamp * 1_000,
    }),
  },
  { type: 'ReferralReceived', fixture: 'referral-link', twin: null },
  { type: 'ConversationRead', fixture: 'read-mark', twin: null },
  { type: 'EuropeanMessageNoticed', fixture: 'european', twin: null },
  { type: 'AutoMessageConfigured', fixture: 'auto-message-welcome', twin: null },
  { type: 'AutoMessageAudited', fixture: 'auto-message-approved', twin: null },
  { type: 'CommentFlagged', fixture: 'comment-flagged', twin: null },
  { type: 'AuthorizationRemoved', fixture: 'authorization-removed', twin: null },
  { type: 'WebhookUnrecognized', fixture: 'comment-update', twin: null },
];

const idsOf = (fixture: string, arrival = {}) => read(fixture, arrival).map(({ id }) => id);

describe('the natural id', () => {
  it('has a row here for each type', () => {
    expect(new Set(sources.map(({ type }) => type))).to.deep.equal(new Set(Object.keys(FULL_NAMES)));
  });

  for (const { type, fixture, twin } of sources) {
    it(`of ${type} (${fixture}) is the same for a redelivery${twin === null ? '' : ' and for a history import'}`, () => {
      const again = { logId: 'log-2', receivedAtMs: 1_767_999_999_999, t: '1767999999' };

      expect(read(fixture).map((event) => event.type)).to.deep.equal([type]);
      expect(idsOf(fixture, again)).to.deep.equal(idsOf(fixture));
      if (twin !== null) expect(idsOf(fixture)).to.deep.equal([twin]);
    });
  }

  for (const [one, other, why] of [
    ['authorization-removed', 'authorization-removed-in-milliseconds', 'in another unit'],
    ['referral-ad', 'referral-ad-in-seconds', 'in another unit'],
    ['reaction-ai-emoji', 'reaction-ai-emoji-empty-emoji', 'with an empty emoji beside its picture'],
  ] as const) {
    it(`of ${one} is the same ${why}`, () => {
      expect(idsOf(one)).to.deep.equal(idsOf(other));
    });
  }

  it('is another one for each reaction of a delivery', () => {
    expect(new Set(idsOf('reactions-several')).size).to.equal(3);
  });

  it('is another one when the reaction is taken away', () => {
    expect(idsOf('reaction-removed')).to.not.deep.equal(idsOf('reaction-added'));
  });
});
