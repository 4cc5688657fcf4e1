import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import {
  type FailureCode,
  failureCatalogue,
  failureCodes,
  failureCodesDocument,
  failureOfTikTokCode,
} from './index.ts';

/** The public codes in full: this table fails when one is renamed, removed or changes what a program may do about it. */
const CODES: Readonly<Record<FailureCode, { readonly retryable: boolean }>> = {
  text_with_attachment: { retryable: false },
  multiple_attachments: { retryable: false },
  empty_reply: { retryable: false },
  text_too_long: { retryable: false },
  unsupported_attachment: { retryable: false },
  unsupported_image_type: { retryable: false },
  image_too_large: { retryable: false },
  image_unavailable: { retryable: false },
  images_not_available_here: { retryable: false },
  quote_not_allowed: { retryable: false },
  conversation_unknown: { retryable: false },
  conversation_of_other_channel: { retryable: false },
  channel_unknown: { retryable: true },
  channel_disconnected: { retryable: true },
  channel_needs_reauthorization: { retryable: true },
  missing_scope: { retryable: true },
  reply_window_closed: { retryable: true },
  reply_quota_exhausted: { retryable: true },
  blocked_by_tiktok: { retryable: true },
  sending_too_fast: { retryable: true },
  rate_limited: { retryable: true },
  tiktok_unavailable: { retryable: true },
  tiktok_rejected: { retryable: false },
  expired: { retryable: true },
  invalid_command: { retryable: false },
};

describe('the failure catalogue', () => {
  it('holds the public codes and no other', () => {
    expect([...failureCodes].sort()).to.deep.equal(Object.keys(CODES).sort());
  });

  for (const code of Object.keys(CODES) as FailureCode[]) {
    it(`tells a person what ${code} means and what to do`, () => {
      const { sentence, advice, retryable, clearedBy } = failureCatalogue[code];
      expect(sentence).to.match(/^[A-Z].+\.$/);
      expect(advice).to.match(/^[A-Z].+\.$/);
      expect(retryable).to.equal(CODES[code].retryable);
      expect(clearedBy === null).to.equal(!retryable);
    });
  }

  it('is what the page for subscribers says', async () => {
    const page = new URL('../../../../schemas/docs/failure-codes.md', import.meta.url);
    expect(await readFile(page, 'utf8'), 'npm run failure-codes -w @tiktok-channel/platform').to.equal(
      failureCodesDocument(),
    );
  });

  for (const { tiktokCode, failure } of [
    { tiktokCode: 40001, failure: 'missing_scope' },
    { tiktokCode: 40002, failure: 'tiktok_rejected' },
    { tiktokCode: 40007, failure: 'tiktok_rejected' },
    { tiktokCode: 40064, failure: 'blocked_by_tiktok' },
    { tiktokCode: 40100, failure: 'rate_limited' },
    { tiktokCode: 40102, failure: 'channel_needs_reauthorization' },
    { tiktokCode: 40105, failure: 'channel_needs_reauthorization' },
    { tiktokCode: 40908, failure: 'unsupported_image_type' },
    { tiktokCode: 0, failure: null },
    { tiktokCode: 40131, failure: null },
    { tiktokCode: 50000, failure: null },
    { tiktokCode: 51065, failure: null },
    { tiktokCode: 49999, failure: null },
  ]) {
    it(`reads ${tiktokCode} as ${failure ?? 'no proof of a refusal'}`, () => {
      expect(failureOfTikTokCode(tiktokCode)).to.equal(failure);
    });
  }
});
