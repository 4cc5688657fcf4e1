import { secret } from '@tiktok-channel/platform/config';
import { createManualClock } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import fc from 'fast-check';
import { createMediaUrls, type SignedQuery } from './media-urls.ts';

const T0 = 1_767_225_600_000;
const MEDIA = '0b7c1f2e-6f0e-5d4a-9a4b-3f1d2c5e7a90';

const queryOf = (url: string): SignedQuery =>
  Object.fromEntries(new URL(url, 'http://a').searchParams) as unknown as SignedQuery;
const urlsOf = (clock = createManualClock(T0), ...secrets: readonly string[]) =>
  createMediaUrls({ secrets: (secrets.length === 0 ? ['secret-one'] : secrets).map(secret), clock });

describe('the address of a medium for a page', () => {
  it('opens that medium for the account that it was made for', () => {
    const urls = urlsOf();
    const url = urls.of('account 1/ü', MEDIA);
    expect(url.split('?')[0]).to.equal(`/v1/media/${MEDIA}`);
    expect(urls.accountOf(MEDIA, queryOf(url))).to.deep.equal({ ok: true, value: 'account 1/ü' });
  });

  it('is good for five minutes at most and for half of them at least, and stays the same meanwhile', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_000_000_000_000 }), (now) => {
        const clock = createManualClock(now);
        const urls = urlsOf(clock);
        const made = urls.of('account-1', MEDIA);
        const isGood = () => urls.accountOf(MEDIA, queryOf(made)).ok;
        clock.advance(149_999);
        const [before, again] = [isGood(), urls.of('account-1', MEDIA)];
        clock.advance(300_000 - 149_999);
        expect([before, isGood()]).to.deep.equal([true, false]);
        if (now % 150_000 === 0) expect(again).to.equal(made);
      }),
      { seed: 6, examples: [[0], [150_000]] },
    );
  });

  it('says that it is too old, rather than that it is wrong', () => {
    const clock = createManualClock(T0);
    const urls = urlsOf(clock);
    const query = queryOf(urls.of('account-1', MEDIA));
    clock.advance(300_000);
    expect(urls.accountOf(MEDIA, query)).to.deep.equal({ ok: false, error: 'media_url_expired' });
  });

  it('opens nothing once any part of it is another', () => {
    const urls = urlsOf();
    const query = queryOf(urls.of('account-1', MEDIA));
    const wrong = { ok: false, error: 'media_url_invalid' };
    expect(urls.accountOf(MEDIA.replace('0b', '0c'), query)).to.deep.equal(wrong);
    expect(urls.accountOf(MEDIA, { ...query, account: 'account-2' })).to.deep.equal(wrong);
    expect(urls.accountOf(MEDIA, { ...query, until: String(Number(query.until) + 1) })).to.deep.equal(wrong);
    for (const sig of [
      '',
      'x',
      `${query.sig}AA`,
      query.sig.slice(2),
      query.sig.replace(/^./, (c) => (c === 'A' ? 'B' : 'A')),
    ]) {
      expect(urls.accountOf(MEDIA, { ...query, sig }), sig).to.deep.equal(wrong);
    }
  });

  it('does not move a border between its parts', () => {
    const urls = urlsOf();
    const query = queryOf(urls.of('b', `${MEDIA}\na`));
    expect(urls.accountOf(MEDIA, { ...query, account: 'a\nb' }).ok).to.equal(false);
  });

  it('outlives a change of the secret while the old one is still listed', () => {
    const query = queryOf(urlsOf(undefined, 'secret-old').of('account-1', MEDIA));
    expect(urlsOf(undefined, 'secret-new', 'secret-old').accountOf(MEDIA, query).ok).to.equal(true);
    expect(urlsOf(undefined, 'secret-new').accountOf(MEDIA, query).ok).to.equal(false);
    const next = queryOf(urlsOf(undefined, 'secret-new', 'secret-old').of('account-1', MEDIA));
    expect(urlsOf(undefined, 'secret-new').accountOf(MEDIA, next).ok).to.equal(true);
  });
});
