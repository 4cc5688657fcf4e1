import { randomUUID } from 'node:crypto';
import { eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import type { Locator, Page } from 'playwright-core';
import {
  focusedText,
  type OpenWindow,
  photographPage,
  signIn,
  takeScreenshot,
  useBrowser,
} from '../support/browser.ts';
import { picture, writeDemoConversations } from '../support/demo-conversations.ts';
import { type Driver, drive } from '../support/driver.ts';
import { useSystem } from '../support/system.ts';

const HOUR_SECONDS = 3_600;

/** A script that pastes a picture, or drags one over the conversation until `dropNow` lets it go. */
const giving = (type: 'paste' | 'drop', name: string, bytes: Buffer): string => `{
  const data = new DataTransfer();
  data.items.add(new File([Uint8Array.from(${JSON.stringify([...bytes])})], ${JSON.stringify(name)}, { type: 'image/png' }));
  const give = (event) => (document.querySelector('main textarea') ?? document.querySelector('main footer')).dispatchEvent(event);
  const options = { bubbles: true, cancelable: true };
  if (${JSON.stringify(type)} === 'paste') give(new ClipboardEvent('paste', { ...options, clipboardData: data }));
  else {
    give(new DragEvent('dragenter', { ...options, dataTransfer: data }));
    window.dropNow = () => void give(new DragEvent('drop', { ...options, dataTransfer: data }));
  }
}`;

describe('the inbox in a browser', function () {
  this.timeout(90_000);
  const system = useSystem();
  const browser = useBrowser();
  let shop: Driver;
  let channelId: string;
  let agent: OpenWindow;
  let page: Page;

  before(async () => {
    shop = drive(system().addresses, `account-${randomUUID().slice(0, 8)}`);
    channelId = await shop.connect('acme.store');
    agent = await browser.open();
    page = agent.page;
  });
  afterEach(async () => {
    await shop.faults({ send_rejects_with: null });
    expect(agent.mistakes).to.deep.equal([]);
  });

  const url = (path: string): string => `${system().addresses.public}${path}`;
  const row = (name: string): Locator => page.getByRole('list', { name: 'Conversations' }).getByRole('link', { name });
  const log = (): Locator => page.getByRole('log');
  const said = (text: string): Locator => log().getByRole('article').filter({ hasText: text });
  const composer = (): Locator => page.getByRole('textbox', { name: /^Answer to/ });
  const open = async (name: string): Promise<void> => {
    await row(name).click();
    await page.getByRole('heading', { name, level: 1 }).waitFor();
  };
  const say = async (text: string): Promise<void> => {
    await composer().fill(text);
    await composer().press('Control+Enter');
  };
  const stored = (): Promise<string> =>
    page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])');
  const arrived = (customer: { phone(): ReturnType<ReturnType<Driver['customer']>['phone']> }, count: number) =>
    eventually(`${count} messages of the business are on the phone`, async () => {
      const all = (await customer.phone()).filter(({ from }) => from === 'business');
      if (all.length < count) throw new Error(`there are ${all.length}`);
      return all;
    });

  it('asks who one is, and comes back to the place that was asked for', async () => {
    await page.goto(url('/inbox?from=elsewhere'));
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    await photographPage(page, 'sign-in');
    await signIn(page, 'agent', shop.accountId);
    await page.getByRole('heading', { name: 'Nobody has written yet' }).waitFor();
    expect(page.url()).to.equal(url('/inbox?from=elsewhere'));
  });

  it('signs in again by itself after a reload, and leaves a token nowhere', async () => {
    const addresses: string[] = [];
    page.on('request', (request) => addresses.push(request.url()));
    await page.reload();
    await page.getByRole('heading', { name: 'Nobody has written yet' }).waitFor();
    expect(page.url()).to.equal(url('/inbox?from=elsewhere'));
    // The form of a token for an API here: its claims begin with the account. Codes, which are used once, begin so too, and are no tokens.
    const bearer = await shop.token('agent');
    const kept = await stored();
    expect(kept).not.to.include(bearer.split('.')[0]);
    expect(addresses.filter((address) => /[?&](?:access_|id_|refresh_)?token=/.test(address))).to.deep.equal([]);
  });

  it('shows a conversation as soon as its customer writes, and says so in the title', async () => {
    const mia = shop.customer(channelId, 'mia.shopper');
    await mia.send({ displayName: 'Mia Shopper', type: 'text', text: 'Is this jacket in stock in M?' });
    await row('Mia Shopper').waitFor();
    await eventually('one waits in the title', async () => expect(await page.title()).to.match(/^\(1\) Inbox/));
    await open('Mia Shopper');
    await said('Is this jacket in stock in M?').waitFor();
    await eventually('it counts as read', async () => expect(await page.title()).to.match(/^Inbox/));
    await mia.send({ type: 'text', text: 'In green?' });
    await said('In green?').waitFor();
  });

  it('sends an answer, and shows how far it came', async () => {
    const mia = shop.customer(channelId, 'mia.shopper');
    await say('Yes, in green and black.');
    const sent = said('Yes, in green and black.');
    await sent.getByText(/^(?:Sent|Delivered)$/).waitFor();
    expect((await arrived(mia, 1))[0]?.text).to.equal('Yes, in green and black.');
    expect(await composer().inputValue()).to.equal('');
    await mia.read();
    await sent.getByText('Read', { exact: true }).waitFor();
  });

  it('sends pictures and a text as messages of their own, in the order that it shows', async () => {
    const mia = shop.customer(channelId, 'mia.shopper');
    await page.locator('input[type=file]').setInputFiles([
      { name: 'front.png', mimeType: 'image/png', buffer: picture() },
      { name: 'back.png', mimeType: 'image/png', buffer: picture({ colour: [80, 120, 180] }) },
    ]);
    await composer().fill('Front and back.');
    await page.getByText('this goes as 3 messages, in this order').waitFor();
    await page.getByRole('button', { name: 'Send back.png earlier' }).click();
    await page.getByRole('button', { name: 'Remove front.png' }).click();
    await page.getByRole('button', { name: 'Send 2 messages' }).click();
    const phone = await arrived(mia, 3);
    expect(phone.map(({ type }) => type)).to.deep.equal(['text', 'image', 'text']);
    await log().getByRole('img', { name: 'Picture you sent' }).first().waitFor();
    await said('Front and back.')
      .getByText(/^(?:Sent|Delivered)$/)
      .waitFor();
  });

  it('says what TikTok does not take before anything is sent', async () => {
    await page.locator('input[type=file]').setInputFiles([
      { name: 'huge.png', mimeType: 'image/png', buffer: Buffer.alloc(3_250_000) },
      { name: 'notes.gif', mimeType: 'image/gif', buffer: Buffer.from('GIF89a') },
    ]);
    await page.getByText('3.1 MB, TikTok takes 3 MB').waitFor();
    await page.getByText('Neither JPEG nor PNG').waitFor();
    expect(await page.getByRole('button', { name: 'Send 2 messages' }).isDisabled()).to.equal(true);
    await page.getByRole('button', { name: 'Remove huge.png' }).click();
    await page.getByRole('button', { name: 'Remove notes.gif' }).click();
    await composer().fill('a'.repeat(6_001));
    await page.getByText('1 characters too many').waitFor();
    expect(await page.getByRole('button', { name: 'Send', exact: true }).isDisabled()).to.equal(true);
    await composer().fill('');
  });

  it('shows what customers write as text, whatever it looks like, and opens their links safely', async () => {
    const eve = shop.customer(channelId, 'eve');
    const text = '<img src=x onerror="window.broken=1"><script>window.broken=1</script> https://example.com/a?b=1.';
    await eve.send({ displayName: '<b>Eve</b>', type: 'text', text });
    await open('<b>Eve</b>');
    await said(text).waitFor();
    const link = log().getByRole('link', { name: 'https://example.com/a?b=1' });
    expect(await link.getAttribute('href')).to.equal('https://example.com/a?b=1');
    expect(await link.getAttribute('rel')).to.include('noopener');
    expect(await link.getAttribute('rel')).to.include('noreferrer');
    expect(await page.evaluate('"broken" in window')).to.equal(false);
  });

  it('keeps what was begun in each conversation, also over a reload', async () => {
    await composer().fill('Not yet finished');
    await open('Mia Shopper');
    expect(await composer().inputValue()).to.equal('');
    await row('<b>Eve</b>').getByText('Draft:').waitFor();
    await page.reload();
    await open('<b>Eve</b>');
    expect(await composer().inputValue()).to.equal('Not yet finished');
    await composer().fill('');
  });

  it('tells under a failed answer why it failed, and sends it again', async () => {
    const leila = shop.customer(channelId, 'leila.ahmadi');
    await leila.send({ displayName: 'Leila Ahmadi', type: 'text', text: 'Hello?' });
    await shop.faults({ send_rejects_with: 40001 });
    await open('Leila Ahmadi');
    await say('Hello Leila!');
    const failed = said('Hello Leila!').first();
    await failed.getByText(/Not sent: the TikTok account has not given the permission/).waitFor();
    await failed.getByText('Nothing reached Leila Ahmadi.').waitFor();
    await row('Leila Ahmadi').getByText('Failed').waitFor();
    await failed.getByText('Details').click();
    await failed.getByText('40001').waitFor();
    await photographPage(page, 'conversation-failed');
    await shop.faults({ send_rejects_with: null });
    await failed.getByRole('button', { name: 'Send it again' }).click();
    await said('Hello Leila!')
      .nth(1)
      .getByText(/^(?:Sent|Delivered)$/)
      .waitFor();
    expect(await arrived(leila, 1)).to.have.length(1);
  });

  it('says when the network is away, and makes up for everything when it is back', async () => {
    const leila = shop.customer(channelId, 'leila.ahmadi');
    await page.context().setOffline(true);
    await page.getByText('No connection: what you see may be old.').waitFor();
    await say('Are you there?');
    await said('Are you there?').getByText('Not known whether it was sent: there is no connection').waitFor();
    await page.getByRole('button', { name: 'Your account' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('dialog', { name: '1 message was not sent yet' }).waitFor();
    await takeScreenshot(page, 'sign-out-unsent-light-wide');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await takeScreenshot(page, 'conversation-away-light-wide');
    await leila.send({ type: 'text', text: 'Yes, I am.' });
    await page.context().setOffline(false);
    await said('Yes, I am.').waitFor();
    await said('Are you there?')
      .getByText(/^(?:Sent|Delivered)$/)
      .waitFor();
    await page.getByText('No connection').waitFor({ state: 'hidden' });
    expect(await arrived(leila, 2)).to.have.length(2);
  });

  it('can be used by the keys alone', async () => {
    await page.goto(url('/inbox'));
    await row('Mia Shopper').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('Leila');
    await row('Mia Shopper').waitFor({ state: 'hidden' });
    await page.keyboard.press('Escape');
    await row('Mia Shopper').waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('End');
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    const second = await focusedText(page);
    await page.keyboard.press('Enter');
    await composer().waitFor();
    await page.locator('textarea:focus').waitFor();
    await page.keyboard.type('By the keys alone');
    await page.keyboard.press('Control+Enter');
    await said('By the keys alone')
      .getByText(/^(?:Sent|Delivered)$/)
      .waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: 'Choose a conversation' }).waitFor();
    expect(second.slice(0, 8)).to.be.oneOf(['Leila Ah', '<b>Eve</', 'Mia Shop']);
    // The list learns a moment later than the conversation what was said last.
    await eventually('the row of before has the focus', async () =>
      expect(await focusedText(page)).to.include('By the keys alone'),
    );
  });

  it('shows every kind of message, without a fault that axe finds, in both themes and on a phone', async () => {
    const demo = drive(system().addresses, `account-${randomUUID().slice(0, 8)}`);
    const demoChannel = await demo.connect('demo.store');
    const conversationId = await writeDemoConversations(demo, demoChannel);
    const path = `/inbox/${encodeURIComponent(conversationId)}`;
    const visitor = await browser.open();
    await visitor.page.goto(url('/inbox'));
    await signIn(visitor.page, 'agent', demo.accountId);
    await visitor.page.getByRole('link', { name: /Mia Shopper/ }).waitFor();
    await photographPage(visitor.page, 'inbox');
    await visitor.page.goto(url(path));
    await visitor.page.getByRole('img', { name: 'Picture from Mia Shopper' }).waitFor();
    await visitor.page.getByText('Open TikTok to see it').waitFor();
    await photographPage(visitor.page, 'conversation');
    expect(visitor.mistakes).to.deep.equal([]);
    await visitor.page.context().close();
  });

  it('puts a shared post into a frame that can do nothing here, and links it', async () => {
    const dae = shop.customer(channelId, 'dae.kim');
    await dae.send({ displayName: 'Dae Kim', type: 'share_post', videoId: '7106594312292453675' });
    await open('Dae Kim');
    // No frame is loaded from elsewhere before somebody wants it, and none in a test.
    await page.route('https://www.tiktok.com/**', (route) =>
      route.fulfill({ contentType: 'text/html', body: 'The player' }),
    );
    await page.getByRole('button', { name: 'Show the post here' }).click();
    const frame = page.locator('iframe');
    expect(await frame.getAttribute('src')).to.equal('https://www.tiktok.com/player/v1/7106594312292453675');
    expect(await frame.getAttribute('sandbox')).not.to.include('allow-top-navigation');
    await page.frameLocator('iframe').getByText('The player').waitFor();
    const link = log().getByRole('link', { name: 'Open in TikTok' });
    expect(await link.getAttribute('href')).to.equal('https://www.tiktok.com/@/video/7106594312292453675');
  });

  it('lets the window close while somebody looks, and says what may still be done', async () => {
    await shop.advanceClock(47.5 * HOUR_SECONDS);
    await page
      .getByTestId('reply-window')
      .filter({ hasText: /^(?:30|29|28|27|26|25) min left to answer$/ })
      .waitFor();
    await takeScreenshot(page, 'conversation-closing-light-wide');
    // After so long tokens are renewed; the clock moves on when that is done.
    const other = await shop.customer(channelId, 'leila.ahmadi').send({ type: 'text', text: 'Are you open?' });
    await shop.messageIs(other.conversationId, other.messageId);
    const { body: answer } = await shop.reply(other.conversationId, { text: 'We are.' });
    await shop.replyIs(answer.replyId, 'sent', 'delivered', 'read');
    // The page may know the new time before the service does, which then answers as if the window were open.
    const path = new URL(page.url()).pathname.replace('/inbox/', '/v1/conversations/');
    const { body: before } = await shop.get<object>(path);
    const isConversation = ({ pathname }: URL): boolean => pathname === path;
    await page.route(isConversation, (route) => route.fulfill({ json: before }));
    await shop.advanceClock(HOUR_SECONDS);
    await page.getByTestId('reply-window').filter({ hasText: 'Window closed' }).waitFor();
    await page.unroute(isConversation);
    await page.getByTestId('reply-window').filter({ hasText: '3 messages left' }).waitFor();
    for (const text of ['First', 'Second', 'Third']) {
      await say(text);
      await said(text)
        .getByText(/^(?:Sent|Delivered)$/)
        .waitFor();
    }
    await page.getByText('You cannot answer until Dae Kim writes again').waitFor();
    expect(await composer().count()).to.equal(0);
    await page.evaluate(giving('drop', 'late.png', picture()));
    await page.getByText('You cannot answer until Dae Kim writes again').nth(1).waitFor();
    await page.evaluate('window.dropNow()');
    await photographPage(page, 'conversation-closed');
    await shop.customer(channelId, 'dae.kim').send({ type: 'text', text: 'Still there?' });
    await said('Still there?').waitFor();
    await composer().waitFor();
    expect(await page.getByRole('button', { name: 'Remove late.png' }).count()).to.equal(0);
  });

  it('takes pictures that are pasted or dropped, and none where nothing can be sent', async () => {
    const give = (type: 'paste' | 'drop', name: string): Promise<unknown> =>
      page.evaluate(giving(type, name, picture()));
    await give('paste', 'pasted.png');
    await page.getByRole('button', { name: 'Remove pasted.png' }).waitFor();
    await give('drop', 'dropped.png');
    await page.getByText('Drop pictures to add them').waitFor();
    await page.evaluate('window.dropNow()');
    await page.getByRole('button', { name: 'Remove dropped.png' }).waitFor();
    await page.getByText('this goes as 2 messages, in this order').waitFor();
    // An Escape that ends the choice of a character leads nowhere; another one leads back to the list, and nothing is lost.
    await composer().dispatchEvent('keydown', { key: 'Escape', bubbles: true, isComposing: true });
    await composer().press('Escape');
    await composer().waitFor({ state: 'detached' });
    await open('Dae Kim');
    await page.getByText('this goes as 2 messages, in this order').waitFor();
    await page.getByRole('button', { name: 'Remove pasted.png' }).click();
    await page.getByRole('button', { name: 'Remove dropped.png' }).click();
  });

  it('sends what was sent as the session ended, once, after signing in again', async () => {
    const leila = shop.customer(channelId, 'leila.ahmadi');
    await open('Leila Ahmadi');
    const before = (await leila.phone()).length;
    // Neither the token nor its renewal is taken any more: as after a night.
    await page.route('**/v1/conversations/*/replies', (route) =>
      route.fulfill({ status: 401, json: { code: 'unauthorized' } }),
    );
    await page.route('**/token', (route) => route.fulfill({ status: 400, json: { error: 'invalid_grant' } }));
    await say('Written just before the end');
    await page.getByRole('heading', { name: 'Your session has ended' }).waitFor();
    await page.unrouteAll();
    // The provider still knows who it is; and it goes from any page.
    await page.goto(url('/channels'));
    await eventually('it arrived', async () => expect((await leila.phone()).length).to.be.greaterThan(before));
    await page.goto(url('/inbox'));
    await open('Leila Ahmadi');
    await said('Written just before the end')
      .getByText(/^(?:Sent|Delivered)$/)
      .waitFor();
    const texts = (await leila.phone()).slice(before).map(({ text }) => text);
    expect(texts).to.deep.equal(['Written just before the end']);
    expect(await stored()).not.to.include('Written just before the end');
  });

  it('keeps the place and the draft of somebody whose session ended', async () => {
    await open('Dae Kim');
    const place = page.url();
    await composer().fill('To be kept');
    await shop.advanceClock(9 * 24 * HOUR_SECONDS);
    await shop.customer(channelId, 'dae.kim').send({ type: 'text', text: 'After a long time' });
    await page.getByRole('heading', { name: 'Your session has ended' }).waitFor();
    await photographPage(page, 'session-ended');
    await signIn(page, 'agent', shop.accountId);
    await said('After a long time').waitFor();
    expect(page.url()).to.equal(place);
    expect(await composer().inputValue()).to.equal('To be kept');
  });
});
