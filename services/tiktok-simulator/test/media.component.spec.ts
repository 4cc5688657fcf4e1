import { expect } from 'chai';
import { answeredAt, type Envelopes, PNG, startWorld, type TestWorld } from './support.ts';

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

  it('is slow when told so, in the time of the simulator', async () => {
    const image = await receiveImage();
    const quick = await download(image);
    await world.faults({ media_slow_ms: 60_000 });
    const slow = await world.moveUntil(download(image), 60);
    expect(answeredAt(slow) - answeredAt(quick)).to.be.at.least(60);
    const bytes = fetch(slow.data.download_url, { headers: { 'x-user': token } });
    expect((await world.moveUntil(bytes, 60)).status).to.equal(200);
  });

  it('is a JPEG or a PNG by its content type too, and needs a file name', async () => {
    const named = (type: string, name?: string) => {
      const parts = form(PNG);
      parts.delete('file');
      if (name === undefined) parts.set('file', 'a field, no file');
      else parts.set('file', new Blob([PNG], { type }), name);
      return upload(parts);
    };
    expect((await named('image/png', 'photo.png')).code).to.equal(0);
    expect((await named('application/octet-stream', 'photo.png')).code).to.equal(40908);
    expect((await named('', 'photo.png')).code).to.equal(40908);
    expect(await named('image/png')).to.include({ code: 40002, message: 'Param file is required.' });
  });

  it('is refused in a part of another name', async () => {
    const parts = form(PNG);
    parts.delete('file');
    parts.set('picture', new Blob([PNG], { type: 'image/png' }), 'photo.png');
    expect(await upload(parts)).to.include({ code: 40002, message: 'Param file is required.' });
  });

  it('is refused with HTTP 400 when the body breaks off', async () => {
    const headers = { 'Access-Token': token, 'content-type': 'multipart/form-data; boundary=x' };
    const body = '--x\r\nContent-Disposition: form-data; name="business_id"\r\n\r\nsomebody';
    expect((await post(body, headers)).status).to.equal(400);
  });

  for (const name of ['business_id', 'conversation_id', 'message_id', 'media_id', 'media_type']) {
    it(`is not downloaded without ${name}`, async () => {
      const answer = await download({ ...(await receiveImage()), [name]: undefined });
      expect(answer).to.include({ code: 40002, message: `Param ${name} is required.` });
    });
  }

  it('is not downloaded as what it is not', async () => {
    const image = await receiveImage();
    expect(await download({ ...image, media_type: 'VIDEO' })).to.include({ code: 40002 });
    expect(await download({ ...image, media_type: 'STICKER' })).to.include({ code: 40002 });
  });

  it('is a film too, downloaded as VIDEO alone', async () => {
    const film = await receiveImage({ type: 'video' });
    expect(await download(film)).to.include({ code: 40002, message: 'Param media_type is invalid.' });
    const { data } = await download({ ...film, media_type: 'VIDEO' });
    const bytes = await fetch(data.download_url, { headers: { 'x-user': token } });
    expect(bytes.headers.get('content-type')).to.equal('video/mp4');
  });

  it('is not downloaded by another business', async () => {
    const image = await receiveImage();
    const other = await world.addBusiness('other.store');
    token = await world.tokenFor(other.businessId);
    expect(await download({ ...image, business_id: other.businessId })).to.include({ code: 40007 });
  });

  it('is not given to another business that knows the address', async () => {
    const { data } = await download(await receiveImage());
    const other = await world.addBusiness('other.store');
    const stranger = await world.tokenFor(other.businessId);
    expect((await fetch(data.download_url, { headers: { 'x-user': stranger } })).status).to.equal(403);
  });

  it('needs message.list.send to go up, message.list.read to come down', async () => {
    const image = await receiveImage();
    token = await world.tokenFor(businessId, { grant: ['message.list.read'] });
    expect((await upload(form(PNG))).code).to.equal(40001);
    expect((await download(image)).code).to.equal(0);
    token = await world.tokenFor(businessId, { grant: ['message.list.send'] });
    expect((await upload(form(PNG))).code).to.equal(0);
    expect((await download(image)).code).to.equal(40001);
  });
});
