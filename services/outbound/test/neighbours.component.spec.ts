import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createChannelTokens } from '@tiktok-channel/platform/channel-tokens';
import { createHttpClient, type HttpClient } from '@tiktok-channel/platform/http-client';
import { DependencyUnavailable, fingerprint } from '@tiktok-channel/platform/kernel';
import { createManualClock, type ManualClock } from '@tiktok-channel/platform/testing';
import { createTikTokApi } from '@tiktok-channel/platform/tiktok';
import { expect } from 'chai';
import { createImages } from '../src/adapters/conversation/images.client.ts';
import { createTikTok } from '../src/adapters/tiktok/tiktok.client.ts';
import { echoFingerprint } from '../src/domain/echo.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

describe('a call to a neighbour', () => {
  let server: Server;
  let url: string;
  let client: HttpClient;
  let clock: ManualClock;
  let answer: Answer;
  let requests: number;

  beforeEach(async () => {
    requests = 0;
    clock = createManualClock();
    client = createHttpClient({ name: 'neighbour', deadlineMs: 500 });
    server = createServer((request, response) => {
      requests += 1;
      request.resume().on('end', () => answer(request, response));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    await client.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const json =
    (body: object, status = 200): Answer =>
    (_request, response) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
  const serviceToken = async (audience: string) => `token-for-${audience}`;
  const errorOf = async (work: () => Promise<unknown>) => {
    const thrown = await work().then(
      () => null,
      (error: unknown) => error,
    );
    expect(thrown).to.be.instanceOf(DependencyUnavailable);
    return (thrown as DependencyUnavailable).code;
  };

  describe('to TikTok', () => {
    const caller = { channelId: 'biz-1', accessToken: 'act.secret' };
    const text = { kind: 'text', text: 'Yes.', quotedMessageId: null } as const;
    const tiktok = (baseUrl = url) =>
      createTikTok({
        api: createTikTokApi({ client, baseUrl, version: 'v1.3' }),
        gate: {
          enter: async () => ({
            kind: 'open',
            turn: { atMs: 0, nears: async () => {}, begins: async () => {}, begun: () => {} },
          }),
        },
        circuit: { call: (work) => work() },
        onAnswer: () => {},
        clock,
      });
    const send = (deadlineMs = clock.now() + 200, baseUrl = url) =>
      tiktok(baseUrl).send(caller, 'CONV+a/b==', text, { atMs: deadlineMs, onWriting: () => {} });

    for (const { name, given, kind } of [
      { name: 'accepts', given: json({ code: 0, data: { message: { message_id: 'MSG-1' } } }), kind: 'accepted' },
      { name: 'rejects', given: json({ code: 40002, message: 'no', request_id: 'r' }), kind: 'rejected' },
      { name: 'names no message', given: json({ code: 0, data: {} }), kind: 'uncertain' },
      { name: 'answers a code that proves nothing', given: json({ code: 51065 }), kind: 'uncertain' },
      { name: 'answers a server error', given: json({ code: 40002 }, 502), kind: 'uncertain' },
      {
        name: 'answers what is no JSON',
        given: (_request: IncomingMessage, response: ServerResponse) => void response.end('<html>'),
        kind: 'uncertain',
      },
      {
        name: 'hangs up',
        given: (request: IncomingMessage) => void request.socket.destroy(),
        kind: 'uncertain',
      },
      { name: 'does not answer in time', given: () => {}, kind: 'uncertain' },
    ]) {
      it(`that ${name} is ${kind}`, async () => {
        answer = given;
        expect((await send()).kind).to.equal(kind);
        expect(requests).to.equal(1);
      });
    }

    it('that cannot be connected to is unsent', async () => {
      expect(await send(clock.now() + 200, 'http://127.0.0.1:1')).to.deep.equal({ kind: 'unsent' });
    });
    it('after the deadline is not made', async () => {
      answer = json({});
      expect(await send(clock.now())).to.deep.equal({ kind: 'unsent' });
      expect(requests).to.equal(0);
    });
    it('destroys the socket at the deadline', async () => {
      const closed = new Promise<void>((resolve) => {
        answer = (request) => void request.socket.once('close', () => resolve());
      });
      expect((await send(clock.now() + 100)).kind).to.equal('uncertain');
      await closed;
    });

    for (const { name, given } of [
      { name: 'fails', given: json({ code: 50000 }, 500) },
      { name: 'answers something else', given: json({ code: 0, data: { messages: 'none' } }) },
    ]) {
      it(`that ${name} may be asked again for a conversation`, async () => {
        answer = given;
        expect(await errorOf(() => tiktok().listContent(caller, 'CONV'))).to.equal('tiktok_unavailable');
      });
    }
    it('lists a conversation', async () => {
      const message = (id: string, timestamp: number, from: string, rest: object) => ({
        message_id: id,
        timestamp,
        from_user: { id: from },
        ...rest,
      });
      answer = json({
        code: 0,
        data: {
          participants: [
            { role: 'BUSINESS_ACCOUNT', id: 'biz-1' },
            { role: 'PERSONAL_ACCOUNT', id: 'u-1', is_follower: true },
          ],
          messages: [
            message('M3', 7, 'biz-1', {
              message_type: 'SHARE_POST',
              share_post: { embed_url: 'https://www.tiktok.com/player/v1/7300000000000000042' },
              message_tag: { source: 'NEWLY_INVENTED' },
            }),
            message('M2', 6, 'biz-1', {
              message_type: 'TEXT',
              text: { body: 'Yes.' },
              message_tag: { source: 'API' },
            }),
            message('M1', 5, 'u-1', { message_type: 'STICKER' }),
          ],
        },
      });
      const listed = await tiktok().listContent(caller, 'CONV');
      if (listed.kind !== 'answered') throw new Error('it was not answered');
      const { sightings, ...rest } = listed.value;
      expect(rest).to.deep.equal({ newestMessageAtMs: 7, oldestMessageAtMs: 5, isWhole: true, isFollower: true });
      expect(
        sightings.map(({ received, echo }) => received?.messageId ?? [echo?.source, echo?.fingerprint]),
      ).to.deep.equal([
        ['UNKNOWN', echoFingerprint({ kind: 'sharedPost', itemId: '7300000000000000042' })],
        ['API', echoFingerprint({ kind: 'text', text: 'Yes.' })],
        'M1',
      ]);
      expect(sightings.at(-1)?.received?.isQuotable).to.equal(false);
    });
    it('asks for the capability of the other type when its guess is refused', async () => {
      const asked: (string | null)[] = [];
      answer = (request, response) => {
        const type = new URL(request.url ?? '', url).searchParams.get('conversation_type');
        asked.push(type);
        const infos = [{ capability_type: 'IMAGE_SEND', capability_result: true }];
        const body = type === 'SINGLE' ? { code: 0, data: { capability_infos: infos } } : { code: 40002 };
        json(body)(request, response);
      };
      const told = await tiktok().canSendImages(caller, { conversationId: 'CONV', hasReplied: false });
      expect(told).to.deep.equal({ kind: 'answered', value: true });
      expect(asked).to.deep.equal(['STRANGER', 'SINGLE']);
    });
    it('sends an action, which has no message id', async () => {
      answer = json({ code: 0, data: { message: { message_id: '' } } });
      const typing = { kind: 'action', action: 'TYPING' } as const;
      expect(await tiktok().send(caller, 'CONV', typing, { atMs: clock.now() + 200, onWriting: () => {} })).to.include({
        kind: 'accepted',
        tiktokMessageId: null,
      });
    });
  });

  describe('to auth', () => {
    const channel = { status: 'connected', grantedScopes: ['message.list.send'], accessToken: 'act.1' };
    const channels = () => createChannelTokens({ client, baseUrl: url, serviceToken, clock });

    it('is made once a minute while the token is good', async () => {
      answer = json({ ...channel, goodUntil: clock.now() + 3_600_000 });
      const { access } = channels();
      await access('biz-1');
      clock.advance(59_999);
      expect(await access('biz-1')).to.deep.equal({ kind: 'known', ...channel });
      expect(requests).to.equal(1);
      clock.advance(1);
      await access('biz-1');
      expect(requests).to.equal(2);
    });
    it('is made again for a token that soon ends, or that TikTok refused', async () => {
      answer = json({ ...channel, goodUntil: clock.now() + 40_000 });
      const { access, refused } = channels();
      await access('biz-1');
      clock.advance(10_000);
      await access('biz-1');
      expect(requests).to.equal(2);
      refused('biz-1', 'act.0');
      refused('biz-1', 'act.1');
      await access('biz-1');
      expect(requests).to.equal(3);
    });
    it('tells auth once which token TikTok refused, and again when auth did not answer', async () => {
      const told: unknown[] = [];
      const { access, refused } = createChannelTokens({
        client: {
          call: (call) => {
            told.push(JSON.parse(String(call.body)).refusedTokenFingerprint);
            return client.call(call);
          },
        },
        baseUrl: url,
        serviceToken,
        clock,
      });
      refused('biz-1', 'act.1');
      answer = json({}, 503);
      await errorOf(() => access('biz-1'));
      answer = json({ ...channel, goodUntil: clock.now() });
      await access('biz-1');
      await access('biz-1');
      expect(told).to.deep.equal([fingerprint('act.1'), fingerprint('act.1'), undefined]);
    });
    it('is made again for a channel that has changed', async () => {
      answer = json({ ...channel, goodUntil: clock.now() + 3_600_000 });
      const { access, forget } = channels();
      await access('biz-1');
      forget('biz-1');
      await access('biz-1');
      expect(requests).to.equal(2);
    });
    it('names a channel that auth does not know', async () => {
      answer = json({ code: 'channel_unknown' }, 404);
      expect(await channels().access('biz/1')).to.deep.equal({ kind: 'unknown' });
    });
    it('knows no channel whose id would make another address', async () => {
      answer = json({ code: 'not_found' }, 404);
      expect(await Promise.all(['.', '..'].map(channels().access))).to.deep.equal([
        { kind: 'unknown' },
        { kind: 'unknown' },
      ]);
    });

    for (const { name, given } of [
      { name: 'is not there', given: json({ code: 'not_found' }, 404) },
      { name: 'is unavailable', given: json({}, 503) },
      { name: 'answers something else', given: json({ accessToken: 1 }) },
      { name: 'does not answer', given: () => {} },
    ]) {
      it(`that ${name} is made again later`, async () => {
        answer = given;
        const { access } = createChannelTokens({
          client: { call: (call) => client.call({ ...call, deadlineMs: 200 }) },
          baseUrl: url,
          serviceToken,
          clock,
        });
        expect(await errorOf(() => access('biz-1'))).to.equal('auth_unavailable');
      });
    }
  });

  describe('to conversation', () => {
    const images = () => createImages({ client, baseUrl: url, serviceToken });

    for (const { name, given, image } of [
      {
        name: 'brings an image',
        given: (_request: IncomingMessage, response: ServerResponse) =>
          void response.writeHead(200, { 'content-type': 'image/PNG; x=1' }).end('png'),
        image: { kind: 'image', mediaType: 'image/png', bytes: Buffer.from('png') },
      },
      { name: 'knows no such image', given: json({ code: 'media_unknown' }, 404), image: { kind: 'unknown' } },
      { name: 'has the image not yet', given: json({ code: 'media_pending' }, 409), image: { kind: 'pending' } },
      {
        name: 'brings more than TikTok takes',
        given: (_request: IncomingMessage, response: ServerResponse) => void response.end(Buffer.alloc(4_000_000)),
        image: { kind: 'too_large' },
      },
    ]) {
      it(name, async () => {
        answer = given;
        expect(await images().fetch('media-1')).to.deep.equal(image);
      });
    }
    it('that fails is made again later', async () => {
      answer = json({}, 500);
      expect(await errorOf(() => images().fetch('media-1'))).to.equal('conversation_unavailable');
    });
  });
});
