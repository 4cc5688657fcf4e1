import { expect } from 'chai';
import { signatureHeader } from './signature.ts';

/** The test vector of the fact sheet, section 3. */
const BODY =
  '{"client_key":"7300000000000000001","event":"im_receive_msg","create_time":1767225599,"user_openid":"biz-open-id-1","content":"{\\"from\\":\\"mia.shopper\\",\\"to\\":\\"acme.store\\",\\"unique_identifier\\":\\"u-7f3a\\",\\"from_user\\":{\\"id\\":\\"u-7f3a\\",\\"role\\":\\"personal_account\\"},\\"to_user\\":{\\"id\\":\\"biz-open-id-1\\",\\"role\\":\\"business_account\\"},\\"conversation_id\\":\\"CONV+a/b==\\",\\"message_id\\":\\"MSG-0001\\",\\"timestamp\\":1767225599120,\\"type\\":\\"text\\",\\"text\\":{\\"body\\":\\"Hi\\"}}"}';

describe('the signature of a delivery', () => {
  it('is that of the documented example', () => {
    expect(Buffer.byteLength(BODY)).to.equal(479);
    expect(signatureHeader('demo-app-secret', 1767225600, BODY)).to.equal(
      't=1767225600,s=876bbb1254417e7897dc6a2b27c83f79a1826ab3ed9aa937320825464ffd6d66',
    );
  });

  it('covers the bytes, so that umlauts and emoji count as UTF-8', () => {
    const text = '{"text":"Grüße 👋"}';
    expect(signatureHeader('secret', 1, text)).to.equal(signatureHeader('secret', 1, Buffer.from(text, 'utf8')));
  });
});
