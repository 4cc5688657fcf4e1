import { createApp, createHttpServer } from '@tiktok-channel/platform/http-server';
import { DependencyUnavailable } from '@tiktok-channel/platform/kernel';
import { createRecordingLogger } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { sendWhenDone } from './slow-answer.ts';

describe('an answer that takes long', () => {
  let answer: PromiseWithResolvers<unknown>;
  let everyMs: number;
  const server = createHttpServer({
    name: 'slow',
    listener: createApp({
      logger: createRecordingLogger(),
      mount: (app) => app.get('/', (_request, response) => sendWhenDone(response, answer.promise, everyMs)),
    }),
    host: '127.0.0.1',
    port: 0,
  });

  before(server.start);
  after(server.stop);
  beforeEach(() => {
    answer = Promise.withResolvers();
    answer.promise.catch(() => undefined);
    everyMs = 5;
  });

  it('gives signs of life until it is there, and is JSON with them', async () => {
    const response = await fetch(server.url());
    expect(response.headers.get('content-type')).to.match(/^application\/json/);
    answer.resolve({ differences: [] });
    const text = await response.text();
    expect(text).to.match(/^ +\{/);
    expect(JSON.parse(text)).to.deep.equal({ differences: [] });
  });

  it('ends the connection when it fails after all, which nobody takes for an answer', async () => {
    const response = await fetch(server.url());
    answer.reject(new DependencyUnavailable('database', new Error('gone')));
    const read = await response.text().then(
      () => 'an answer',
      () => 'no answer',
    );
    expect(read).to.equal('no answer');
  });

  it('is the problem itself when it fails at once', async () => {
    everyMs = 60_000;
    answer.reject(new DependencyUnavailable('database', new Error('gone')));
    const response = await fetch(server.url());
    expect([response.status, ((await response.json()) as { code: string }).code]).to.deep.equal([503, 'unavailable']);
  });
});
