import { randomUUID } from 'node:crypto';
import { createServer, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createKafka, type IncomingRecord } from '@tiktok-channel/platform/kafka';
import { eventually } from '@tiktok-channel/platform/testing';
import { createCodec, topics } from '@tiktok-channel/schemas';
import { expect } from 'chai';
import { type IdentityProvider, startIdentityProvider } from '../support/identity.ts';
import { hasStackTrace, runCommand } from '../support/operator.ts';
import { type Conversation, connected, createOutboundWorld, type OutboundWorld, replyIn } from '../support/outbound.ts';

interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the body of an answer is what the test asserts
  readonly body: any;
}

describe('operators of outbound', function () {
  this.timeout(120_000);
  let world: OutboundWorld;
  let provider: IdentityProvider;
  let addresses: readonly string[];
  let bearer: string;
  let conversation: Conversation;

  before(async () => {
    world = await createOutboundWorld();
    await world.faults({ rate_limit_qps: 0 });
    provider = await startIdentityProvider();
    bearer = await provider.authorize({ accountId: 'operations', role: 'operator', userId: 'olga' });
    const replicas = [await world.startOutbound(provider.environment), await world.startOutbound(provider.environment)];
    addresses = replicas.map((outbound) => outbound.addresses().public);
  });
  beforeEach(async () => {
    conversation = await world.newConversation(await world.newChannel(), 1);
  });
  after(async () => {
    await world.stop();
    await provider.stop();
  });

  const call = async (method: string, path: string, body?: object, authorization = bearer): Promise<Answer> => {
    const answer = await fetch(`${addresses[0]}/operator/v1${path}`, {
      method,
      headers: { authorization, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: await answer.json() };
  };
  const get = (path: string) => call('GET', path);
  const act = (path: string, reason = 'the customer waits') => call('POST', path, { reason });
  const ask = async (overrides: Parameters<typeof replyIn>[1] = {}) => {
    const command = replyIn(conversation, overrides);
    await world.send(command);
    return command;
  };
  const stateOf = async (replyId: string) => (await get(`/replies/${replyId}`)).body.state;
  const answers = async () => (await world.phone(conversation)).filter(({ from }) => from === 'business');

  it('see where a reply stands and what came of each call, and never what it says', async () => {
    await world.faults({ rate_limit_qps: 0, api_fails_with: 51065, api_fails_on: 'send', api_fails_every: 1 });
    const command = await ask({ text: 'Only for you.' });
    await eventually('it is looked for', async () => (await stateOf(command.replyId)) === 'settling');
    const settling = await get(`/replies/${command.replyId}`);
    await world.faults({ rate_limit_qps: 0 });

    expect(settling.status).to.equal(200);
    expect(settling.body).to.include({ channelId: conversation.channelId, failure: null, messageId: null });
    const [attempt] = settling.body.attempts;
    expect(attempt).to.include({ attempt: 1, result: 'uncertain', tiktokCode: 51065 });
    expect(attempt.requestId).to.be.a('string').and.not.equal('');
    expect(attempt.durationMs).to.be.at.least(0);
    expect(JSON.stringify(settling.body)).to.not.include('Only for you.');
    expect((await act(`/replies/${command.replyId}/cancel`)).body).to.include({ status: 409, code: 'attempt_open' });
    expect((await act(`/replies/${command.replyId}/retry`)).body).to.include({ status: 409, code: 'no_verdict' });
  });

  it('list replies by where they stand, of one channel, page by page', async () => {
    const failed = [await ask({ text: '' }), await ask({ text: '' }), await ask({ text: '' })];
    const sent = await ask();
    await Promise.all([...failed, sent].map(({ replyId }) => world.verdict(replyId)));
    const list = `/replies?state=failed&channelId=${encodeURIComponent(conversation.channelId)}&limit=2`;
    const first = (await get(list)).body;
    const second = (await get(`${list}&cursor=${first.nextCursor}`)).body;

    const listed = [...first.items, ...second.items];
    expect(listed.map(({ replyId }) => replyId)).to.deep.equal(failed.map(({ replyId }) => replyId).toReversed());
    expect(listed[0])
      .to.include({ state: 'failed', attempts: 0 })
      .and.to.have.nested.property('failure.code', 'empty_reply');
    expect(second.nextCursor).to.equal(null);
    expect((await get('/replies?state=lost')).body).to.include({ status: 400, code: 'invalid_request' });
  });

  it('ask anew for what failed, as another reply, on record', async () => {
    world.channels.set(conversation.channelId, {
      ...connected('a token'),
      grantedScopes: [],
    });
    await world.channelChanged(conversation.channelId);
    const command = await ask({ text: 'Again.' });
    expect((await world.verdict(command.replyId)).value).to.include({ code: 'missing_scope' });
    await world.connect(conversation.channelId);
    await world.channelChanged(conversation.channelId);
    const { status, body } = await act(`/replies/${command.replyId}/retry`, 'the scope is granted now');

    expect(status).to.equal(202);
    expect(body.retryOf).to.equal(command.replyId);
    expect((await world.verdict(body.replyId)).name).to.equal('ReplySent');
    expect((await get(`/replies/${body.replyId}`)).body).to.include({ state: 'sent', retryOf: command.replyId });
    expect((await answers()).map(({ text }) => text)).to.deep.equal(['Again.']);
    expect((await act(`/replies/${body.replyId}/retry`)).body).to.include({ status: 409, code: 'was_sent' });
    expect(await actsOn(command.replyId)).to.deep.equal([
      { actor: 'olga', role: 'operator', action: 'reply.retried', reason: 'the scope is granted now' },
    ]);
  });

  it('pause a channel in all replicas: what comes waits, says so and expires, until it goes on', async () => {
    const channel = `/channels/${encodeURIComponent(conversation.channelId)}`;
    expect((await get(channel)).body).to.include({ isPaused: false, pausedAt: null, pausedBy: null });
    expect((await act(`${channel}/pause`, 'wrong texts')).body).to.include({ isPaused: true, pausedBy: 'olga' });
    const other = await world.newConversation(await world.newChannel(), 1);
    const waiting = await ask({ requestedAt: world.now() });
    const behind = await ask({ requestedAt: world.now() });
    const expiring = replyIn(await world.newConversation(conversation.channelId, 1), {
      expiresAt: world.now() + 2_000,
    });
    const ofOther = replyIn(other);
    await world.send(expiring, ofOther);

    expect((await world.status(waiting.replyId, 'ReplyDelayed')).value).to.include({ reason: 'channel_paused' });
    expect((await world.verdict(ofOther.replyId)).name).to.equal('ReplySent');
    expect((await world.verdict(expiring.replyId)).value).to.include({ code: 'expired', attempts: 0 });
    expect((await get(`/replies/${waiting.replyId}`)).body).to.include({
      state: 'delayed',
      delayReason: 'channel_paused',
    });
    expect(await answers()).to.deep.equal([]);

    expect((await act(`/replies/${waiting.replyId}/cancel`)).body).to.include({ state: 'cancelled' });
    expect((await act(`${channel}/resume`)).body).to.include({ isPaused: false });
    expect((await world.verdict(behind.replyId)).name).to.equal('ReplySent');
    expect(world.namesOf(waiting.replyId)).to.include('ReplyCancelled');
    expect((await actsOn(conversation.channelId)).map(({ action }) => action)).to.have.members([
      'channel.paused',
      'channel.resumed',
    ]);
  });

  it('pause a channel that is then disconnected: what waits is answered, and is not sent when it is connected again', async () => {
    const channel = `/channels/${encodeURIComponent(conversation.channelId)}`;
    await act(`${channel}/pause`, 'it moves to another account');
    const waiting = await ask({ requestedAt: world.now() });
    const behind = await ask({ requestedAt: world.now() });
    await eventually('it waits', async () => (await stateOf(waiting.replyId)) === 'delayed');
    world.channels.set(conversation.channelId, { ...connected('token'), status: 'disconnected', accessToken: null });
    await world.channelChanged(conversation.channelId);
    for (const { replyId } of [waiting, behind]) {
      expect((await world.verdict(replyId)).value).to.include({ code: 'channel_disconnected', attempts: 0 });
    }
    await world.connect(conversation.channelId);
    await world.channelChanged(conversation.channelId);
    await act(`${channel}/resume`);
    const next = await ask({ requestedAt: world.now(), text: 'Of the new account.' });

    expect((await world.verdict(next.replyId)).name).to.equal('ReplySent');
    expect((await answers()).map(({ text }) => text)).to.deep.equal(['Of the new account.']);
  });

  it('are operators, and say why', async () => {
    const agent = await provider.authorize({ accountId: 'account-1', role: 'agent' });
    expect((await call('GET', '/replies', undefined, agent)).body).to.include({ status: 403 });
    expect((await call('POST', '/channels/biz/pause', {})).body).to.include({ status: 400, code: 'invalid_request' });
    expect((await get('/replies/nobody')).body).to.include({ status: 404 });
    expect((await act('/replies/nobody/retry')).body).to.include({ status: 404 });
    expect((await get('/replies/%00')).body).to.include({ status: 404 });
  });

  it('say which channel they mean where two have replies of one id', async () => {
    const [here, there] = [conversation, await world.newConversation(await world.newChannel(), 1)];
    const replyId = `twin-${randomUUID()}`;
    await world.send(replyIn(here, { replyId, text: '' }), replyIn(there, { replyId, text: '' }));
    await eventually(
      'both are there',
      () => world.statuses.filter(({ value }) => value.replyId === replyId).length >= 4,
    );

    expect((await get(`/replies/${replyId}`)).body).to.include({ status: 409, code: 'reply_ambiguous' });
    const one = await get(`/replies/${replyId}?channelId=${encodeURIComponent(there.channelId)}`);
    expect(one.body).to.include({ channelId: there.channelId, state: 'failed' });
  });

  it('do all of it from the command line', async function () {
    this.timeout(240_000);
    const origin = await startOrigin(addresses[0] ?? '');
    const environment = { PUBLIC_URL: origin.url, OPERATOR_TOKEN: bearer.replace('Bearer ', '') };
    const command = (...args: string[]) => runCommand(args, environment);
    try {
      const failed = await ask({ text: '' });
      await world.verdict(failed.replyId);
      const { channelId } = conversation;
      const [listed, shown, unexplained, paused] = await Promise.all([
        command('replies', 'list', '--state', 'failed', '--channel', channelId),
        command('replies', 'show', failed.replyId),
        command('channels', 'pause', channelId),
        command('channels', 'pause', channelId, '--why', 'wrong texts'),
      ]);
      expect(listed.stdout).to.include(failed.replyId).and.to.include('empty_reply');
      expect(shown.stdout).to.include('empty_reply').and.to.include(conversation.conversationId);
      expect(unexplained).to.include({ code: 2 });
      expect(paused.stdout).to.include('replies wait');
      const retried = await command('replies', 'retry', failed.replyId, '--why', 'try', '--json');
      const { replyId } = JSON.parse(retried.stdout);
      expect((await world.verdict(replyId)).value).to.include({ code: 'empty_reply' });
      const waiting = await ask();
      await eventually('it waits', async () => (await stateOf(waiting.replyId)) === 'delayed');
      const cancelled = await command('replies', 'cancel', waiting.replyId, '--why', 'no longer true');
      expect(cancelled.stdout).to.include('is cancelled');
      const [resumed, again] = await Promise.all([
        command('channels', 'resume', channelId, '--why', 'put right'),
        command('replies', 'cancel', failed.replyId, '--why', 'late'),
      ]);
      expect(resumed.stdout).to.include('go on');
      expect(again).to.include({ code: 1 });
      expect(again.stderr).to.include('it has its verdict (verdict_reached)');
      expect(hasStackTrace(again)).to.equal(false);
    } finally {
      await origin.stop();
    }
  });

  const actsOn = async (subject: string) => {
    const { KAFKA_BROKERS = '', KAFKA_TOPIC_PREFIX: topicPrefix = '', SCHEMA_REGISTRY_URL = '' } = world.environment;
    const codec = await createCodec({ registry: { url: SCHEMA_REGISTRY_URL }, writes: [] });
    const kafka = createKafka({
      settings: { brokers: KAFKA_BROKERS.split(','), topicPrefix, clientId: 'audit' },
      logger: world.logger,
    });
    const records: IncomingRecord[] = [];
    const reader = kafka.createReader({
      topic: topics.audit.name,
      group: `audit-${randomUUID()}`,
      from: new Map(),
      read: async (batch) => void records.push(...batch.records),
      onFatal: (error) => {
        throw error;
      },
    });
    await reader.start();
    try {
      return await eventually('it is on record', async () => {
        const acts = await Promise.all(records.map(({ value }) => codec.decode(value)));
        const own = acts.flatMap((each) =>
          each.name === 'OperatorActed' && each.value.subject === subject ? [each.value] : [],
        );
        return own.length > 0 && own.map(({ actor, role, action, reason }) => ({ actor, role, action, reason }));
      });
    } finally {
      await reader.stop();
    }
  };
});

/** The one public origin, as far as operators of outbound use it. */
const startOrigin = async (outbound: string) => {
  const server = createServer((request, response) => {
    const path = request.url?.replace('/operator/outbound/v1', '/operator/v1') ?? '';
    const { host: _host, ...headers } = request.headers;
    const call = forward(`${outbound}${path}`, { method: request.method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    request.pipe(call);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
