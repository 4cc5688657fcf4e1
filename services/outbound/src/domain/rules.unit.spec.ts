import { expect } from 'chai';
import { sendReply, T0 } from '../../test/send-reply.ts';
import { type ChannelAccess, channelFailure } from './channel.ts';
import { echoFingerprint } from './echo.ts';
import { NO_STRIKES, strike } from './request-share.ts';
import { expiresAt } from './send-reply.ts';
import { sendResultOf } from './send-result.ts';
import { waitMs } from './waiting.ts';

const result = (code: number, { httpStatus = 200, id = null as string | null, hasMessage = true } = {}) =>
  sendResultOf({ httpStatus, answer: { code, message: null, requestId: null }, tiktokMessageId: id, hasMessage }).kind;

describe('an answer to a send', () => {
  it('accepts with code 0 and a message id', () => expect(result(0, { id: 'MSG-1' })).to.equal('accepted'));
  it('accepts an action without one', () => expect(result(0, { hasMessage: false })).to.equal('accepted'));
  it('is uncertain with code 0 and none', () => expect(result(0)).to.equal('uncertain'));
  it('is uncertain with code 0 and an empty one', () => expect(result(0, { id: '' })).to.equal('uncertain'));
  it('is uncertain when the server failed, whatever its body says', () => {
    expect(result(40002, { httpStatus: 500 })).to.equal('uncertain');
    expect(result(0, { httpStatus: 502, id: 'MSG-1' })).to.equal('uncertain');
  });

  for (const code of [40001, 40002, 40007, 40064, 40100, 40102, 40105]) {
    it(`rejects with ${code}`, () => expect(result(code)).to.equal('rejected'));
  }
  for (const code of [40131, 40908, 40003, 50000, 51065, 1, -1]) {
    it(`is uncertain with ${code}`, () => expect(result(code)).to.equal('uncertain'));
  }
});

describe('the wait before the next try', () => {
  for (const { tries, longestMs } of [
    { tries: 1, longestMs: 1_000 },
    { tries: 2, longestMs: 2_000 },
    { tries: 5, longestMs: 16_000 },
    { tries: 20, longestMs: 300_000 },
    { tries: 5_000, longestMs: 300_000 },
  ]) {
    it(`is anything from 0 to ${longestMs} ms after ${tries} tries`, () => {
      expect(waitMs(tries, 0)).to.equal(0);
      expect(waitMs(tries, 0.5)).to.equal(longestMs / 2);
      expect(waitMs(tries, 1)).to.equal(longestMs);
    });
  }
});

describe('a reply is worth sending', () => {
  it('for 24 hours', () => expect(expiresAt(sendReply())).to.equal(T0 + 86_400_000));
  it('for five seconds when it is an action', () => {
    const typing = { text: null, action: 'TYPING' } as const;
    expect(expiresAt(sendReply(typing))).to.equal(T0 + 5_000);
    expect(expiresAt(sendReply({ ...typing, expiresAt: T0 + 60_000 }))).to.equal(T0 + 5_000);
    expect(expiresAt(sendReply({ ...typing, expiresAt: T0 + 1 }))).to.equal(T0 + 1);
  });
  it('for as long as its command says', () => expect(expiresAt(sendReply({ expiresAt: T0 + 1 }))).to.equal(T0 + 1));
});

describe('a channel', () => {
  const channel = (overrides: Partial<Extract<ChannelAccess, { kind: 'known' }>>): ChannelAccess => ({
    kind: 'known',
    status: 'connected',
    grantedScopes: ['message.list.send'],
    accessToken: 'token',
    ...overrides,
  });
  for (const { name, access, failure } of [
    { name: 'that is connected', access: channel({}), failure: null },
    { name: 'that expires', access: channel({ status: 'expiring' }), failure: null },
    { name: 'that is unknown', access: { kind: 'unknown' } as const, failure: 'channel_unknown' },
    { name: 'that is disconnected', access: channel({ status: 'disconnected' }), failure: 'channel_disconnected' },
    {
      name: 'that needs a new authorization',
      access: channel({ status: 'needs_reauthorization' }),
      failure: 'channel_needs_reauthorization',
    },
    { name: 'without the scope', access: channel({ grantedScopes: [] }), failure: 'missing_scope' },
  ]) {
    it(`${name} ${failure === null ? 'can send' : `refuses: ${failure}`}`, () =>
      expect(channelFailure(access)).to.equal(failure));
  }
});

describe('an echo', () => {
  const text = (body: string) => echoFingerprint({ kind: 'text', text: body });

  it('equals a reply in another Unicode form, with other line ends and blanks around it', () =>
    expect(text(' caf\u0065\u0301\r\nok ')).to.equal(text('café\nok')));
  it('differs from a reply with other words', () => expect(text('Yes')).not.to.equal(text('yes')));
  it('of an image equals any image', () =>
    expect(echoFingerprint({ kind: 'image' })).to.equal(
      echoFingerprint({ kind: 'image', from: { mediaId: 'media-1' } }),
    ));
  it('of a shared post equals the same post only', () => {
    expect(echoFingerprint({ kind: 'sharedPost', itemId: '1' })).not.to.equal(
      echoFingerprint({ kind: 'sharedPost', itemId: '2' }),
    );
  });
});

describe('a card', () => {
  it('equals its echo, whose buttons have no ids and whose type is written otherwise', () => {
    const card = { type: 'QA_LINK_CARD', title: ' Sizes ', buttons: [{ buttonId: 'b1', title: 'S' }] } as const;
    const echoed = { type: 'qa_link_card', title: 'Sizes', buttons: [{ title: 'S' }] };
    expect(echoFingerprint({ kind: 'template', card })).to.equal(echoFingerprint({ kind: 'template', card: echoed }));
  });
});

describe('a share that TikTok refuses calls of', () => {
  const HOUR = 3_600_000;
  const struck = (...timesMs: readonly number[]) =>
    timesMs.reduce((strikes, atMs) => strike(strikes, atMs), NO_STRIKES);

  it('is only halved at first', () =>
    expect(struck(T0)).to.deep.equal({ inARow: 1, lastAtMs: T0, pausedUntilMs: null }));
  it('counts calls that were refused together as one', () => expect(struck(T0, T0 + 1_999).inARow).to.equal(1));
  it('rests for five minutes when half of it is refused, too', () =>
    expect(struck(T0, T0 + 2_000, T0 + 4_000).pausedUntilMs).to.equal(T0 + 4_000 + 300_000));
  it('asks every half hour after that', () =>
    expect(struck(T0, T0 + 2_000, T0 + 4_000, T0 + 400_000).pausedUntilMs).to.equal(T0 + 400_000 + HOUR / 2));
  it('rests until midnight in UTC when that comes sooner', () => {
    const late = T0 + 23.9 * HOUR;
    expect(struck(late - 30_000, late - 20_000, late - 10_000, late).pausedUntilMs).to.equal(T0 + 24 * HOUR);
  });
});
