import chromiumPackage from '@sparticuz/chromium';
import { eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import { type Browser, chromium, type Page } from 'playwright-core';
import { startWorld, type TestWorld } from './support.ts';

/** The page in a real browser, with the simulator and a receiver of webhooks behind it. */
describe('the phone page', () => {
  let browser: Browser;
  let world: TestWorld;
  let page: Page;
  let businessId: string;
  let failures: string[];

  before(async () => {
    browser = await chromium.launch({
      // In one process the browser would go with its first page.
      args: chromiumPackage.args.filter((argument) => argument !== '--single-process'),
      executablePath: await chromiumPackage.executablePath(),
      headless: true,
    });
  });
  after(() => browser.close());
  beforeEach(async () => {
    world = await startWorld();
    ({ businessId } = await world.addBusiness());
    page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    page.setDefaultTimeout(10_000);
    failures = [];
    page.on('pageerror', (error) => failures.push(String(error)));
    page.on('request', (request) => {
      if (!request.url().startsWith(world.simulator.url)) failures.push(`asked for ${request.url()}`);
    });
    await page.goto(`${world.simulator.url}/phone/#business=${encodeURIComponent(businessId)}&customer=mia.shopper`);
  });
  afterEach(async () => {
    await page.close();
    await world.stop();
    expect(failures).to.deep.equal([]);
  });

  const bubbles = () => page.locator('#messages .message');
  const businessWrites = (body: unknown) =>
    world.control<{ messageId: string }>('POST', `businesses/${businessId}/customers/mia.shopper/app-messages`, body);
  const received = (event: string, count = 1) =>
    eventually(
      `${count} ${event}`,
      () => world.receiver.events(event).length === count && world.receiver.events(event),
    );

  it('lets the customer write, and shows the delivery with its answer', async () => {
    await page.getByLabel('Message of the customer').fill('Is this in stock?');
    await page.keyboard.press('Enter');
    await bubbles().getByText('Is this in stock?').waitFor();
    const [delivery] = await received('im_receive_msg');
    expect(delivery?.content.text).to.deep.equal({ body: 'Is this in stock?' });

    const row = page.locator('#deliveries li').first();
    await row.getByText('delivered').waitFor();
    await row.locator('summary').press('Enter');
    expect(await row.locator('.attempts').textContent()).to.include('200');
    expect(await row.locator('pre').textContent()).to.include('"body": "Is this in stock?"');
  });

  it('lets the customer tap a card, react, take it back, and quote', async () => {
    await world.customerSends(businessId);
    const buttons = [{ id: 'hours', title: 'Opening hours' }];
    await businessWrites({ type: 'template', title: 'What is it about?', buttons });
    await page.getByRole('button', { name: 'Opening hours' }).click();
    const [, tap] = await received('im_receive_msg', 2);
    expect(tap?.content.reply_source_payload).to.deep.include({ reply_source_unique_id: 'hours' });

    const { messageId } = await businessWrites({ text: 'Always open' });
    const message = bubbles().filter({ hasText: 'Always open' });
    await message.hover();
    await message.getByRole('button', { name: 'React or quote' }).click();
    await message.getByRole('button', { name: 'React with 👍' }).click();
    await message.getByRole('button', { name: 'Take back 👍' }).click();
    const reactions = (await received('im_receive_msg', 4)).slice(2).map(({ content }) => content.reaction);
    expect(reactions.map((reaction) => (reaction as { operation: string }[])[0]?.operation)).to.deep.equal([
      'ADD',
      'REMOVE',
    ]);

    await message.hover();
    await message.getByRole('button', { name: 'React or quote' }).click();
    await message.getByRole('button', { name: 'Quote this message' }).click();
    await page.keyboard.type('Even on Sunday?');
    await page.keyboard.press('Enter');
    const quote = (await received('im_receive_msg', 5)).at(-1);
    expect(quote?.content.referenced_message_info).to.deep.equal({ referenced_message_id: messageId });
    await page.locator('blockquote').getByText('Always open').waitFor();
  });

  it('shows words as words, whatever they look like', async () => {
    const text = '<img src=x onerror="document.title=\'broken\'"><b>bold</b>';
    await world.customerSends(businessId, { type: 'text', text });
    await businessWrites({ type: 'template', title: '<i>card</i>', buttons: [{ id: 'a', title: '<u>tap</u>' }] });
    await world.customerSends(businessId, { type: 'voice', block: { name: '<script>1</script>' } });
    await page.getByText(text).first().waitFor();
    await page.getByRole('button', { name: '<u>tap</u>' }).waitFor();
    expect(await page.locator('#messages b, #messages i, #messages u, #messages script').count()).to.equal(0);
    expect(await page.title()).to.equal('TikTok simulator: phone');
  });

  for (const [name, shown] of [
    ['Sample photo', 'img.photo'],
    ['Video', '.film'],
    ['Sticker', 'img.sticker'],
    ['Emoji', 'img.emoji'],
    ['Voice', '.unknown'],
    ['Share post', 'a.post'],
  ] as const) {
    it(`sends and shows: ${name}`, async () => {
      await page.getByRole('button', { name: 'More to send' }).click();
      await page.getByRole('button', { name, exact: true }).click();
      await bubbles().locator(shown).waitFor();
      await received('im_receive_msg');
    });
  }

  it('moves the clock and sets switches, and shows who set them elsewhere', async () => {
    await page.getByRole('tab', { name: 'Clock' }).click();
    await page.getByRole('button', { name: '48 h' }).click();
    await page.getByText('48 h 0 min ahead of the machine').waitFor();

    await page.getByRole('tab', { name: 'Clock' }).press('ArrowRight');
    await page.getByLabel('echo_never').selectOption('true');
    await page.locator('#set-count').getByText('1').waitFor();
    expect(await world.control('GET', 'faults')).to.deep.nested.include({ 'echo_never.value': true });
    await world.faults({ echo_never: true, media_slow_ms: 5 });
    await page.locator('#set-count').getByText('2').waitFor();
    await page.getByRole('button', { name: 'All normal' }).click();
    await eventually('normal again', async () => (await page.locator('#set-count').textContent()) === '');
  });

  it('shows that the business types and has read', async () => {
    const { conversationId } = await world.customerSends(businessId);
    const token = await world.tokenFor(businessId);
    for (const sender_action of ['MARK_READ', 'TYPING']) {
      await world.open('POST', 'business/message/send/', {
        token,
        body: {
          business_id: businessId,
          recipient_type: 'CONVERSATION',
          recipient: conversationId,
          message_type: 'SENDER_ACTION',
          sender_action,
        },
      });
    }
    await page.getByLabel('The business is typing').waitFor();
    await bubbles()
      .getByText(/read \d\d:\d\d/)
      .waitFor();
    await world.advance(10);
    await page.getByLabel('The business is typing').waitFor({ state: 'hidden' });
  });

  it('says what was refused, until somebody has read it', async () => {
    await page.getByLabel('Username of a new customer').fill('not a name');
    await page.getByLabel('Username of a new customer').press('Enter');
    await page.getByRole('alert').getByText('username').waitFor();
    await page.getByRole('button', { name: 'Close the notice' }).click();
    await page.getByRole('alert').waitFor({ state: 'hidden' });
  });

  it('has one page at a time where there is no room, and nothing wider than the screen', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await page.getByLabel('Message of the customer').fill('x'.repeat(300));
    await page.keyboard.press('Enter');
    await bubbles().first().waitFor();
    for (const name of ['Behind it', 'People', 'Phone']) {
      await page.getByRole('button', { name, exact: true }).click();
      expect(await page.evaluate('document.documentElement.scrollWidth')).to.equal(360);
    }
    expect(await page.locator('.panel').isVisible()).to.equal(false);
  });
});
