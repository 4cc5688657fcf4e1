import { eventually } from '@tiktok-channel/platform/testing';
import { type Codec, createCodec, topics } from '@tiktok-channel/schemas';
import { expect } from 'chai';
import { createHistoryWorld, type HistoryWorld } from '../support/history.ts';
import { hasStackTrace, NOBODY, runCommand, startCommand } from '../support/operator.ts';

describe('tiktok-channel history import', () => {
  let world: HistoryWorld;
  let codec: Codec;

  const environment = () => ({
    KAFKA_BROKERS: world.kafka.settings.brokers.join(','),
    KAFKA_TOPIC_PREFIX: world.kafka.settings.topicPrefix,
    SCHEMA_REGISTRY_URL: process.env.SCHEMA_REGISTRY_URL,
  });
  const importHistory = (...args: readonly string[]) =>
    runCommand(['history', 'import', '--as', 'olga', ...args], environment());
  const requestsOf = (channel: string) =>
    world.published.flatMap(({ decoded }) =>
      decoded.name === 'ImportHistory' && decoded.value.channelId === channel ? [decoded.value] : [],
    );

  before(async () => {
    world = await createHistoryWorld();
    codec = await createCodec({ registry: { url: process.env.SCHEMA_REGISTRY_URL ?? '' } });
    await world.startHistory();
  });
  after(() => world.stop());

  it('imports a channel, says what it found, and puts on record who did it and why', async () => {
    const channel = await world.newChannel();
    for (const username of ['mia', 'noah']) await world.writes(channel, username, { type: 'text', text: 'Hello?' });

    const result = await importHistory(channel, '--why', 'webhooks were lost');
    const [act] = await world.kafka.read(topics.audit.name, 1);
    const decoded = await codec.decode(act?.value ?? null);

    expect(result.code, result.stderr).to.equal(0);
    expect(result.stdout).to.equal('2 of 2 conversations read, 2 messages\n');
    expect(decoded.name === 'OperatorActed' && decoded.value).to.include({
      actor: 'olga',
      role: 'operator',
      action: 'history.import_requested',
      subject: channel,
      reason: 'webhooks were lost',
    });
    expect(requestsOf(channel)).to.have.length(1);
    expect(requestsOf(channel)[0]).to.include({ reason: 'requested', requestedBy: 'olga' });
  });

  it('imports one conversation, and tells it to machines', async () => {
    const channel = await world.newChannel();
    await world.writes(channel, 'noah', { type: 'text', text: 'Hello?' });
    const { conversationId } = await world.writes(channel, 'mia', { type: 'text', text: 'Hello?' });

    const result = await importHistory(channel, '--conversation', conversationId, '--why', 'one is missing', '--json');

    expect(JSON.parse(result.stdout)).to.include({
      state: 'FINISHED',
      conversationsTotal: 1,
      messagesFound: 1,
      resumeAfter: conversationId,
    });
  });

  it('says why an import failed, and what to do', async () => {
    const channel = await world.newChannel();
    world.channels.set(channel, { status: 'needs_reauthorization', accessToken: null });

    const result = await importHistory(channel, '--why', 'webhooks were lost');

    expect(result.code).to.equal(1);
    expect(result.stderr).to.include('channel_needs_reauthorization').and.include('authorise the channel again');
    expect(hasStackTrace(result)).to.equal(false);
  });

  it('lets the import go on when nobody watches it any longer', async () => {
    const channel = await world.newChannel();
    await world.faults({ api_away: true });
    const command = startCommand(['history', 'import', channel, '--as', 'olga', '--why', 'to be left'], environment());
    const { requestId } = await eventually('the request', () => requestsOf(channel)[0]);

    command.interrupt();
    const result = await command.result;
    await world.faults({});
    await world.advance(60);
    const end = await world.end(requestId);

    expect(result.code).to.equal(130);
    expect(result.stderr).to.include('the import goes on');
    expect(end.state).to.equal('FINISHED');
  });

  it('asks for nothing without a reason', async () => {
    const result = await importHistory('biz-1');

    expect(result.code).to.equal(2);
    expect(result.stderr).to.include('--why');
  });

  it('asks for nothing when it cannot be put on record', async () => {
    const result = await runCommand(['history', 'import', 'biz-1', '--as', 'olga', '--why', 'no broker'], {
      ...environment(),
      KAFKA_BROKERS: NOBODY,
    });

    expect(result.code).to.equal(1);
    expect(result.stderr).to.include('nothing was done, since it could not be put on record');
    expect(hasStackTrace(result)).to.equal(false);
  });
});
