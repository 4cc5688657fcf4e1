import { expect } from 'chai';
import { z } from 'zod';
import { DependencyUnavailable } from '../kernel/index.ts';
import { createRecordingLogger } from '../testing/index.ts';
import {
  createApp,
  createHttpServer,
  createInternalApp,
  HttpProblem,
  jsonBody,
  onlyMethods,
  validate,
} from './index.ts';

const logger = createRecordingLogger();
const app = createApp({
  logger,
  mount: (routes) => {
    routes.post('/replies', jsonBody, (request, response) => {
      response.json(validate(z.object({ text: z.string() }), request.body));
    });
    routes.all('/replies', onlyMethods('POST'));
    routes.get('/things/:id', (_request, response) => {
      response.json({});
    });
    routes.get('/refused', () => {
      throw new HttpProblem(409, 'attempt_open', 'an attempt is under way');
    });
    routes.get('/away', () => {
      throw new DependencyUnavailable('database');
    });
    routes.get('/broken', async () => {
      throw new Error('select * from secrets');
    });
  },
});
const server = createHttpServer({ name: 'api', listener: app, host: '127.0.0.1', port: 0 });

const call = async (path: string, init: RequestInit = {}) => {
  const response = await fetch(`http://127.0.0.1:${server.port()}${path}`, init);
  return { response, body: (await response.json()) as Record<string, unknown> };
};
const post = (body: string) =>
  call('/replies', { method: 'POST', body, headers: { 'content-type': 'application/json' } });

describe('the HTTP server', () => {
  before(() => server.start());
  after(() => server.stop());

  it('answers a refusal as a problem document with a stable code', async () => {
    const { response, body } = await call('/refused', { headers: { 'x-request-id': 'r-1' } });

    expect(response.headers.get('content-type')).to.include('application/problem+json');
    expect(body).to.deep.equal({
      type: 'about:blank',
      title: 'attempt_open',
      status: 409,
      code: 'attempt_open',
      detail: 'an attempt is under way',
      requestId: 'r-1',
    });
  });

  it('names the field that is wrong', async () => {
    const { response, body } = await post('{"text":7}');

    expect(response.status).to.equal(400);
    expect(body).to.have.nested.property('errors[0].field', 'text');
  });

  for (const [what, sent, status, code] of [
    ['a body that is no JSON', '{"text":', 400, 'invalid_json'],
    ['a body that is too large', `{"text":"${'x'.repeat(1_100_000)}"}`, 413, 'body_too_large'],
  ] as const) {
    it(`answers ${status} to ${what}`, async () => {
      const { response, body } = await post(sent);

      expect([response.status, body.code]).to.deep.equal([status, code]);
    });
  }

  for (const [path, method, status] of [
    ['/nowhere', 'GET', 404],
    ['/replies', 'GET', 405],
    ['/things/%E0%A4%A', 'GET', 400],
  ] as const) {
    it(`answers ${status} to ${method} ${path}`, async () => {
      expect((await call(path, { method })).response.status).to.equal(status);
    });
  }

  it('answers 503 when a dependency is away, says when to come back and logs no error', async () => {
    const { response, body } = await call('/away');

    expect(response.status).to.equal(503);
    expect(response.headers.get('retry-after')).to.equal('5');
    expect(body).to.include({ code: 'unavailable', detail: 'the database of this service does not answer' });
    expect(logger.lines).to.deep.equal([]);
  });

  it('answers 500 to a defect, logs it under the request id and tells nothing of it', async () => {
    const { response, body } = await call('/broken');

    expect(response.status).to.equal(500);
    expect(JSON.stringify(body)).to.not.include('secrets');
    expect(logger.lines.at(-1)).to.deep.include({ level: 'error', event: 'http.failed' });
  });
});

describe('the internal port', () => {
  const health = { alive: true, ready: true as boolean };
  const internal = createHttpServer({
    name: 'internal',
    host: '127.0.0.1',
    port: 0,
    listener: createInternalApp({
      logger,
      lifecycle: { health: () => health, isReady: () => true },
      handleMetrics: (_request, response) => response.end('metrics'),
    }),
  });
  const status = async (path: string) => (await fetch(`http://127.0.0.1:${internal.port()}${path}`)).status;

  before(() => internal.start());
  after(() => internal.stop());

  it('tells a dependency that is away by readiness, not by liveness', async () => {
    health.ready = false;

    expect([await status('/health/live'), await status('/health/ready')]).to.deep.equal([200, 503]);
  });
});
