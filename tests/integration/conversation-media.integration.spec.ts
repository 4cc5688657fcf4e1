import { systemClock } from '@tiktok-channel/platform/clock';
import { secret } from '@tiktok-channel/platform/config';
import { createServiceTokens } from '@tiktok-channel/platform/identity';
import { createManualClock, eventually, type ManualClock } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import {
  apiOf,
  type Bench,
  caughtUp,
  connected,
  image,
  type Json,
  prepareConversation,
  type RunningConversation,
  received,
  startConversation,
} from '../support/conversation.ts';
import { PNG } from '../support/images.ts';
import { type MediaPeers, startMediaPeers } from '../support/media-peers.ts';

describe('media of conversations', () => {
  let bench: Bench;
  let peers: MediaPeers;
  let service: RunningConversation;
  let clock: ManualClock;
  let authorization: string;
  let api: ReturnType<typeof apiOf>;

  before(async () => {
    peers = await startMediaPeers();
    bench = await prepareConversation();
    clock = createManualClock(systemClock.now());
    service = await startConversation(bench, { environment: peers.environment, overrides: { clock } });
    authorization = await bench.identity.authorize({ accountId: 'account-1' });
    api = apiOf(service.publicUrl, authorization);
    await bench.publish(connected(), connected({ channelId: 'biz-2', accountId: 'account-2' }));
    await caughtUp(bench);
  });

  after(async () => {
    await service.stop();
    await bench.stop();
    await peers.stop();
  });

  const media = async (conversationId: string): Promise<Json> => (await api.messages(conversationId))[0]?.content.media;
  const settled = (conversationId: string, state: string): Promise<Json> =>
    eventually(`the medium of ${conversationId} is ${state}`, async () => {
      // Waits between tries pass at once.
      clock.advance(400_000);
      const found = await media(conversationId);
      return found?.state === state && found;
    });
  const send = (conversationId: string, mediaId: string) =>
    bench.publish(received({ conversationId, messageId: `m-${conversationId}`, content: image(mediaId) }));
  const fetchMedia = (url: string, token = authorization) =>
    fetch(`${service.publicUrl}${url}`, { headers: { authorization: token } });

  it("are fetched with the channel's token and shown with a URL", async () => {
    peers.files.set('MEDIA+1', PNG);
    await send('IMG-1', 'MEDIA+1');
    const { url } = await settled('IMG-1', 'stored');

    const response = await fetchMedia(url);
    expect(response.headers.get('content-type')).to.equal('image/png');
    expect(response.headers.get('x-content-type-options')).to.equal('nosniff');
    expect(Buffer.from(await response.arrayBuffer()).equals(PNG)).to.equal(true);
    const download = peers.calls.find(({ path }) => path.endsWith('/download/'));
    expect(download?.headers['access-token']).to.equal('act.test');
    expect(JSON.parse(download?.body ?? '')).to.deep.equal({
      business_id: 'biz-1',
      conversation_id: 'IMG-1',
      message_id: 'm-IMG-1',
      media_id: 'MEDIA+1',
      media_type: 'IMAGE',
    });
  });

  it('are sent in parts, and not again to whoever has them', async () => {
    const { url } = await media('IMG-1');
    const ask = (headers: Readonly<Record<string, string>>) =>
      fetch(`${service.publicUrl}${url}`, { headers: { authorization, ...headers } });
    const part = await ask({ range: 'bytes=4-7' });
    expect([part.status, part.headers.get('content-range')]).to.deep.equal([206, `bytes 4-7/${PNG.length}`]);
    expect(Buffer.from(await part.arrayBuffer())).to.deep.equal(PNG.subarray(4, 8));
    const again = await ask({ 'if-none-match': part.headers.get('etag') ?? '' });
    expect([again.status, await again.text()]).to.deep.equal([304, '']);
  });

  it('fail when TikTok did not give them within a day, and not before, and the message says so', async () => {
    peers.nextCodes.push(...Array.from({ length: 400 }, () => 51_065));
    const since = clock.now();
    await send('IMG-LATE', 'MEDIA-LATE');
    await settled('IMG-LATE', 'failed');
    expect(400 - peers.nextCodes.splice(0).length).to.be.greaterThan(1);
    expect(clock.now() - since).to.be.at.least(24 * 3_600_000);
  });

  it('do not delay the text around them, and are tried again', async () => {
    peers.files.set('MEDIA-2', PNG);
    peers.nextCodes.push(51_065, 40_100, 40_105);
    await send('IMG-2', 'MEDIA-2');
    await caughtUp(bench);

    expect((await media('IMG-2')).state).to.equal('pending');
    await settled('IMG-2', 'stored');
    expect(peers.calls.filter(({ body }) => body.includes('MEDIA-2'))).to.have.lengthOf(4);
  });

  it('wait for a channel without a token however long that takes', async () => {
    peers.files.set('MEDIA-3', PNG);
    peers.token = null;
    await bench.publish(connected({}, 2));
    await caughtUp(bench);
    await send('IMG-3', 'MEDIA-3');
    const asked = () => peers.calls.filter(({ path }) => path.endsWith('/access-token')).length;
    const before = asked();
    await eventually(
      'auth was asked often',
      () => {
        clock.advance(400_000);
        return asked() > before + 12;
      },
      { everyMs: 100 },
    );
    expect((await media('IMG-3')).state).to.equal('pending');

    peers.token = 'act.new';
    await settled('IMG-3', 'stored');
  });

  it('fail when TikTok has them no more, or when they are nothing that can be shown', async () => {
    peers.nextCodes.push(40_007);
    await send('IMG-4', 'MEDIA-4');
    await settled('IMG-4', 'failed');
    peers.files.set('MEDIA-5', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'));
    await send('IMG-5', 'MEDIA-5');
    const { mediaId, url } = await settled('IMG-5', 'failed');

    expect(url).to.equal(null);
    expect((await fetchMedia(`/v1/media/${mediaId}`)).status).to.equal(404);
  });

  it('are a row for each message and media id, however often the message comes', async () => {
    await send('IMG-1', 'MEDIA+1');
    await send('IMG-1', 'MEDIA+1');
    await caughtUp(bench);

    const rows = await bench.database.client.$queryRawUnsafe(`SELECT FROM media WHERE message_id = 'm-IMG-1'`);
    expect(rows).to.have.lengthOf(1);
  });

  it("are the account's own", async () => {
    const { url } = await media('IMG-1');
    const foreign = await bench.identity.authorize({ accountId: 'account-2' });

    expect((await fetchMedia(url, foreign)).status).to.equal(404);
    expect((await fetchMedia('/v1/media/no-uuid')).status).to.equal(404);
    expect((await fetch(`${service.publicUrl}${url}`)).status).to.equal(401);
  });

  describe('that an agent uploads', () => {
    const upload = async (bytes: Buffer, field = 'file') => {
      const form = new FormData();
      form.append(field, new Blob([new Uint8Array(bytes)], { type: 'text/html' }), 'picture.svg');
      const response = await fetch(`${service.publicUrl}/v1/media`, {
        method: 'POST',
        headers: { authorization },
        body: form,
      });
      return { status: response.status, body: (await response.json()) as Json };
    };

    it('are known by their content, whatever they call themselves, and given to outbound', async () => {
      const { status, body } = await upload(PNG);
      expect([status, body.contentType]).to.deep.equal([201, 'image/png']);
      const sign = createServiceTokens({ service: 'outbound', secrets: [secret('service-token-secret')], clock });
      const internal = `${service.internalUrl}/internal/v1/media/${body.mediaId}`;
      const response = await fetch(internal, { headers: { authorization: `Bearer ${await sign('conversation')}` } });

      expect(response.headers.get('content-type')).to.equal('image/png');
      expect(Buffer.from(await response.arrayBuffer()).equals(PNG)).to.equal(true);
      expect((await fetch(internal)).status).to.equal(401);
      const foreign = await bench.identity.authorize({ accountId: 'account-2' });
      expect((await fetchMedia(body.url, foreign)).status).to.equal(404);
    });

    it('are refused by name of the field when they are no JPEG or PNG, too large, or missing', async () => {
      const refusals = await Promise.all([
        upload(Buffer.from('GIF89a, or so it says')),
        upload(Buffer.concat([PNG, Buffer.alloc(3 * 1024 * 1024)])),
        upload(PNG, 'picture'),
      ]);

      expect(refusals.map(({ status, body }) => [status, body.code, body.errors[0].field])).to.deep.equal([
        [415, 'unsupported_image_type', 'file'],
        [413, 'image_too_large', 'file'],
        [400, 'invalid_multipart', 'file'],
      ]);
    });
  });
});
