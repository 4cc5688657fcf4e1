import { randomUUID } from 'node:crypto';
import { eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import type { Locator, Page } from 'playwright-core';
import {
  expectAccessible,
  focusedText,
  type OpenWindow,
  photograph,
  photographPage,
  signIn,
  takeScreenshot,
  useBrowser,
} from '../support/browser.ts';
import { type Driver, drive } from '../support/driver.ts';
import { useSystem } from '../support/system.ts';

describe('the channels in a browser', function () {
  this.timeout(90_000);
  const system = useSystem();
  const browser = useBrowser();
  let shop: Driver;
  let admin: OpenWindow;
  let page: Page;

  before(async () => {
    shop = drive(system().addresses, `account-${randomUUID().slice(0, 8)}`);
    await shop.control('/_control/businesses', {
      method: 'POST',
      body: JSON.stringify({ username: 'luma.light', displayName: 'Luma Light' }),
      headers: { 'content-type': 'application/json' },
    });
    admin = await browser.open();
    page = admin.page;
  });
  afterEach(() => expect(admin.mistakes).to.deep.equal([]));

  const url = (path: string): string => `${system().addresses.public}${path}`;
  const card = (): Locator => page.getByRole('list', { name: 'Connected accounts' }).getByRole('listitem').first();
  /** TikTok's page, where the owner of the account decides. */
  const consent = async (decision: 'Authorise' | 'Cancel', without: readonly string[] = []) => {
    await page.getByRole('radio', { name: /@luma\.light/ }).check();
    for (const scope of without) await page.getByRole('checkbox', { name: scope }).uncheck();
    await page.getByRole('button', { name: decision }).click();
    await page.waitForURL(/\/channels/);
    await page.getByRole('heading', { name: 'Channels', level: 1 }).waitFor();
  };
  const photographAll = (path: string, name: string, isThere: string): Promise<void> =>
    photograph(browser, { url: url(path), role: 'administrator', accountId: shop.accountId, name, isThere });

  it('say what is needed while there is none, and lead to the guide', async () => {
    await page.goto(url('/channels'));
    await signIn(page, 'administrator', shop.accountId);
    await page.getByRole('heading', { name: 'No TikTok account is connected yet' }).waitFor();
    await page.getByText('a TikTok business account, and its sign-in').waitFor();
    await page.getByText('TikTok channels are switched on for this account.').waitFor();
    await photographPage(page, 'channels-empty');
    await page.getByRole('link', { name: 'How to connect' }).click();
    await page.getByRole('heading', { name: 'How to connect a TikTok account' }).waitFor();
    await page.getByText('The connection took longer than 10 minutes.').waitFor();
    await photographPage(page, 'channels-guide');
    await page.getByRole('link', { name: 'Back to the channels' }).click();
  });

  it('tell who cancelled on TikTok what happened and what to do', async () => {
    await page.getByRole('button', { name: 'Connect a TikTok account' }).click();
    await consent('Cancel');
    await page.getByRole('alert').getByText('The connection was cancelled on TikTok.').waitFor();
    await page.getByRole('alert').getByText('Start again and choose Authorize on the page of TikTok.').waitFor();
    await takeScreenshot(page, 'channels-denied-light-wide');
    await page.getByRole('button', { name: 'Close this note' }).click();
    await page.getByRole('alert').waitFor({ state: 'hidden' });
    expect(page.url()).to.equal(url('/channels'));
  });

  it('tell which permission was left out, and what would not work without it', async () => {
    await page.getByRole('button', { name: 'Connect a TikTok account' }).click();
    await consent('Authorise', ['message.list.send']);
    await page.getByRole('alert').getByText('A permission was left out').waitFor();
    await page.getByRole('alert').getByText('Nothing can be answered.').waitFor();
    await page.getByRole('heading', { name: 'No TikTok account is connected yet' }).waitFor();
  });

  it('never repeat what an address says that nobody here wrote', async () => {
    await page.goto(url('/channels?error=%3Cb%3Eyour%20account%20is%20locked%3C/b%3E&connected=nobody'));
    await page.getByRole('alert').getByText('in a way that this page does not know').waitFor();
    expect(await page.getByText('your account is locked').count()).to.equal(0);
  });

  it('connect an account, and say that it waits for its first message and what to check', async () => {
    await page.getByRole('button', { name: 'Connect a TikTok account' }).click();
    await consent('Authorise', ['user.info.profile']);
    await page.getByText('Luma Light is connected').waitFor();
    await card().getByText('@luma.light').waitFor();
    await card().getByText('Connected', { exact: true }).waitFor();
    await card().getByText('Waiting for the first message').waitFor();
    await card().getByText('direct messages from everyone are allowed').waitFor();
  });

  it('show how an account is, and what is missing without a permission', async () => {
    await card().getByText('1 permission missing').waitFor();
    await card().getByText('The link to the profile and the description of the account are not known.').waitFor();
    await card().getByText('TikTok calls this installation.').waitFor();
    await card().getByText('Works', { exact: true }).waitFor();
    await photographAll('/channels', 'channels-new', 'Waiting for the first message');
  });

  it('see the first message and the first answer by themselves', async () => {
    const [channel] = (await shop.get<{ items: { channelId: string }[] }>('/v1/channels')).body.items;
    const mia = shop.customer(channel?.channelId ?? '', 'mia.shopper');
    const { conversationId } = await mia.send({ type: 'text', text: 'Is anybody there?' });
    await card().getByText('Waiting for the first message').waitFor({ state: 'hidden' });
    expect(await card().getByText('None yet').count()).to.equal(1);
    const path = `/v1/conversations/${encodeURIComponent(conversationId)}`;
    await eventually('the conversation is there', async () => (await shop.get(path)).status === 200);
    const { body } = await shop.reply(conversationId, { text: 'Yes' });
    await shop.replyIs(body.replyId, 'sent', 'delivered');
    await card().getByText('None yet').waitFor({ state: 'hidden' });
  });

  it('are authorised again in the same way', async () => {
    await card().getByRole('button', { name: 'Reconnect' }).click();
    await consent('Authorise');
    await card().getByText('All granted').waitFor();
  });

  it('list what was tried, and of starts that never came back what it may have been', async () => {
    await shop.startAuthorization();
    await shop.advanceClock(11 * 60);
    // By itself it is asked again every 15 seconds.
    await page.reload();
    const tried = page.getByRole('region', { name: 'Latest attempts to connect' });
    await tried.getByText('TikTok never came back from its page.').waitFor();
    await tried.getByText('is not registered with the TikTok app, character for character').waitFor();
    await photographAll('/channels', 'channels', 'TikTok never came back');
  });

  it('are disconnected by the keys alone, once confirmed and with a reason', async () => {
    await card().getByRole('button', { name: 'Reconnect' }).focus();
    await page.keyboard.press('Tab');
    expect(await focusedText(page)).to.equal('Disconnect');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Disconnect Luma Light?' });
    await dialog.waitFor();
    await expectAccessible(page);
    await takeScreenshot(page, 'channels-disconnect-light-wide');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    await page.keyboard.press('Enter');
    await dialog.getByRole('button', { name: 'Disconnect' }).click();
    await dialog.getByText('Say why').waitFor();
    await dialog.getByRole('textbox').focus();
    await page.keyboard.type('moves to another shop');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await card().getByText('An administrator has disconnected the channel.').waitFor();
    await card().getByRole('button', { name: 'Connect again' }).waitFor();
    await expectAccessible(page);
  });

  it('cannot be connected while the account has them switched off, and say so', async () => {
    const { status } = await shop.switchFeature(false);
    expect(status).to.equal(200);
    await page.getByText('TikTok channels are switched off for this account').waitFor();
    expect(await card().getByRole('button', { name: 'Connect again' }).isDisabled()).to.equal(true);
    await shop.switchFeature(true);
  });
});
