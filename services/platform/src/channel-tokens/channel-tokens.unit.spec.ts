import { expect } from 'chai';
import { type HttpCall, HttpClientError } from '../http-client/index.ts';
import { fingerprint } from '../kernel/index.ts';
import { createManualClock } from '../testing/index.ts';
import { createChannelTokens } from './index.ts';

const clock = createManualClock();

const body = (overrides: object = {}) => ({
  channelId: 'biz-1',
  status: 'connected',
  grantedScopes: ['message.list.read'],
  accessToken: 'act-1',
  goodUntil: clock.now() + 3_600_000,
  ...overrides,
});

const world = (...answers: readonly (object | Error)[]) => {
  const calls: HttpCall[] = [];
  const tokens = createChannelTokens({
    client: {
      call: async (call) => {
        calls.push(call);
        const answer = answers[calls.length - 1] ?? answers.at(-1);
        if (answer instanceof Error) throw answer;
        const { httpStatus = 200, ...rest } = answer as { readonly httpStatus?: number };
        return { status: httpStatus, headers: {}, body: Buffer.from(JSON.stringify(rest)) };
      },
    },
    baseUrl: 'http://auth:9090',
    serviceToken: async (audience) => `token-for-${audience}`,
    clock,
  });
  return { tokens, calls };
};

const failureOf = (promise: Promise<unknown>): Promise<unknown> => promise.then(() => null).catch((error) => error);

describe('the access tokens of channels', () => {
  it('are asked of auth as this service, an id of any characters in the path', async () => {
    const { tokens, calls } = world(body());

    const access = await tokens.access('biz+a/b==');

    expect(access).to.include({ kind: 'known', status: 'connected', accessToken: 'act-1' });
    expect(calls[0]).to.deep.include({
      method: 'POST',
      url: 'http://auth:9090/internal/v1/channels/biz%2Ba%2Fb%3D%3D/access-token',
      body: '{}',
    });
    expect(calls[0]?.headers).to.include({ authorization: 'Bearer token-for-auth' });
  });

  it('are used for a minute without asking again', async () => {
    const { tokens, calls } = world(body());

    await tokens.access('biz-1');
    clock.advance(59_999);
    await tokens.access('biz-1');
    clock.advance(1);
    await tokens.access('biz-1');

    expect(calls).to.have.length(2);
  });

  it('are not used into the half minute before their end', async () => {
    const { tokens, calls } = world(body({ goodUntil: clock.now() + 40_000 }));

    await tokens.access('biz-1');
    clock.advance(10_000);
    await tokens.access('biz-1');

    expect(calls).to.have.length(2);
  });

  it('that TikTok refused are told to auth until it has answered, and not used again', async () => {
    const { tokens, calls } = world(body(), new HttpClientError('timed_out', 'auth'), body({ accessToken: 'act-2' }));

    await tokens.access('biz-1');
    tokens.refused('biz-1', 'act-1');
    await failureOf(tokens.access('biz-1'));
    const access = await tokens.access('biz-1');
    tokens.forget('biz-1');
    await tokens.access('biz-1');

    const told = JSON.stringify({ refusedTokenFingerprint: fingerprint('act-1') });
    expect(access).to.include({ accessToken: 'act-2' });
    expect(calls.map((call) => call.body)).to.deep.equal(['{}', told, told, '{}']);
  });

  it('keep a newer one when an older one was refused', async () => {
    const { tokens, calls } = world(body());

    await tokens.access('biz-1');
    tokens.refused('biz-1', 'an-older-one');
    await tokens.access('biz-1');

    expect(calls).to.have.length(1);
  });

  it('are asked for each time while there is none', async () => {
    const { tokens, calls } = world(body({ status: 'needs_reauthorization', accessToken: null, goodUntil: null }));

    const access = await tokens.access('biz-1');
    await tokens.access('biz-1');

    expect(access).to.include({ kind: 'known', status: 'needs_reauthorization', accessToken: null });
    expect(calls).to.have.length(2);
  });

  it('are none of a channel that was never connected', async () => {
    const { tokens } = world({ httpStatus: 404, code: 'channel_unknown' });

    expect(await tokens.access('biz-1')).to.deep.equal({ kind: 'unknown' });
    expect(await tokens.access('..')).to.deep.equal({ kind: 'unknown' });
    expect(await tokens.access('')).to.deep.equal({ kind: 'unknown' });
  });

  for (const [what, answer] of [
    ['is away', new HttpClientError('unreachable', 'auth')],
    ['is overloaded', { httpStatus: 503, code: 'unavailable' }],
    ['has no such address', { httpStatus: 404, code: 'not_found' }],
    ['answers something else', { status: 'on holiday' }],
  ] as const) {
    it(`are not known while auth ${what}`, async () => {
      const { tokens } = world(answer);

      expect(await failureOf(tokens.access('biz-1'))).to.include({ code: 'auth_unavailable', retryable: true });
    });
  }
});
