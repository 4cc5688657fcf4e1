import { readdirSync } from 'node:fs';
import { parseJson } from '@tiktok-channel/platform/tiktok';
import { expect } from 'chai';
import { readDelivery } from '../src/domain/read-delivery.ts';
import { accountNotices } from './fixtures/account-notices.ts';
import { conversationFacts } from './fixtures/conversation-facts.ts';
import { FOLDER, type Rows, read } from './fixtures/fixtures.ts';
import { messages } from './fixtures/messages.ts';
import { unreadable } from './fixtures/unreadable.ts';

/** A new kind is a file and a row. */
const rows: Rows = { ...messages, ...conversationFacts, ...accountNotices, ...unreadable };

describe('a verified delivery', () => {
  for (const [fixture, expected] of Object.entries(rows)) {
    it(`as in ${fixture}.json is ${expected.map(([type]) => type).join(', ')}`, () => {
      const events = read(fixture);

      expect(events.map(({ type }) => type)).to.deep.equal(expected.map(([type]) => type));
      for (const [index, [, record]] of expected.entries()) expect(events[index]?.record).to.deep.include(record);
    });
  }

  it('has a row here for each fixture', () => {
    expect(readdirSync(FOLDER).map((file) => file.replace('.json', ''))).to.have.members(Object.keys(rows));
  });

  it('is kept once when it is nothing but reactions, each of which would keep it whole', () => {
    const reaction = Array.from({ length: 15_000 }, (_, at) => ({
      original_msg_id: `M-${at}`,
      timestamp: 1_767_225_599,
    }));
    const content = JSON.stringify({ conversation_id: 'C-1', type: 'reaction', reaction });
    const rawBody = Buffer.from(JSON.stringify({ event: 'im_receive_msg', user_openid: 'biz-1', content }));
    const events = readDelivery({ rawBody, signature: undefined, logId: null, receivedAtMs: 1 }, parseJson);

    expect(events.map(({ type }) => type)).to.deep.equal(['WebhookUnrecognized']);
  });
});

describe('an event', () => {
  const keyAndSubject = (fixture: string) => read(fixture).map(({ key, subject }) => [key, subject]);

  for (const [what, fixture, key, subject] of [
    ['a message', 'text', 'CONV+a/b==', 'MSG-0001'],
    ['a reaction', 'reaction-added', 'CONV+a/b==', 'MSG-0000'],
    ['a referral', 'referral-ad', 'CONV+a/b==', 'CONV+a/b=='],
    ['a read mark', 'read-mark', 'CONV+a/b==', 'CONV+a/b=='],
    ['a European notice', 'european', 'biz-open-id-1', 'biz-open-id-1'],
    ['an automatic message', 'auto-message-welcome', 'biz-open-id-1', '7300000000000000031'],
    ['an audit', 'auto-message-approved', 'biz-open-id-1', '7300000000000000031'],
    ['a flagged comment', 'comment-flagged', 'biz-open-id-1', '7300000000000000051'],
    ['a removed authorisation', 'authorization-removed', 'biz-open-id-1', 'biz-open-id-1'],
    ['an unrecognised delivery', 'comment-update', 'biz-open-id-1', 'biz-open-id-1'],
    ['what is no JSON', 'body-not-json', null, null],
  ] as const) {
    it(`about ${what} is in the order of ${key ?? 'nothing'}`, () => {
      expect(keyAndSubject(fixture)).to.deep.equal([[key, subject]]);
    });
  }
});
