import { eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { drive } from '../support/driver.ts';
import { useSystem } from '../support/system.ts';

const DEMO_ACCOUNT = 'demo';

describe('SIGKILL of the simulator and of auth at once', () => {
  const system = useSystem();

  it('leaves the demo account connected again, for messages and for replies', async function () {
    this.timeout(120_000);
    const { addresses } = system();
    const driver = drive(addresses, DEMO_ACCOUNT);
    const authorizedAt = async (): Promise<number> => {
      const path = `/v1/channels/${encodeURIComponent(addresses.channel)}`;
      const { status, body } = await driver.get<{ authorizedAt: number }>(path, 'administrator');
      if (status !== 200) throw new Error(`the channel answered ${status}`);
      return body.authorizedAt;
    };
    const before = await authorizedAt();

    await Promise.all([system().kill('simulator', 'SIGKILL'), system().kill('auth', 'SIGKILL')]);
    await Promise.all([system().ready('simulator'), system().ready('auth')]);

    // The demo business is there a moment before it has consented anew, and until then its token is worth nothing.
    await eventually('the demo account is connected again', async () => (await authorizedAt()) > before, {
      withinMs: 60_000,
      everyMs: 250,
    });
    const { conversationId, messageId } = await driver
      .customer(addresses.channel, 'anna')
      .send({ type: 'text', text: 'Are you back?' });
    await driver.messageIs(conversationId, messageId);
    const { status, body } = await driver.reply(conversationId, { text: 'We are.' });
    expect(status).to.equal(202);
    await driver.replyIs(body.replyId, 'sent', 'delivered', 'read');
  });
});
