import { expect } from 'chai';
import { chooseReturnTo, readConsent } from './authorization.ts';

describe('a page to return to', () => {
  const allowed = ['/channels', '/onboarding'];

  it('is the channels page when none is asked for', () => {
    expect(chooseReturnTo(null, allowed)).to.deep.equal({ ok: true, value: '/channels' });
  });

  it('is one of the list', () => {
    expect(chooseReturnTo('/onboarding', allowed)).to.deep.equal({ ok: true, value: '/onboarding' });
  });

  for (const wanted of ['https://evil.example', '//evil.example', '/channels/../x', '/channels?x=1', '', '/CHANNELS']) {
    it(`is not ${wanted || 'the empty text'}`, () => {
      expect(chooseReturnTo(wanted, allowed)).to.deep.equal({ ok: false, error: 'return_to_not_allowed' });
    });
  }
});

describe("TikTok's redirect", () => {
  for (const [name, query, expected] of [
    ['a code', { code: 'c', error: null }, { kind: 'granted', code: 'c' }],
    ['a cancel', { code: null, error: 'access_denied' }, { kind: 'failed', failure: 'denied' }],
    ['a cancel beside a code', { code: 'c', error: 'access_denied' }, { kind: 'failed', failure: 'denied' }],
    ['an outage', { code: null, error: 'server_error' }, { kind: 'failed', failure: 'tiktok_unavailable' }],
    ['an unknown error', { code: null, error: 'huh' }, { kind: 'failed', failure: 'authorization_incomplete' }],
    ['neither', { code: null, error: null }, { kind: 'failed', failure: 'authorization_incomplete' }],
  ] as const) {
    it(`with ${name} is ${expected.kind}`, () => expect(readConsent(query)).to.deep.equal(expected));
  }
});
