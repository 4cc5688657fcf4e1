import { randomUUID } from 'node:crypto';
import { createKafka } from '@tiktok-channel/platform/kafka';
import { createRecordingLogger, eventually } from '@tiktok-channel/platform/testing';
import { topics } from '@tiktok-channel/schemas';
import { expect } from 'chai';
import type { Locator, Page } from 'playwright-core';
import {
  expectAccessible,
  focusedText,
  type OpenWindow,
  photograph,
  signIn,
  takeScreenshot,
  useBrowser,
} from '../support/browser.ts';
import { type Driver, drive } from '../support/driver.ts';
import { useSystem } from '../support/system.ts';

const WORDS = 'my card ends with 4711';

describe('the operations in a browser', function () {
  this.timeout(90_000);
  const system = useSystem();
  const browser = useBrowser();
  let shop: Driver;
  let operator: OpenWindow;
  let page: Page;

  before(async () => {
    shop = drive(system().addresses, `account-${randomUUID().slice(0, 8)}`);
    operator = await browser.open();
    page = operator.page;
  });
  afterEach(() => expect(operator.mistakes).to.deep.equal([]));

  const url = (path: string): string => `${system().addresses.public}${path}`;
  const part = (name: string): Locator => page.getByRole('region', { name });
  const rowOf = (table: string, text: string | RegExp): Locator =>
    page.getByRole('table', { name: table }).getByRole('row').filter({ hasText: text });
  const section = (name: string) =>
    page.getByRole('navigation', { name: 'Parts of this page' }).getByRole('link', { name }).click();
  /** What every act asks first. */
  const because = async (reason: string, act: string): Promise<void> => {
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('textbox').fill(reason);
    await dialog.getByRole('button', { name: act, exact: true }).click();
    await dialog.waitFor({ state: 'hidden' });
  };
  const photographAll = (path: string, name: string, isThere: string): Promise<void> =>
    photograph(browser, { url: url(path), role: 'operator', accountId: shop.accountId, name, isThere });
  /** Records that nobody can read: what they say is a customer's. */
  const poison = async (...names: readonly string[]): Promise<void> => {
    const { KAFKA_BROKERS = '' } = process.env;
    const kafka = createKafka({
      settings: { brokers: KAFKA_BROKERS.split(','), clientId: 'spec', topicPrefix: system().topicPrefix },
      logger: createRecordingLogger(),
    });
    const producer = kafka.createProducer();
    await producer.start();
    await producer.send(names.map((topic) => ({ topic, key: 'poison', value: Buffer.from(WORDS), headers: {} })));
    await producer.stop();
  };

  it('are for operators alone', async () => {
    const agent = await browser.open();
    await agent.page.goto(url('/operations'));
    await signIn(agent.page, 'agent', shop.accountId);
    await agent.page.getByRole('heading', { name: 'This page is not for your role' }).waitFor();
    expect(await agent.page.getByRole('link', { name: 'Operations' }).count()).to.equal(0);
    await agent.page.context().close();
  });

  it('say of each service that it gave nothing up', async () => {
    await page.goto(url('/operations'));
    await signIn(page, 'operator', shop.accountId);
    for (const service of ['ingress', 'auth', 'conversation', 'outbound']) {
      await part(`Dead letters of ${service}`).getByText('Nothing was given up.').waitFor();
    }
    expect(page.url()).to.equal(url('/operations/dead-letters'));
    await expectAccessible(page);
    await takeScreenshot(page, 'operations-empty-light-wide');
  });

  it('list what was given up by itself, with why and where it came from', async () => {
    await poison(topics.channels.name, topics.replyCommands.name, topics.replyCommands.name);
    const letter = rowOf('Dead letters of conversation', 'undecodable').first();
    await letter.getByText('Record of an unknown type').waitFor();
    await letter.getByText(/^tiktok\.channels\.v1 \d+@\d+/).waitFor();
    await letter.getByText('conversation.projection').waitFor();
    await letter.getByText('Not yet').waitFor();
    await rowOf('Dead letters of outbound', 'undecodable').nth(1).waitFor();
    await photographAll('/operations/dead-letters', 'operations-dead-letters', 'undecodable');
  });

  it('show one with its headers, and nothing of what it says', async () => {
    await rowOf('Dead letters of conversation', 'undecodable').getByRole('link').first().click();
    await page.getByRole('heading', { name: /^Dead letter \d+-\d+ of conversation$/ }).waitFor();
    await rowOf('Headers', 'dlq_group').getByText('conversation.projection').waitFor();
    await page.getByText('22 bytes').waitFor();
    expect(await page.getByText('4711').count()).to.equal(0);
    await photographAll(new URL(page.url()).pathname, 'operations-dead-letter', 'dlq_group');
  });

  it('give one back with a reason, and show that it failed again', async () => {
    await page.getByRole('button', { name: 'Give back' }).click();
    const dialog = page.getByRole('dialog', { name: 'Give 1 record back to conversation?' });
    await dialog.getByRole('button', { name: 'Give back' }).click();
    await dialog.getByText('Say why').waitFor();
    await expectAccessible(page);
    await takeScreenshot(page, 'operations-redrive-light-wide');
    await because('a new version reads it', 'Give back');
    await page.getByText('1 record was given back').waitFor();
    await page.getByRole('link', { name: 'Back to the dead letters' }).click();
    const again = rowOf('Dead letters of conversation', 'undecodable').filter({ hasText: 'Not yet' }).first();
    await again.getByRole('cell', { name: '2', exact: true }).waitFor();
  });

  it('give back those that were chosen by the keys alone, and then all of a reason', async () => {
    const letters = part('Dead letters of outbound');
    await letters.getByRole('button', { name: 'Give back all' }).focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await letters.getByRole('button', { name: 'Give back 1' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Give 1 record back to outbound?' }).getByRole('textbox').focus();
    await page.keyboard.type('the cause is mended');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    expect(await focusedText(page)).to.equal('Give back 1');
    await page.keyboard.press('Enter');
    await letters.getByText('1 record was given back').waitFor();

    await page.getByRole('textbox', { name: 'Reason' }).fill('undecodable');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\?reason=undecodable$/);
    await letters.getByRole('row').nth(3).waitFor();
    await letters.getByRole('button', { name: 'Give back all undecodable' }).click();
    await because('the cause is mended', 'Give back all undecodable');
    await letters.getByText('2 records were given back').waitFor();
    await letters.getByText('1 left: given back before').waitFor();
  });

  it('say when nothing was given up for a reason', async () => {
    await page.getByRole('textbox', { name: 'Reason' }).fill('unexpected_error');
    await page.getByRole('button', { name: 'Filter' }).click();
    await part('Dead letters of auth').getByText('Nothing was given up as unexpected_error').waitFor();
    await page.getByRole('button', { name: 'Show all reasons' }).click();
    await rowOf('Dead letters of conversation', 'undecodable').first().waitFor();
  });

  it('say what to do while a service does not answer, and show the others all the same', async () => {
    await page.route('**/operator/auth/**', (route) => route.fulfill({ status: 502, body: '' }));
    await page.goto(url('/operations/dead-letters'));
    await part('Dead letters of auth').getByText('auth is down: see its pods and its log').waitFor();
    await rowOf('Dead letters of conversation', 'undecodable').first().waitFor();
    await expectAccessible(page);
    await takeScreenshot(page, 'operations-away-light-wide');
    await page.unroute('**/operator/auth/**');
    await part('Dead letters of auth').getByText('Nothing was given up.').waitFor();
  });

  describe('on what is sent', () => {
    let channelId: string;
    let conversationId: string;

    before(async () => {
      channelId = await shop.connect('acme.store');
      ({ conversationId } = await shop
        .customer(channelId, 'mia.shopper')
        .send({ displayName: 'Mia Shopper', type: 'text', text: WORDS }));
      const path = `/v1/conversations/${encodeURIComponent(conversationId)}`;
      await eventually('the conversation is there', async () => (await shop.get(path)).status === 200);
    });
    afterEach(() => shop.faults({}));

    it('pause a channel with a reason', async () => {
      await section('Replies');
      await page.getByRole('heading', { name: 'No reply was asked for yet' }).waitFor();
      await section('Channels');
      const channel = rowOf('Channels and whether they send', 'Acme Store');
      await channel.getByText('Go out').waitFor();
      await channel.getByRole('button', { name: 'Pause' }).click();
      await page.getByRole('dialog', { name: 'Pause Acme Store?' }).waitFor();
      await because('a campaign went wrong', 'Pause');
      await channel.getByText('Wait', { exact: true }).waitFor();
      await channel.getByText(/^by /).waitFor();
      await photographAll('/operations/channels', 'operations-channels', 'Wait');
    });

    it('find the reply that waits for it, and take it back', async () => {
      const { body } = await shop.reply(conversationId, { text: WORDS });
      await section('Replies');
      await page.getByRole('combobox', { name: 'State' }).selectOption('Delayed');
      const reply = rowOf('Replies', body.replyId);
      await reply.getByText('An operator has paused the channel').waitFor();
      await photographAll('/operations/replies', 'operations-replies', body.replyId);
      await reply.getByRole('link').click();
      await page.getByText('Nothing was sent to TikTok yet.').waitFor();
      await page.getByRole('button', { name: 'Take back' }).click();
      await because('the customer was called', 'Take back');
      const facts = page.getByLabel('About this reply');
      await facts.getByText('Taken back').waitFor();
      expect(await page.getByRole('button', { name: 'Take back' }).count()).to.equal(0);
      await shop.replyIs(body.replyId, 'cancelled');
    });

    it('let a channel go on that was looked for by its id', async () => {
      await page.getByLabel('About this reply').getByRole('link', { name: channelId }).click();
      await page.waitForURL(/\/operations\/channels\?channel=/);
      const channel = rowOf('Channels and whether they send', 'Acme Store');
      await channel.getByRole('button', { name: 'Resume' }).click();
      await because('it is mended', 'Resume');
      await channel.getByText('Go out').waitFor();
      await page.getByRole('textbox', { name: 'Channel' }).fill('7999999999999999999');
      await page.getByRole('button', { name: 'Show' }).click();
      await rowOf('Channels and whether they send', 'Of another account, or of none').getByText('Go out').waitFor();
    });

    it('show each attempt of what failed with TikTok’s code, and ask for it anew', async () => {
      await shop.faults({ send_rejects_with: 40001 });
      const { body } = await shop.reply(conversationId, { text: WORDS });
      await shop.replyIs(body.replyId, 'failed');
      await section('Replies');
      await rowOf('Replies', body.replyId).getByText('Failed').waitFor();
      await rowOf('Replies', body.replyId).getByRole('link').click();
      const attempt = rowOf('Attempts', 'Rejected');
      await attempt.getByRole('cell', { name: '40001' }).waitFor();
      expect(await page.getByText('4711').count()).to.equal(0);
      await photographAll(`/operations/replies/${encodeURIComponent(body.replyId)}`, 'operations-reply', 'Rejected');
      await shop.faults({});
      await page.getByRole('button', { name: 'Ask anew' }).click();
      await because('the permission is there again', 'Ask anew');
      await page.getByRole('link', { name: 'Show the new reply' }).click();
      await page.getByLabel('About this reply').getByText('Sent').waitFor();
      await page.getByLabel('About this reply').getByRole('link', { name: body.replyId }).waitFor();
      await rowOf('Attempts', 'Accepted').waitFor();
    });

    it('say when no reply is as one looks for', async () => {
      await page.goto(url('/operations/replies?state=unknown'));
      await page.getByRole('heading', { name: 'There is no such reply' }).waitFor();
      await page.goto(url('/operations/replies/nobody'));
      await page.getByRole('alert').getByText('This is not there').waitFor();
    });

    it('follow a reply from its page, from the command to the echo', async () => {
      const { body } = await shop.reply(conversationId, { text: WORDS });
      await shop.replyIs(body.replyId, 'delivered');
      await section('Replies');
      await rowOf('Replies', body.replyId).getByRole('link').click();
      await page.getByLabel('About this reply').getByRole('link', { name: 'Follow it' }).click();
      await page.getByRole('heading', { name: `The way of ${body.replyId}` }).waitFor();
      const steps = page.getByRole('list', { name: 'Steps' }).getByRole('listitem');
      await steps.filter({ hasText: 'It was delivered' }).waitFor();
      expect((await steps.allInnerTexts()).map((text) => text.split('\n')[0])).to.include.members([
        'It was asked for',
        'It was accepted',
        'TikTok took it',
        'Its echo came in from TikTok',
      ]);
      for (const record of ['SendReply', 'ReplyQueued', 'ReplySent', 'MessageEchoed']) {
        await rowOf('Records', record).first().waitFor();
      }
      expect(await page.getByText('4711').count()).to.equal(0);
      await photographAll(
        `${new URL(page.url()).pathname}${new URL(page.url()).search}`,
        'operations-message',
        'SendReply',
      );
    });

    it('follow a message of a customer that was looked for by its id', async () => {
      const { messageId } = await shop.customer(channelId, 'mia.shopper').send({ type: 'text', text: WORDS });
      await shop.messageIs(conversationId, messageId);
      await section('One message');
      await page.getByRole('heading', { name: 'Which message?' }).waitFor();
      await page.getByRole('textbox', { name: 'Message or reply' }).fill(messageId);
      await page.keyboard.press('Enter');
      await page.getByText('The customer wrote it').waitFor();
      await page.getByLabel('About it').getByText('TikTok’s log id').waitFor();
      await rowOf('Records', 'MessageReceived').first().waitFor();
      await page.getByRole('textbox', { name: 'Message or reply' }).fill('nobody');
      await page.getByRole('button', { name: 'Follow' }).click();
      await page.getByRole('alert').getByText('This is not there').waitFor();
    });

    it('tell how far every consumer is, and what waits to be published', async () => {
      await section('Progress');
      for (const [service, consumer] of [
        ['ingress', 'ingress.history'],
        ['auth', 'auth.activity'],
        ['conversation', 'conversation.projection'],
        ['outbound', 'outbound.facts'],
      ] as const) {
        await rowOf(`Consumers of ${service}`, consumer).filter({ hasText: 'Through' }).first().waitFor();
      }
      await rowOf('Outboxes of outbound', 'outbound.outbox').getByRole('cell', { name: '0', exact: true }).waitFor();
      await photographAll('/operations/progress', 'operations-progress', 'outbound.outbox');
    });

    it('make the read models anew, compare them, serve them, and drop those before', async () => {
      await section('Read models');
      await rowOf('Builds', 'Build 1').getByText('Served', { exact: true }).waitFor();
      await page.getByRole('button', { name: 'Rebuild' }).click();
      await because('a projection was mended', 'Rebuild');
      const made = rowOf('Builds', 'Build 2');
      await made.getByText('Caught up').waitFor();
      await made.getByRole('button', { name: 'Compare' }).click();
      await because('before it is served', 'Compare');
      const comparison = part('Build 2 beside the served build 1');
      await comparison.getByText('No row differs.').waitFor();
      await expectAccessible(page);
      await takeScreenshot(page, 'operations-compare-light-wide');
      await photographAll('/operations/read-models', 'operations-read-models', 'Build 2');
      await made.getByRole('button', { name: 'Switch' }).click();
      await because('it is right', 'Switch');
      await made.getByText('Served', { exact: true }).waitFor();
      await rowOf('Builds', 'Build 1').getByRole('button', { name: 'Drop' }).click();
      await page.getByRole('dialog', { name: 'Drop build 1?' }).waitFor();
      await because('no longer needed', 'Drop');
      await rowOf('Builds', 'Build 1').waitFor({ state: 'hidden' });
    });
  });
});
