import { expect } from 'chai';
import type { HttpCall, HttpClient } from '../http-client/index.ts';
import { createTikTokApi, parseJson } from './index.ts';

describe('JSON of TikTok', () => {
  for (const [text, value] of [
    ['{"id":7300000000000000001}', { id: '7300000000000000001' }],
    ['[-7300000000000000001, 12]', ['-7300000000000000001', 12]],
    ['7300000000000000001', '7300000000000000001'],
    ['[ 1,\n 7300000000000000001]', [1, '7300000000000000001']],
    ['{"at":1767225599120}', { at: 1767225599120 }],
    ['{"id":"7300000000000000001"}', { id: '7300000000000000001' }],
    ['{"rate":0.1234567890123456}', { rate: 0.1234567890123456 }],
    ['{"__proto__":{"a":1}}', JSON.parse('{"__proto__":{"a":1}}')],
  ] as const) {
    it(`keeps every digit of ${text}`, () => {
      expect(parseJson(text)).to.deep.equal(value);
    });
  }

  it('throws for what is no JSON', () => {
    expect(() => parseJson('{')).to.throw(SyntaxError);
  });
});

describe('the client of TikTok', () => {
  const answering = (status: number, body: string): { client: HttpClient; calls: HttpCall[] } => {
    const calls: HttpCall[] = [];
    const call = async (asked: HttpCall) => {
      calls.push(asked);
      return { status, headers: {}, body: Buffer.from(body) };
    };
    return { calls, client: { call, close: async () => {} } };
  };
  const api = (client: HttpClient) => createTikTokApi({ client, baseUrl: 'http://tiktok/open_api', version: 'v1.3' });

  it('reads the envelope', async () => {
    const { client } = answering(200, '{"code":40064,"message":"Take a rest.","request_id":"R1","data":{}}');

    expect(await api(client).post('business/message/send/', { body: {} })).to.deep.equal({
      code: 40064,
      message: 'Take a rest.',
      requestId: 'R1',
      data: {},
      httpStatus: 200,
    });
  });

  it('sends the token as Access-Token, and a plus sign in a query encoded', async () => {
    const { client, calls } = answering(200, '{"code":0}');

    await api(client).get('business/message/content/list/', {
      query: { conversation_id: 'C+a/b==' },
      accessToken: 'act',
    });

    expect(calls).to.deep.equal([
      {
        method: 'GET',
        url: 'http://tiktok/open_api/v1.3/business/message/content/list/?conversation_id=C%2Ba%2Fb%3D%3D',
        headers: { 'Access-Token': 'act' },
      },
    ]);
  });

  for (const body of ['<html>bad gateway</html>', '{"ok":true}', '']) {
    it(`finds ${body || 'an empty body'} unreadable, whatever the status`, async () => {
      const { client } = answering(502, body);

      const error = await api(client)
        .post('business/message/send/', { body: {} })
        .catch((thrown: unknown) => thrown);

      expect(error).to.include({ name: 'HttpClientError', code: 'unreadable' });
    });
  }
});
