import { expect } from 'chai';
import { type Envelopes, PNG, startWorld, type TestWorld } from './support.ts';

const PNG_START = [0x89, 0x50, 0x4e, 0x47];
const GIF = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

describe('media', () => {
  let world: TestWorld;
  let businessId: string;
  let token: string;

  beforeEach(async () => {
    world = await startWorld();
    ({ businessId } = await world.addBusiness());
    token = await world.tokenFor(businessId);
  });
  afterEach(() => world.stop());

  const post = (body: string | FormData, headers: Record<string, string> = { 'Access-Token': token }) =>
    fetch(`${world.simulator.url}/open_api/v1.3/business/message/media/upload/`, { method: 'POST', headers, body });
  const form = (bytes: Uint8Array, changes: Record<string, string> = {}) => {
    const parts = new FormData();
    for (const [name, value] of Object.entries({ business_id: businessId, media_type: 'IMAGE', ...changes })) {
      parts.set(name, value);
    }
    parts.set('file', new Blob([Buffer.from(bytes)], { type: 'image/jpeg' }), 'photo.jpg');
    return parts;
  };
  const upload = async (body: string | FormData) =>
    (await (await post(body)).json()) as Envelopes<{ media_id: string }>;

  it('is uploaded: PNG by its content, whatever its name says', async () => {
    expect((await upload(form(PNG))).data.media_id).to.be.a('string');
  });

  it('is refused by content: 40908 for a GIF called JPG', async () => {
    expect((await upload(form(GIF))).code).to.equal(40908);
  });

  it('is refused above 3 MB', async () => {
    for (const bytes of [3 * 1024 * 1024 + 1, 7 * 1024 * 1024]) {
      const answer = await upload(form(Buffer.concat([PNG, Buffer.alloc(bytes - PNG.length)])));
      expect(answer.code).to.equal(40002);
      expect(answer.message).to.include('file');
    }
  });

  it('is refused with HTTP 400 when the multipart framing is broken', async () => {
    const headers = { 'Access-Token': token, 'content-type': 'multipart/form-data; boundary=x' };
    expect((await post('--x\r\nnonsense', headers)).status).to.equal(400);
    expect((await post('{}', { ...headers, 'content-type': 'application/json' })).status).to.equal(400);
  });

  it('is refused for another type, or without its file', async () => {
    expect((await upload(form(PNG, { media_type: 'VIDEO' }))).message).to.include('media_type');
    const parts = form(PNG);
    parts.delete('file');
    expect((await upload(parts)).message).to.include('file');
  });

  const download = (changes: Record<string, unknown>) =>
    world.open<{ download_url: string }>('POST', 'business/message/media/download/', {
      token,
      body: { business_id: businessId, media_type: 'IMAGE', ...changes },
    });
  const receiveImage = async (message: Record<string, unknown> = { type: 'image' }) => {
    const sent = await world.customerSends(businessId, message);
    const shown = (await world.phone(businessId)).at(-1);
    return { conversation_id: sent.conversationId, message_id: sent.messageId, media_id: shown?.mediaId };
  };

  it('is downloaded by who says who they are', async () => {
    const { data } = await download(await receiveImage());
    const bytes = await fetch(data.download_url, { headers: { 'x-user': token } });
    expect(bytes.status).to.equal(200);
    expect([...new Uint8Array(await bytes.arrayBuffer())].slice(0, 4)).to.deep.equal(PNG_START);
    expect((await fetch(data.download_url)).status).to.equal(403);
    expect((await fetch(data.download_url, { headers: { 'x-user': 'other' } })).status).to.equal(403);
    expect((await fetch(data.download_url, { headers: { 'Access-Token': token } })).status).to.equal(403);
  });

  it('is what the customer sent', async () => {
    const { data } = await download(await receiveImage({ type: 'image', imageBase64: PNG.toString('base64') }));
    const bytes = await (await fetch(data.download_url, { headers: { 'x-user': token } })).arrayBuffer();
    expect(Buffer.from(bytes).equals(PNG)).to.equal(true);
  });

  it('is there for a day behind one address', async () => {
    const { data } = await download(await receiveImage());
    await world.advance(86_401);
    const later = await world.tokenFor(businessId);
    expect((await fetch(data.download_url, { headers: { 'x-user': later } })).status).to.equal(403);
  });

  it('is not found with ids that do not belong together', async () => {
    const one = await receiveImage();
    const other = await receiveImage();
    expect((await download({ ...one, media_id: other.media_id })).code).to.equal(40007);
    expect((await download({ ...one, message_id: 'none' })).code).to.equal(40007);
  });

  it('is slow when told so', async () => {
    const image = await receiveImage();
    await world.faults({ media_slow_ms: 150 });
    const startedMs = Date.now();
    await download(image);
    expect(Date.now() - startedMs).to.be.at.least(140);
  });
});
