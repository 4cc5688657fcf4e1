import type { KafkaServer } from '@tiktok-channel/local';
import { fingerprint } from '@tiktok-channel/platform/kernel';
import { eventually } from '@tiktok-channel/platform/testing';
import { topics } from '@tiktok-channel/schemas';
import { expect } from 'chai';
import { createHistoryWorld, type HistoryWorld, killed } from '../support/history.ts';
import { startOwnBroker } from '../support/kafka.ts';

/** Nothing is delivered for so long: what webhooks would have brought is missing. */
const NO_WEBHOOKS = { deliveries_delayed_ms: 3_600_000 };

describe('history', () => {
  let world: HistoryWorld;

  before(async () => {
    world = await createHistoryWorld();
  });
  after(() => world.stop());
  afterEach(() => world.faults({}));

  describe('in one process', () => {
    before(async () => {
      await world.startHistory();
    });

    const idsOf = (about: string) => new Set(world.messages(about).map(({ id }) => id));

    it('imports what webhooks missed, in both directions, marked as history and under the ids that webhooks give', async () => {
      const channel = await world.newChannel();
      await world.faults(NO_WEBHOOKS);
      const { conversationId, messageId } = await world.writes(channel, 'mia', { type: 'text', text: 'In stock?' });
      const echo = await world.businessWrites(channel, 'mia', 'Yes, all sizes.');
      await world.writes(channel, 'noah', { type: 'image' });

      const end = await world.end(await world.request({ channelId: channel }));
      await eventually('three messages', () => world.messages(channel).length === 3);
      const imported = world.messages(channel);
      const importedIds = idsOf(channel);
      await world.advance(3_700);
      await eventually('the webhooks', () => world.messages(channel).length === 6);

      expect(end).to.include({ state: 'FINISHED', conversationsTotal: 2, conversationsDone: 2, messagesFound: 3 });
      expect(imported.map(({ origin }) => origin)).to.deep.equal(['HISTORY', 'HISTORY', 'HISTORY']);
      expect(
        world.messages(conversationId).map(({ decoded, messageId: id }) => [decoded.name, id]),
      ).to.deep.include.members([
        ['MessageReceived', messageId],
        ['MessageEchoed', echo.messageId],
      ]);
      expect(idsOf(channel)).to.deep.equal(importedIds);
    });

    it('imports one conversation when it is asked for one', async () => {
      const channel = await world.newChannel();
      await world.faults(NO_WEBHOOKS);
      const { conversationId } = await world.writes(channel, 'mia', { type: 'text', text: 'Hello?' });
      await world.writes(channel, 'noah', { type: 'text', text: 'Hi' });

      const end = await world.end(await world.request({ channelId: channel, conversationId }));

      expect(end).to.include({
        state: 'FINISHED',
        conversationsTotal: 1,
        messagesFound: 1,
        resumeAfter: conversationId,
      });
    });

    it('tells each step once, under an id of its own', async () => {
      const channel = await world.newChannel();
      for (const username of ['mia', 'noah']) await world.writes(channel, username, { type: 'text', text: 'Hello?' });

      const requestId = await world.request({ channelId: channel });
      await world.end(requestId);
      const reports = world.published.filter(
        ({ decoded }) => decoded.name === 'HistoryImportProgressed' && decoded.value.requestId === requestId,
      );

      expect(world.progress(requestId).map(({ state }) => state)).to.deep.equal([
        'STARTED',
        'RUNNING',
        'RUNNING',
        'FINISHED',
      ]);
      expect(reports.every(({ key }) => key === channel)).to.equal(true);
      expect(new Set(reports.map(({ id }) => id)).size).to.equal(4);
    });

    it('takes the same request for the same import', async () => {
      const channel = await world.newChannel();
      await world.writes(channel, 'mia', { type: 'text', text: 'Hello?' });

      const requestId = await world.request({ channelId: channel });
      await world.end(requestId);
      await world.request({ channelId: channel, requestId });
      await world.end(await world.request({ channelId: channel }));

      expect(world.progress(requestId)).to.have.length(3);
    });

    it('finds the message behind a European notice, of somebody who writes twice at once too', async () => {
      const channel = await world.newChannel();
      const first = await world.writes(channel, 'lena', { type: 'text', text: 'Guten Tag', region: 'EU' });
      const second = await world.writes(channel, 'lena', { type: 'text', text: 'Noch da?', region: 'EU' });
      await eventually('both messages', () => idsOf(channel).size === 2);

      const requests = world.published.flatMap(({ decoded }) =>
        decoded.name === 'ImportHistory' && decoded.value.channelId === channel ? [decoded.value] : [],
      );
      const notices = world.published.filter(
        ({ decoded }) => decoded.name === 'EuropeanMessageNoticed' && decoded.value.channelId === channel,
      );
      expect(world.messages(channel).map(({ messageId, origin }) => [messageId, origin])).to.have.deep.members([
        [first.messageId, 'HISTORY'],
        [second.messageId, 'HISTORY'],
      ]);
      expect(requests.map(({ requestId }) => requestId)).to.deep.equal(notices.map(({ id }) => id));
      for (const { requestId } of requests) expect(await world.end(requestId)).to.include({ reason: null });
    });

    it('publishes nothing for a European notice that several messages match', async () => {
      const channel = await world.newChannel();
      await world.faults(NO_WEBHOOKS);
      for (const username of ['mia', 'noah']) await world.writes(channel, username, { type: 'text', text: 'Hello?' });

      const noticedAt = (await world.now()) + 2_000;
      const end = await world.end(await world.request({ channelId: channel, noticedAt, reason: 'european_notice' }));

      expect(end).to.include({ state: 'FINISHED', reason: 'ambiguous', messagesFound: 0 });
      expect(world.messages(channel)).to.deep.equal([]);
    });

    it('looks for a while, and then says that nothing matches a European notice', async () => {
      const channel = await world.newChannel();
      await world.writes(channel, 'mia', { type: 'text', text: 'Hello?' });

      const noticedAt = (await world.now()) - 60_000;
      const requestId = await world.request({ channelId: channel, noticedAt, reason: 'european_notice' });
      await world.end(await world.request({ channelId: channel }));
      const soon = world.progress(requestId);
      await world.advance(700);
      const end = await world.end(requestId);

      expect(soon).to.deep.equal([]);
      expect(end).to.include({ state: 'FINISHED', reason: 'no_match' });
    });

    it('tells auth of a token that TikTok refused, and goes on with the next', async () => {
      const channel = await world.newChannel();
      const { accessToken } = world.channels.get(channel) ?? {};
      world.channels.set(channel, { status: 'connected', accessToken: 'act.revoked', renewed: accessToken ?? '' });

      const end = await world.end(await world.request({ channelId: channel }));

      expect(end).to.include({ state: 'FINISHED', conversationsTotal: 0 });
      expect(world.refusedTokens).to.deep.equal([fingerprint('act.revoked')]);
    });

    for (const [status, reason] of [
      ['disconnected', 'channel_disconnected'],
      ['needs_reauthorization', 'channel_needs_reauthorization'],
    ] as const) {
      it(`says that a channel cannot be read: ${reason}`, async () => {
        const channel = await world.newChannel();
        world.channels.set(channel, { status, accessToken: null });

        expect(await world.end(await world.request({ channelId: channel }))).to.include({ state: 'FAILED', reason });
      });
    }

    it('says that a channel is unknown', async () => {
      const end = await world.end(await world.request({ channelId: 'nobody' }));

      expect(end).to.include({ state: 'FAILED', reason: 'channel_unknown' });
    });

    it('waits while TikTok is away, and loses nothing', async () => {
      const channel = await world.newChannel();
      await world.faults({ ...NO_WEBHOOKS, api_away: true });
      await world.writes(channel, 'mia', { type: 'text', text: 'Hello?' });

      const requestId = await world.request({ channelId: channel });
      await world.advance(60);
      const meanwhile = world.progress(requestId);
      await world.faults(NO_WEBHOOKS);
      await world.advance(60);
      const end = await world.end(requestId);

      expect(meanwhile).to.deep.equal([]);
      expect(end).to.include({ state: 'FINISHED', messagesFound: 1 });
    });

    it('rests when TikTok has had too many requests, and goes on', async () => {
      const channel = await world.newChannel();
      for (const username of ['mia', 'noah']) await world.writes(channel, username, { type: 'text', text: 'Hello?' });
      await world.faults({ rate_limit_qps: 1 });

      const requestId = await world.request({ channelId: channel });
      const end = await eventually('the end', async () => {
        await world.advance(10);
        return world.progress(requestId).find(({ state }) => state === 'FINISHED');
      });

      expect(end).to.include({ messagesFound: 2, reason: null });
    });

    it('gives a request that is none to the dead letters, and goes on with the next', async () => {
      const channel = await world.newChannel();
      await world.sendBytes(channel, Buffer.from('no request'));

      const end = await world.end(await world.request({ channelId: channel }));
      const [letter] = await world.kafka.read(topics.ingressDeadLetters.name, 1);

      expect(end.state).to.equal('FINISHED');
      expect(letter?.value?.toString()).to.equal('no request');
      expect(letter?.headers).to.include({ dlq_reason: 'undecodable', dlq_group: 'ingress.history' });
    });
  });
});

describe('history that is killed', () => {
  let world: HistoryWorld;
  const CONVERSATIONS = 8;

  before(async () => {
    world = await createHistoryWorld();
  });
  after(() => world.stop());

  it('goes on where it has come to, and no fact has a second id', async () => {
    const channel = await world.newChannel();
    await world.faults(NO_WEBHOOKS);
    for (let n = 0; n < CONVERSATIONS; n += 1) {
      await world.writes(channel, `mia.${n}`, { type: 'text', text: 'Hello?' });
      await world.businessWrites(channel, `mia.${n}`, 'Yes?');
    }
    const requestId = await world.request({ channelId: channel });
    const first = world.spawnHistory({ HISTORY_REQUESTS_PER_SECOND: '4' });
    await eventually('three conversations', () => world.progress(requestId).length >= 4);

    await killed(first);
    const before = world.progress(requestId).length;
    world.spawnHistory();
    const end = await world.end(requestId);
    const messages = await world.kafka.read(topics.messages.name, 2 * CONVERSATIONS);
    const idsByMessage = Map.groupBy(messages, ({ headers }) => headers.ce_subject);

    expect(end).to.include({ state: 'FINISHED', conversationsDone: CONVERSATIONS, messagesFound: 2 * CONVERSATIONS });
    expect(idsByMessage.size).to.equal(2 * CONVERSATIONS);
    expect(
      [...idsByMessage.values()].every((same) => new Set(same.map(({ headers }) => headers.ce_id)).size === 1),
    ).to.equal(true);
    // At most the two of the conversation in which it was killed are there again.
    expect(messages.length).to.be.within(2 * CONVERSATIONS, 2 * CONVERSATIONS + 2);
    expect(world.progress(requestId).filter(({ state }) => state === 'STARTED')).to.have.length(1);
    expect(world.progress(requestId).length).to.be.greaterThan(before);
  });
});

describe('history without its broker', () => {
  let broker: KafkaServer;
  let world: HistoryWorld;
  const CONVERSATIONS = 6;

  before(async () => {
    broker = await startOwnBroker();
    world = await createHistoryWorld(broker.brokers);
  });
  after(async () => {
    await world.stop();
    await broker.dispose();
  });

  it('waits with what it has read, and loses nothing', async () => {
    const channel = await world.newChannel();
    await world.faults(NO_WEBHOOKS);
    for (let n = 0; n < CONVERSATIONS; n += 1) {
      await world.writes(channel, `mia.${n}`, { type: 'text', text: 'Hello?' });
    }
    const history = await world.startHistory({ HISTORY_REQUESTS_PER_SECOND: '4' });
    const requestId = await world.request({ channelId: channel });
    await eventually('two conversations', () => world.progress(requestId).length >= 3);

    await broker.kill();
    const readiness = () => fetch(`${history.addresses().internal}/health/ready`);
    await eventually('not ready', async () => (await readiness()).status === 503);
    const { alive } = history.lifecycle.health();
    await broker.start();
    const end = await world.end(requestId, 60_000);
    await eventually('ready again', async () => (await readiness()).status === 200);

    expect(alive).to.equal(true);
    expect(end).to.include({ state: 'FINISHED', conversationsDone: CONVERSATIONS, messagesFound: CONVERSATIONS });
    expect(new Set(world.messages(channel).map(({ id }) => id)).size).to.equal(CONVERSATIONS);
  });
});
