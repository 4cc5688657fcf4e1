import { eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { APP_SECRET, isSignedWith, stampOf, startWorld, type TestWorld } from './support.ts';

const MINUTE = 60;

interface LoggedDelivery {
  readonly deliveryId: string;
  readonly state: string;
  readonly attempts: readonly {
    readonly status: number | null;
    readonly error: string | null;
    readonly stampSeconds: number;
    readonly logId: string;
  }[];
}

describe('a delivery', () => {
  let world: TestWorld;
  let businessId: string;

  beforeEach(async () => {
    world = await startWorld();
    ({ businessId } = await world.addBusiness());
  });
  afterEach(() => world.stop());

  const log = () => world.control<LoggedDelivery[]>('GET', 'deliveries');
  const attempts = async () => (await log())[0]?.attempts.length ?? 0;
  const attempted = (count: number) => eventually(`${count} attempts`, async () => (await attempts()) === count);

  for (const status of [201, 204, 302, 401, 500, 503]) {
    it(`that is answered ${status} comes again`, async () => {
      world.receiver.answerWith(() => status);
      await world.customerSends(businessId);
      await attempted(1);
      world.receiver.answerWith(() => 200);
      await world.advance(MINUTE);
      await eventually('delivered', async () => (await log())[0]?.state === 'delivered');
      expect((await log())[0]?.attempts.map((attempt) => attempt.status)).to.deep.equal([status, 200]);
    });
  }

  it('comes again after 1, 2, 4 minutes, not earlier, each time freshly signed', async () => {
    world.receiver.answerWith(() => 401);
    await world.customerSends(businessId);
    await attempted(1);
    for (const [round, minutes] of [1, 2, 4].entries()) {
      await world.advance(minutes * MINUTE - 5);
      expect(await attempts()).to.equal(round + 1);
      await world.advance(6);
      await attempted(round + 2);
    }
    const stamps = world.receiver.received.map(stampOf);
    expect(stamps[3]).to.be.closeTo((stamps[0] ?? 0) + 7 * MINUTE, 10);
    expect(world.receiver.received.every((delivery) => isSignedWith(APP_SECRET, delivery))).to.equal(true);
    expect(new Set(world.receiver.received.map(({ raw }) => raw)).size).to.equal(1);
  });

  it('is discarded after 72 hours', async () => {
    world.receiver.answerWith(() => 503);
    await world.customerSends(businessId);
    await attempted(1);
    for (let hours = 0; hours < 72; hours += 6) {
      await world.advance(6 * 3_600);
      await eventually('the attempt', async () => (await log())[0]?.state !== 'queued');
    }
    await eventually('discarded', async () => (await log())[0]?.state === 'discarded');
    expect(await world.control('GET', 'deliveries/counts')).to.include({ discarded: 1, waiting: 0 });
  });

  it('that is not answered in time comes again', async () => {
    await world.faults({ deliveries_timeout_ms: 20 });
    const held = Promise.withResolvers<number>();
    world.receiver.answerWith(() => held.promise);
    await world.customerSends(businessId);
    await attempted(1);
    expect((await log())[0]?.attempts[0]).to.deep.include({ status: null, error: 'no answer in time' });
    await world.faults({ deliveries_timeout_ms: 10_000 });
    world.receiver.answerWith(() => 200);
    await world.advance(MINUTE);
    await eventually('delivered', async () => (await log())[0]?.state === 'delivered');
    held.resolve(200);
  });

  it('comes again sooner when told so, and the log has stamp, log id and answer of each attempt', async () => {
    await world.faults({ deliveries_first_retry_ms: 1_000 });
    world.receiver.answerWith(() => 503);
    await world.customerSends(businessId);
    await attempted(1);
    for (const [round, seconds] of [1, 2, 4, 8].entries()) {
      await world.advance(seconds);
      await attempted(round + 2);
    }
    const logged = (await log())[0]?.attempts ?? [];
    expect(logged.map(({ stampSeconds }) => stampSeconds)).to.deep.equal(world.receiver.received.map(stampOf));
    expect(logged.map(({ logId }) => logId)).to.deep.equal(
      world.receiver.received.map(({ headers }) => headers['x-tt-logid']),
    );
    expect(new Set(logged.map(({ logId }) => logId)).size).to.equal(5);
  });

  it('that was acknowledged comes once more, long after, when told so', async () => {
    await world.faults({ deliveries_repeated_after_ms: 36 * 3_600_000 });
    await world.customerSends(businessId);
    await eventually('delivered', async () => (await log())[0]?.state === 'delivered');
    await world.advance(35 * 3_600);
    expect(world.receiver.received).to.have.length(1);
    world.receiver.answerWith(() => 500);
    await world.advance(3_700);
    await attempted(2);
    await world.advance(72 * 3_600);
    const [first, second] = world.receiver.received;
    expect(world.receiver.received).to.have.length(2);
    expect(second?.raw).to.equal(first?.raw);
    expect(await world.control('GET', 'deliveries/counts')).to.include({ delivered: 1, waiting: 0, queued: 0 });
  });

  for (const [signature, isGood] of [
    ['wrong', false],
    ['other_body', false],
    ['missing', false],
    ['malformed', false],
    ['spaced', true],
  ] as const) {
    it(`has a signature that is ${signature} when told so`, async () => {
      await world.faults({ deliveries_signature: signature });
      await world.customerSends(businessId);
      await eventually('the delivery', () => world.receiver.received.length === 1);
      const [received] = world.receiver.received;
      expect(received && isSignedWith(APP_SECRET, received)).to.equal(isGood);
      expect(received?.headers['tiktok-signature']).to.match(
        { missing: /undefined/, malformed: /^time:\d+,s=/, spaced: /^t=\d+, s=/ }[String(signature)] ?? /^t=\d+,s=/,
      );
    });
  }

  it('has a stale stamp, rightly signed, when told so', async () => {
    await world.faults({ deliveries_stale_ms: 600_000 });
    await world.customerSends(businessId);
    await eventually('the delivery', () => world.receiver.received.length === 1);
    const [received] = world.receiver.received;
    if (received === undefined) throw new Error('nothing came');
    expect(isSignedWith(APP_SECRET, received)).to.equal(true);
    expect(stampOf(received)).to.be.closeTo(Date.now() / 1000 - 600, 2);
  });

  it('comes several times at once when told so', async () => {
    await world.faults({ deliveries_duplicated: 5 });
    await world.customerSends(businessId);
    await eventually('five copies', () => world.receiver.received.length === 5);
    expect(new Set(world.receiver.received.map(({ raw }) => raw)).size).to.equal(1);
  });

  it('waits when told so, in the time of the simulator', async () => {
    await world.faults({ deliveries_delayed_ms: 60_000 });
    await world.customerSends(businessId);
    expect((await log())[0]?.state).to.equal('waiting');
    await world.advance(60);
    await eventually('the delivery', () => world.receiver.received.length === 1);
  });

  it('keeps the order of its conversation, unless told otherwise', async () => {
    const send = async (count: number) => {
      for (let n = 1; n <= count; n += 1) await world.customerSends(businessId, { type: 'text', text: String(n) });
      await eventually(`${count} deliveries`, () => world.receiver.received.length === count);
      return world.receiver.received.map(({ content }) => Number(content.timestamp));
    };
    const inOrder = await send(20);
    expect(inOrder).to.deep.equal([...inOrder].sort((a, b) => a - b));

    world.receiver.received.length = 0;
    await world.faults({ deliveries_reordered_ms: 300 });
    const shuffled = await send(20);
    expect(shuffled).not.to.deep.equal([...shuffled].sort((a, b) => a - b));
  });

  it('can be repeated by hand', async () => {
    await world.customerSends(businessId);
    await eventually('delivered', async () => (await log())[0]?.state === 'delivered');
    const deliveryId = (await log())[0]?.deliveryId;
    await world.control('POST', `deliveries/${deliveryId}/repeat`, { times: 100 });
    expect(world.receiver.received).to.have.length(101);
  });

  it('survives a receiver that is away', async () => {
    await world.receiver.stop();
    await world.customerSends(businessId);
    await attempted(1);
    expect((await log())[0]).to.deep.include({ state: 'waiting' });
    expect((await log())[0]?.attempts[0]?.status).to.equal(null);
  });
});

describe('a load of deliveries', () => {
  it('is sent many conversations at a time but bounded, and the log stays bounded', async () => {
    const world = await startWorld();
    try {
      const { businessId } = await world.addBusiness();
      let active = 0;
      let most = 0;
      world.receiver.answerWith(async () => {
        most = Math.max(most, ++active);
        await new Promise((resolve) => setTimeout(resolve, 1));
        active -= 1;
        return 200;
      });
      const bulk = await world.control<{ messages: { messageId: string }[] }>(
        'POST',
        `businesses/${businessId}/bulk-messages`,
        { count: 3_000, customers: 100, text: 'Load {n}' },
      );
      await eventually('3,000 deliveries', () => world.receiver.received.length === 3_000, { withinMs: 20_000 });
      expect(most).to.be.within(2, 16);

      const ids = new Set(world.receiver.received.map(({ content }) => content.message_id));
      expect(ids).to.deep.equal(new Set(bulk.messages.map(({ messageId }) => messageId)));
      await eventually('all ended', async () => (await world.control('GET', 'deliveries/counts')).delivered === 3_000);
      expect(await world.control('GET', 'deliveries')).to.have.length(2_000);
      expect(await world.control('GET', 'deliveries?limit=5')).to.have.length(5);
    } finally {
      await world.stop();
    }
  });

  it('that nobody takes is bounded: what does not fit is refused', async () => {
    const world = await startWorld();
    try {
      const { businessId } = await world.addBusiness();
      await world.faults({ deliveries_delayed_ms: 3_600_000 });
      const path = `businesses/${businessId}/bulk-messages`;
      await world.control('POST', path, { count: 1_000, customers: 1_000 });
      const refused = await world.control('POST', path, { count: 200_000 }).catch(String);
      expect(refused).to.include('409').and.include('199000 more deliveries');
    } finally {
      await world.stop();
    }
  });
});
