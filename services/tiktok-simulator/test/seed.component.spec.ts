import { createManualClock, eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { startWorld, type TestWorld } from './support.ts';

/** A day with customers, colleagues, the API, faults and retries; answers all that can be seen of it. */
const playDay = async (
  seed: string,
  more: (world: TestWorld, businessId: string) => Promise<unknown> = async () => {},
) => {
  const world = await startWorld({ seed, clock: createManualClock() });
  try {
    const { businessId } = await world.addBusiness();
    const path = `businesses/${businessId}/customers`;
    const post = (call: string, body: unknown = {}) =>
      world.control<{ messageId: string }>('POST', `${path}/${call}`, body);
    await more(world, businessId);
    await world.faults({ deliveries_duplicated: 2, deliveries_reordered_ms: 60_000, rate_limit_qps: 0 });
    const token = await world.tokenFor(businessId);
    const { messageId } = await post('anna/messages', { type: 'text', text: 'Hello' });
    const { conversationId } = await world.customerSends(businessId, { type: 'image' }, 'anna');
    await post('ben/referrals', { source: 'ad' });
    await post('ben/messages', { type: 'sticker', url: 'https://p16.test/s.png' });
    await world.open('POST', 'business/message/send/', {
      token,
      body: {
        business_id: businessId,
        recipient_type: 'CONVERSATION',
        recipient: conversationId,
        message_type: 'TEXT',
        text: { body: 'Good morning' },
      },
    });
    await post('anna/reactions', { messageId, by: 'business', emoji: '👍' });
    await post('anna/reads');
    await post('ben/messages', { type: 'emoji', url: 'https://p16.test/e.png', region: 'FR' });
    let refused = 0;
    world.receiver.answerWith(() => (refused++ < 4 ? 503 : 200));
    const allEnded = async () => {
      const { queued, waiting } = await world.control('GET', 'deliveries/counts');
      return queued === 0 && waiting === 0;
    };
    await eventually('all deliveries', async () => {
      await world.advance(120);
      return allEnded();
    });
    const deliveries = await world.control<{ attempts: { at: number; logId: string; stampSeconds: number }[] }[]>(
      'GET',
      'deliveries',
    );
    return {
      token,
      phones: [await world.phone(businessId, 'anna'), await world.phone(businessId, 'ben')],
      deliveries,
    };
  } finally {
    await world.stop();
  }
};

/** Without what depends on the moment of an answer: which attempts failed and when they were made. */
const withoutAnswers = ({ deliveries, ...rest }: Awaited<ReturnType<typeof playDay>>) => ({
  ...rest,
  deliveries: deliveries.map(({ attempts, ...delivery }) => ({
    ...delivery,
    firstLogId: attempts[0]?.logId.slice(14),
  })),
});

describe('a seed', () => {
  it('makes the same calls give the same ids, bodies, delays and log ids, byte for byte', async () => {
    const [one, other] = [withoutAnswers(await playDay('seed-1')), withoutAnswers(await playDay('seed-1'))];
    expect(one.deliveries.length).to.be.above(7);
    expect(JSON.stringify(other)).to.equal(JSON.stringify(one));
  });

  it('makes other ids than another seed', async () => {
    const [one, other] = [await playDay('seed-1'), await playDay('seed-2')];
    expect(other.token).not.to.equal(one.token);
    expect(other.phones[0]?.[0]?.messageId).not.to.equal(one.phones[0]?.[0]?.messageId);
    expect(other.deliveries.map(({ attempts }) => attempts[0]?.logId)).not.to.deep.equal(
      one.deliveries.map(({ attempts }) => attempts[0]?.logId),
    );
  });

  it('keeps its streams apart: more requests and more tokens change no message', async () => {
    const one = await playDay('seed-1');
    const other = await playDay('seed-1', async (world, businessId) => {
      await world.tokenFor(businessId);
      for (let n = 0; n < 5; n += 1) await world.open('GET', 'business/get/', { query: { business_id: businessId } });
    });
    expect(other.phones).to.deep.equal(one.phones);
  });

  it('of accounts alone keeps who they are over a restart, and gives new ids to what happens', async () => {
    const start = async () => {
      const world = await startWorld({ accountSeed: 'accounts' });
      const { businessId } = await world.addBusiness();
      const sent = await world.customerSends(businessId);
      await world.stop();
      return { businessId, ...sent };
    };
    const [one, other] = [await start(), await start()];
    expect(other).to.include({ businessId: one.businessId, conversationId: one.conversationId });
    expect(other.messageId).not.to.equal(one.messageId);
  });
});
