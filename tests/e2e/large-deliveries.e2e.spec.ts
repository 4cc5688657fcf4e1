import { expect } from 'chai';
import { deliver, textDelivery } from '../support/deliveries.ts';
import { type Driver, drive } from '../support/driver.ts';
import { useSystem } from '../support/system.ts';

/** Ingress's limit, by default. */
const LARGEST_BYTES = 1_048_576;

describe('a delivery', () => {
  const system = useSystem();
  let driver: Driver;
  let business: string;

  before(async () => {
    driver = drive(system().addresses);
    business = await driver.connect();
  });

  it('of the largest size is a message, though its record is larger than a broker takes by default', async () => {
    const text = 'Hello '.repeat(150_000);
    const body = textDelivery({ business, conversationId: 'LARGE', messageId: 'MSG-1', text, at: Date.now() });

    expect(await deliver(system().addresses, body)).to.equal(200);
    expect(await driver.messageIs('LARGE', 'MSG-1')).to.have.nested.property('content.text', text);
  });

  it('of the largest size that cannot be read is kept whole', async () => {
    expect(await deliver(system().addresses, 'x'.repeat(LARGEST_BYTES))).to.equal(200);
  });

  it('that is too large is answered 413, however much of it is still to come, and the next one 200', async () => {
    const statuses: number[] = [];
    for (const bytes of [LARGEST_BYTES + 1, 8 * LARGEST_BYTES, 10]) {
      statuses.push(await deliver(system().addresses, 'x'.repeat(bytes)));
    }

    expect(statuses).to.deep.equal([413, 413, 200]);
  });
});
