import { eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { type Driver, drive } from '../support/driver.ts';
import { useSystem } from '../support/system.ts';

const MESSAGES = 1_000;
const CUSTOMERS = 20;

interface PhoneOf {
  readonly conversationId: string;
  readonly username: string;
  readonly messageIds: readonly string[];
}

/** Restarted at once: an outage that lasts is the supervisor's and TikTok's retries' to bridge, which other specs show. */
describe(`SIGKILL in the middle of ${MESSAGES} messages`, () => {
  const system = useSystem();

  for (const service of ['ingress', 'conversation'] as const) {
    it(`of ${service} loses none, doubles none, and keeps TikTok's order`, async function () {
      this.timeout(180_000);
      const driver = drive(system().addresses);
      const business = await driver.connect();

      const sending = sendAll(driver, business);
      await eventually('a part of the messages is visible', async () => (await visible(driver)) > MESSAGES / 10, {
        withinMs: 60_000,
      });
      await system().kill(service, 'SIGKILL');
      const phones = await sending;
      await system().ready(service);
      await letTikTokRepeat(driver);

      for (const { conversationId, messageIds } of phones) {
        const shown = await eventually(
          `all ${messageIds.length} messages of a conversation are visible`,
          async () => {
            const messages = await driver.messages(conversationId);
            if (messages.length < messageIds.length) throw new Error(`${messages.length} of ${messageIds.length} are`);
            return messages;
          },
          { withinMs: 60_000, everyMs: 250 },
        );
        expect(shown.map(({ messageId }) => messageId)).to.deep.equal(messageIds);
      }
      expect(phones.flatMap(({ messageIds }) => messageIds)).to.have.length(MESSAGES);
    });
  }

  const sendAll = async (driver: Driver, business: string): Promise<readonly PhoneOf[]> => {
    const customers = Array.from({ length: CUSTOMERS }, (_, index) => driver.customer(business, `customer.${index}`));
    return Promise.all(
      customers.map(async (customer) => {
        let conversationId = '';
        const messageIds: string[] = [];
        for (let count = 0; count < MESSAGES / CUSTOMERS; count += 1) {
          const sent = await customer.send({ type: 'text', text: `message ${count}` });
          conversationId = sent.conversationId;
          messageIds.push(sent.messageId);
        }
        return { conversationId, username: customer.username, messageIds };
      }),
    );
  };

  /** How many messages the API shows of the account's first page of conversations. */
  const visible = async (driver: Driver): Promise<number> => {
    const conversations = await driver.conversations();
    const counts = await Promise.all(
      conversations.map(async ({ conversationId }) => (await driver.messages(conversationId)).length),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  };

  /** What was refused meanwhile comes again after a minute of TikTok's time, then two, then four: its clock is moved until all has come. */
  const letTikTokRepeat = async (driver: Driver): Promise<void> => {
    await eventually(
      'TikTok has delivered everything',
      async () => {
        const { queued, waiting } = await driver.control<{ queued: number; waiting: number }>(
          '/_control/deliveries/counts',
        );
        if (queued === 0 && waiting > 0) await driver.advanceClock(60);
        return queued === 0 && waiting === 0;
      },
      { withinMs: 90_000, everyMs: 100 },
    );
  };
});
