import { systemClock } from '@tiktok-channel/platform/clock';
import { secret } from '@tiktok-channel/platform/config';
import { createServiceTokens } from '@tiktok-channel/platform/identity';
import { createManualClock, eventually, type ManualClock } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { createMediaUrls } from '../../services/conversation/src/adapters/http/media-urls.ts';
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
  const pathOf = (url: string): string => url.split('?')[0] ?? '';
  /** With a token, as another service asks. */
  const fetchMedia = (url: string, token = authorization) =>
    fetch(`${service.publicUrl}${pathOf(url)}`, { headers: { authorization: token } });
  /** Without one, as an `<img>` of a page does. */
  const show = (url: string, headers: Readonly<Record<string, string>> = {}) =>
    fetch(`${service.publicUrl}${url}`, { headers });

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
    const part = await show(url, { range: 'bytes=4-7' });
    expect([part.status, part.headers.get('content-range')]).to.deep.equal([206, `bytes 4-7/${PNG.length}`]);
    expect(Buffer.from(await part.arrayBuffer())).to.deep.equal(PNG.subarray(4, 8));
    const again = await show(url, { 'if-none-match': part.headers.get('etag') ?? '' });
    expect([again.status, await again.text()]).to.deep.equal([304, '']);
    const head = await fetch(`${service.publicUrl}${url}`, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).to.deep.equal([200, String(PNG.length)]);
    expect(head.headers.get('cache-control')).to.equal('private, max-age=31536000, immutable');
  });

  it('are shown to a page by their address for some minutes, and by a token for as long as that is good', async () => {
    const { url } = await media('IMG-1');
    expect(url).not.to.include(authorization.split(' ')[1]);
    expect((await show(url)).status).to.equal(200);
    const forged = url.replace('account-1', 'account-2');
    expect([(await show(forged)).status, (await show(url.replace(/sig=./, 'sig=_'))).status]).to.deep.equal([401, 401]);

    clock.advance(300_000);
    const late = await show(url);
    expect([late.status, ((await late.json()) as Json).code]).to.deep.equal([401, 'media_url_expired']);
    expect(late.headers.get('cache-control')).to.equal('no-store');
    expect((await fetch(`${service.publicUrl}${url}`, { headers: { authorization } })).status).to.equal(200);
    expect((await show((await media('IMG-1')).url)).status).to.equal(200);
  });

  it('open to no address that was made for another account, however well it is signed', async () => {
    const { mediaId } = await media('IMG-1');
    const urls = createMediaUrls({ secrets: [secret('media-url-secret')], clock });
    expect((await show(urls.of('account-1', mediaId))).status).to.equal(200);
    expect((await show(urls.of('account-2', mediaId))).status).to.equal(404);
  });

  it('expire when TikTok did not give them within a day, and not before, and the message says so', async () => {
    peers.nextCodes.push(...Array.from({ length: 400 }, () => 51_065));
    const since = clock.now();
    await send('IMG-LATE', 'MEDIA-LATE');
    const { url, failure, mediaId } = await settled('IMG-LATE', 'expired');
    expect(400 - peers.nextCodes.splice(0).length).to.be.greaterThan(1);
    expect(clock.now() - since).to.be.at.least(24 * 3_600_000);
    expect([url, failure.code]).to.deep.equal([null, 'not_given_in_time']);
    expect(failure.message).to.be.a('string').and.not.equal('');
    const response = await fetchMedia(`/v1/media/${mediaId}`);
    expect([response.status, ((await response.json()) as Json).code]).to.deep.equal([404, 'media_expired']);
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

  it('expire when TikTok has them no more', async () => {
    peers.nextCodes.push(40_007);
    await send('IMG-4', 'MEDIA-4');
    expect((await settled('IMG-4', 'expired')).failure.code).to.equal('gone');
  });

  it('are asked for by a new address when the one that TikTok gave has expired', async () => {
    let refused = 0;
    peers.files.set('MEDIA-STALE', PNG);
    peers.faults.set('MEDIA-STALE', (response) => {
      refused += 1;
      peers.faults.delete('MEDIA-STALE');
      response.writeHead(403).end();
    });
    await send('IMG-STALE', 'MEDIA-STALE');
    await settled('IMG-STALE', 'stored');

    const asked = peers.calls.filter(({ path, body }) => path.endsWith('/download/') && body.includes('MEDIA-STALE'));
    expect([refused, asked.length]).to.deep.equal([1, 2]);
  });

  const SCRIPT = '<script>alert(1)</script>';
  for (const [what, file] of [
    ['a drawing with a script', `<svg xmlns="http://www.w3.org/2000/svg">${SCRIPT}</svg>`],
    ['a drawing behind a declaration', `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg">${SCRIPT}</svg>`],
    ['a page', `<!doctype html>${SCRIPT}`],
    ['a document', '%PDF-1.7\n1 0 obj'],
    ['a page that is also an archive', `PK\u0003\u0004${SCRIPT}`],
    ['a few letters', 'hello'],
  ] as const) {
    it(`fail when they are ${what}, and are never sent`, async () => {
      const id = `MEDIA ${what}`;
      peers.files.set(id, Buffer.from(file, 'latin1'));
      await send(`IMG ${what}`, id);
      const { mediaId, url, failure } = await settled(`IMG ${what}`, 'failed');

      expect([url, failure.code]).to.deep.equal([null, 'unsupported_type']);
      expect((await fetchMedia(`/v1/media/${mediaId}`)).status).to.equal(404);
    });
  }

  for (const [what, head, type] of [
    ['GIF', Buffer.from('GIF89a/*'), 'image/gif'],
    ['PNG', PNG, 'image/png'],
    ['JPEG', Buffer.from([0xff, 0xd8, 0xff, 0xe0]), 'image/jpeg'],
  ] as const) {
    it(`are sent as an image and as nothing else when a page hides behind the head of a ${what}`, async () => {
      const file = Buffer.concat([head, Buffer.from(`<!doctype html><html>${SCRIPT}</html>`)]);
      peers.files.set(`POLYGLOT ${what}`, file);
      await send(`POLY-${what}`, `POLYGLOT ${what}`);
      const response = await show((await settled(`POLY-${what}`, 'stored')).url);

      expect(response.headers.get('content-type')).to.equal(type);
      expect(response.headers.get('x-content-type-options')).to.equal('nosniff');
      expect(response.headers.get('content-security-policy')).to.equal("default-src 'none'; sandbox");
      expect(Buffer.from(await response.arrayBuffer()).equals(file)).to.equal(true);
    });
  }

  it('fail when they are larger than what is kept, said or not, and are not read to their end', async () => {
    let sent = 0;
    peers.faults.set('MEDIA-ENDLESS', (response) => {
      response.on('error', () => {});
      const pump = (): void => {
        if (response.destroyed || sent > 200 * 1_024 * 1_024) return;
        sent += 1_024 * 1_024;
        response.write(Buffer.alloc(1_024 * 1_024), () => setImmediate(pump));
      };
      pump();
    });
    await send('IMG-ENDLESS', 'MEDIA-ENDLESS');
    expect((await settled('IMG-ENDLESS', 'failed')).failure.code).to.equal('too_large');
    expect(sent).to.be.lessThan(100 * 1_024 * 1_024);
  });

  it('are asked for again when nothing came, or too slowly, while texts flow and other media come', async () => {
    let tries = 0;
    peers.files.set('MEDIA-EMPTY', PNG);
    peers.faults.set('MEDIA-EMPTY', (response) => {
      tries += 1;
      if (tries === 2) peers.faults.delete('MEDIA-EMPTY');
      response.end();
    });
    peers.files.set('MEDIA-SLOW', PNG);
    peers.faults.set('MEDIA-SLOW', (response) => {
      response.on('error', () => {});
      response.writeHead(200, { 'content-length': String(PNG.length) });
      const drip = setInterval(() => response.write(PNG.subarray(0, 1)), 1_000);
      response.on('close', () => clearInterval(drip));
    });
    await send('IMG-SLOW', 'MEDIA-SLOW');
    await send('IMG-EMPTY', 'MEDIA-EMPTY');
    await caughtUp(bench);
    expect((await media('IMG-SLOW')).state).to.equal('pending');
    await settled('IMG-EMPTY', 'stored');
    expect((await media('IMG-SLOW')).state, 'nothing waits for it').to.equal('pending');
    peers.faults.delete('MEDIA-SLOW');
    await settled('IMG-SLOW', 'stored');
    expect(tries).to.equal(2);
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
    expect((await show(pathOf(url))).status).to.equal(401);
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
