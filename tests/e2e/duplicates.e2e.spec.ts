import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { deliver, textDelivery } from '../support/deliveries.ts';
import { type Driver, drive } from '../support/driver.ts';
import { useSystem } from '../support/system.ts';

describe('a delivery that TikTok repeats', () => {
  const system = useSystem();
  let driver: Driver;
  let business: string;

  before(async () => {
    driver = drive(system().addresses);
    business = await driver.connect();
  });

  it('is one message, though it comes a hundred times over several connections at once', async () => {
    const conversationId = `CONV+${randomUUID()}/==`;
    const body = textDelivery({ business, conversationId, messageId: 'MSG-1', text: 'Hello?', at: Date.now() });

    const statuses = await Promise.all(Array.from({ length: 100 }, () => deliver(system().addresses, body)));
    // A later message of the same conversation is in the same partition: when it is there, so is all before it.
    await deliver(
      system().addresses,
      textDelivery({ business, conversationId, messageId: 'MSG-2', text: '', at: Date.now() + 1 }),
    );
    await driver.messageIs(conversationId, 'MSG-2');

    expect(new Set(statuses)).to.deep.equal(new Set([200]));
    expect((await driver.messages(conversationId)).map(({ messageId }) => messageId)).to.deep.equal(['MSG-1', 'MSG-2']);
  });

  it('arriving in another order reads in the order of TikTok’s time, then message id', async () => {
    const conversationId = `CONV+${randomUUID()}/==`;
    const at = Date.now();
    const sent = [
      { messageId: 'MSG-c', at: at + 2 },
      { messageId: 'MSG-b', at: at + 1 },
      { messageId: 'MSG-a', at: at + 1 },
      { messageId: 'MSG-d', at },
    ];

    for (const message of sent) {
      await deliver(system().addresses, textDelivery({ business, conversationId, text: 'x', ...message }));
    }
    for (const { messageId } of sent) await driver.messageIs(conversationId, messageId);

    expect((await driver.messages(conversationId)).map(({ messageId }) => messageId)).to.deep.equal([
      'MSG-d',
      'MSG-a',
      'MSG-b',
      'MSG-c',
    ]);
  });
});
