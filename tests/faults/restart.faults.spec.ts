import { eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { drive } from '../support/driver.ts';
import { useSystem } from '../support/system.ts';

const DEMO_ACCOUNT = 'demo';

describe('SIGKILL of the simulator and of auth at once', () => {
  const system = useSystem();

  it('leaves the demo account connected again, for messages and for replies', async function () {
    this.timeout(120_000);
    await Promise.all([system().kill('simulator', 'SIGKILL'), system().kill('auth', 'SIGKILL')]);
    await Promise.all([system().ready('simulator'), system().ready('auth')]);

    const { addresses } = system();
    const driver = drive(addresses, DEMO_ACCOUNT);
    // The simulator knows nobody until the demo business has consented anew.
    const { conversationId, messageId } = await eventually(
      'the customer can write to the demo business',
      () => driver.customer(addresses.channel, 'anna').send({ type: 'text', text: 'Are you back?' }),
      { withinMs: 60_000, everyMs: 250 },
    );
    await driver.messageIs(conversationId, messageId);
    const { status, body } = await driver.reply(conversationId, { text: 'We are.' });
    expect(status).to.equal(202);
    await driver.replyIs(body.replyId, 'sent', 'delivered', 'read');
  });
});
