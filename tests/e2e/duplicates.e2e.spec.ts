import { createHmac, randomUUID } from 'node:crypto';
import { expect } from 'chai';
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
    const body = delivery({ business, conversationId, messageId: 'MSG-1', text: 'Hello?', at: Date.now() });

    const statuses = await Promise.all(Array.from({ length: 100 }, () => post(system().addresses, body)));
    // A later message of the same conversation is in the same partition: when it is there, so is all before it.
    await post(
      system().addresses,
      delivery({ business, conversationId, messageId: 'MSG-2', text: '', at: Date.now() + 1 }),
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
      await post(system().addresses, delivery({ business, conversationId, text: 'x', ...message }));
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

interface Delivered {
  readonly business: string;
  readonly conversationId: string;
  readonly messageId: string;
  readonly text: string;
  readonly at: number;
}

const delivery = ({ business, conversationId, messageId, text, at }: Delivered): string =>
  JSON.stringify({
    event: 'im_receive_msg',
    create_time: Math.floor(at / 1000),
    user_openid: business,
    content: JSON.stringify({
      from: 'mia.shopper',
      to: 'acme.store',
      from_user: { id: 'u-7f3a', role: 'personal_account' },
      to_user: { id: business, role: 'business_account' },
      conversation_id: conversationId,
      message_id: messageId,
      timestamp: at,
      type: 'text',
      text: { body: text },
    }),
  });

const post = async (
  addresses: { readonly public: string; readonly appSecret: string },
  body: string,
): Promise<number> => {
  const t = Math.floor(Date.now() / 1000);
  const signature = createHmac('sha256', addresses.appSecret).update(`${t}.${body}`).digest('hex');
  const response = await fetch(`${addresses.public}/webhooks/tiktok`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', 'tiktok-signature': `t=${t},s=${signature}` },
  });
  await response.arrayBuffer();
  return response.status;
};
