import { randomBytes } from 'node:crypto';
import { eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { readConsoleSettings } from '../src/compose.ts';
import { type Seen, type StartedConsole, startConsole, startUpstream } from './support.ts';

/** Far beyond every test: what ends earlier is ended by what is known of a replica, not by its silence. */
const SILENCE_MS = 60_000;
const PACE = { askEveryMs: 20, patienceMs: 1_500, frozenAfter: 2 };

describe('the replicas of a service', () => {
  let console: StartedConsole;
  let replicas: Awaited<ReturnType<typeof startUpstream>>[];

  beforeEach(async () => {
    const seen: Seen[] = [];
    replicas = [await startUpstream('conversation', seen), await startUpstream('conversation', seen)];
    const urls = replicas.map(({ url }) => url).join(',');
    const one = { CONVERSATION_URL: urls, CONVERSATION_INTERNAL_URL: urls };
    console = await startConsole({ ...one, INGRESS_URL: urls, INGRESS_INTERNAL_URL: urls }, SILENCE_MS, PACE);
  });
  afterEach(async () => {
    await console.stop();
    await Promise.all(replicas.map((replica) => replica.stop()));
  });

  const [first, second] = [() => replicas[0] as (typeof replicas)[0], () => replicas[1] as (typeof replicas)[0]];
  const read = () => fetch(`${console.url}/v1/conversations`);
  const upload = (body: Buffer) => fetch(`${console.url}/v1/media`, { method: 'POST', body });
  const changes = () => console.logger.lines.filter(({ event }) => event === 'replica.changed');
  const isKnownAs = (state: string, { url }: { readonly url: string }) =>
    eventually(`the replica is known as ${state}`, () => {
      const known = changes().findLast(({ fields }) => fields.upstream === 'conversation' && fields.url === url);
      return known?.fields.to === state;
    });

  it('take turns', async () => {
    for (let count = 0; count < 10; count += 1) await read();

    expect([first().served().length, second().served().length]).to.deep.equal([5, 5]);
  });

  it('get no request while they are not ready, and do again once they are', async () => {
    first().answerHealthBy(503);
    await isKnownAs('notReady', first());
    for (let count = 0; count < 6; count += 1) await read();
    expect(first().served()).to.have.length(0);

    first().answerHealthBy(200);
    await isKnownAs('ready', first());
    for (let count = 0; count < 6; count += 1) await read();
    expect(first().served()).to.have.length(3);
  });

  it('are tried all the same when none of them is ready', async () => {
    for (const replica of replicas) replica.answerHealthBy(503);
    await Promise.all(replicas.map((replica) => isKnownAs('notReady', replica)));

    expect((await read()).status).to.equal(200);
  });

  it('stand in for one that takes no connection, for a body as for a question, each sent once and whole', async () => {
    await first().stop();
    const bodies = Array.from({ length: 6 }, () => randomBytes(1_000_000));
    const statuses = await Promise.all(bodies.map(async (body) => (await upload(body)).status));

    expect(statuses).to.deep.equal(Array(6).fill(200));
    const arrived = second().served();
    expect(arrived).to.have.length(6);
    expect(bodies.every((body) => arrived.some((seen) => seen.body.equals(body)))).to.equal(true);
  });

  it('stand in for one that hangs up, for a question alone', async () => {
    first().answerBy((request) => request.socket.destroy());
    const questions = await Promise.all(Array.from({ length: 4 }, async () => (await read()).status));
    const uploads = await Promise.all(Array.from({ length: 4 }, async () => (await upload(randomBytes(10))).status));

    expect(questions).to.deep.equal([200, 200, 200, 200]);
    expect(uploads.toSorted()).to.deep.equal([200, 200, 502, 502]);
    expect(
      second()
        .served()
        .map(({ body }) => body.length),
    ).to.have.members([0, 0, 0, 0, 10, 10]);
  });

  it('leave a delivery to TikTok’s repetition when one dies over it', async () => {
    for (const replica of replicas) replica.answerBy((request) => request.socket.destroy());
    const response = await fetch(`${console.url}/webhooks/tiktok`, { method: 'POST', body: '{}' });

    expect(response.status).to.equal(503);
    expect(response.headers.get('retry-after')).to.equal('2');
    expect(await response.json()).to.include({ code: 'service_unreachable' });
  });

  it('answer in place of one that is frozen, also what it was asked before', async () => {
    const asked = Promise.withResolvers<void>();
    first().answerBy(() => asked.resolve());
    const waiting = [read(), read(), upload(randomBytes(10)), upload(randomBytes(10))];
    await asked.promise;
    first().answerHealthBy('silent');
    const statuses = (await Promise.all(waiting)).map(({ status }) => status);

    expect(statuses.slice(0, 2)).to.deep.equal([200, 200]);
    expect(statuses.slice(2).toSorted()).to.deep.equal([200, 502]);
    expect((await read()).status).to.equal(200);
  });

  it('come back into the turn', async () => {
    await first().stop();
    await isKnownAs('away', first());
    await first().start();
    await isKnownAs('ready', first());
    for (let count = 0; count < 4; count += 1) await read();

    expect(first().served()).to.have.length(2);
  });

  it('are present on the start page while one of them answers', async () => {
    await first().stop();
    expect(await (await fetch(`${console.url}/`)).text()).not.to.include('does not answer');
  });

  it('need an internal address each, where there are several', () => {
    const urls = { INGRESS_URL: 'http://a', HISTORY_URL: 'http://a', AUTH_URL: 'http://a', OUTBOUND_URL: 'http://a' };
    const read = (internal: string) => () =>
      readConsoleSettings({ ...urls, CONVERSATION_URL: 'http://a,http://b', CONVERSATION_INTERNAL_URL: internal });

    expect(read('http://a:1')).to.throw('CONVERSATION_INTERNAL_URL');
    expect(read('http://a:1,http://b:1')).not.to.throw();
  });
});
