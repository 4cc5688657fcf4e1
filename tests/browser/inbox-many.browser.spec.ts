import { randomUUID } from 'node:crypto';
import { eventually } from '@tiktok-channel/platform/testing';
import { expect } from 'chai';
import type { Locator, Page } from 'playwright-core';
import { type OpenWindow, photographPage, signIn, useBrowser } from '../support/browser.ts';
import { type Driver, drive } from '../support/driver.ts';
import { useSystem } from '../support/system.ts';

/** Of both lists a page holds 50. */
const MANY = 60;
const LINES = 70;

describe('a full inbox in a browser', function () {
  this.timeout(90_000);
  const system = useSystem();
  const browser = useBrowser();
  let shop: Driver;
  let store: string;
  let outlet: string;
  let agent: OpenWindow;
  let page: Page;

  const post = (body: object): RequestInit => ({
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  });
  const mia = () => shop.customer(store, 'mia.shopper');

  before(async () => {
    shop = drive(system().addresses, `account-${randomUUID().slice(0, 8)}`);
    store = await shop.connect('acme.store');
    outlet = await shop.connect('acme.outlet');
    const path = `/_control/businesses/${encodeURIComponent(store)}/customers/mia.shopper`;
    await shop.control(`${path}/referrals`, post({ source: 'ad', adId: 'ad-1', adName: 'Winter' }));
    for (let line = 1; line <= LINES; line += 1) {
      await mia().send({ displayName: 'Mia Shopper', type: 'text', text: `Line ${line}.` });
    }
    await shop.control(
      `/_control/businesses/${encodeURIComponent(outlet)}/bulk-messages`,
      post({ count: MANY, customers: MANY, text: 'Where is parcel {n}?' }),
    );
    await eventually('all are there', async () => (await unreadInApi()) === MANY + 1);
    agent = await browser.open();
    page = agent.page;
    await page.goto(url('/inbox'));
    await signIn(page, 'agent', shop.accountId);
  });
  afterEach(() => expect(agent.mistakes).to.deep.equal([]));

  const url = (path: string): string => `${system().addresses.public}${path}`;
  const unreadInApi = async (): Promise<number> =>
    (await shop.get<{ items: readonly object[] }>('/v1/conversations?limit=100')).body.items.length;
  const list = (): Locator => page.getByRole('list', { name: 'Conversations' });
  const row = (name: string | RegExp): Locator => list().getByRole('link', { name });
  const log = (): Locator => page.getByRole('log');
  const said = (text: string): Locator => log().getByRole('article').filter({ hasText: text });
  const search = (): Locator => page.getByRole('searchbox', { name: 'Search people and messages' });
  const titleIs = (expected: RegExp) =>
    eventually(`the title is ${expected}`, async () => expect(await page.title()).to.match(expected));

  it('offers no way to begin a conversation, and says why', async () => {
    await page.getByRole('heading', { name: 'Choose a conversation' }).waitFor();
    await page.getByText('Only customers begin one: TikTok does not let a business write first.').waitFor();
    const acts = await page.getByRole('main').getByRole('button').allInnerTexts();
    expect(acts).to.deep.equal(['All', 'Unread', 'Closing soon']);
  });

  it('reads the list page by page, and says once when one does not come', async () => {
    await row(/parcel/)
      .first()
      .waitFor();
    await titleIs(/^\(50\+\) Inbox/);
    const isFurther = ({ pathname, search: query }: URL): boolean =>
      pathname === '/v1/conversations' && query.includes('cursor=');
    await page.route(isFurther, (route) =>
      route.fulfill({ status: 400, json: { code: 'invalid_cursor', detail: 'the cursor is not one of ours' } }),
    );
    await row(/parcel/)
      .first()
      .focus();
    await page.keyboard.press('End');
    const notice = page.getByText('This may not be all, or not as it is now');
    await notice.waitFor();
    expect(await notice.count()).to.equal(1);
    await page.unroute(isFurther);
    const isGone = notice.waitFor({ state: 'hidden' });
    // What still comes in renews the list, and gets the page as well.
    await Promise.race([page.getByRole('button', { name: 'Try again' }).click(), isGone]);
    await isGone;
    await titleIs(new RegExp(`^\\(${MANY + 1}\\) Inbox`));
    await page.keyboard.press('Tab');
    await row(/parcel/)
      .last()
      .focus();
    await page.keyboard.press('End');
    await row('Mia Shopper').waitFor();
  });

  it('finds people and words, whose number in the title stays that of all', async () => {
    await search().fill('Mia');
    await row(/parcel/)
      .first()
      .waitFor({ state: 'hidden' });
    await row('Mia Shopper').waitFor();
    expect(await row(/./).count()).to.equal(1);
    await search().fill('parcel 17');
    await row(/parcel 17/).waitFor();
    await search().fill('nobody writes so');
    await page.getByRole('heading', { name: 'Nothing found' }).waitFor();
    await titleIs(new RegExp(`^\\(${MANY + 1}\\) Inbox`));
    await page.getByRole('button', { name: 'Clear the search' }).click();
    await row(/parcel/)
      .first()
      .waitFor();
  });

  it('shows one channel alone', async () => {
    const channel = page.getByRole('combobox', { name: 'Channel' });
    await channel.selectOption('@acme.store');
    await row(/parcel/)
      .first()
      .waitFor({ state: 'hidden' });
    await row('Mia Shopper').waitFor();
    expect(await row(/./).count()).to.equal(1);
    await photographPage(page, 'inbox-one-channel');
    await channel.selectOption('All channels');
    await row(/parcel/)
      .first()
      .waitFor();
  });

  it('reads a conversation page by page, and takes nothing as read that was not on the screen', async () => {
    const marks: string[] = [];
    const isMark = ({ pathname }: URL): boolean => pathname.endsWith('/read');
    page.on('request', (request) => isMark(new URL(request.url())) && marks.push(request.method()));
    await search().fill('Mia');
    await row('Mia Shopper').click();
    await said(`Line ${LINES}.`).waitFor();
    await row(/unread/).waitFor({ state: 'hidden' });
    await log().focus();
    await eventually('the first line is there', async () => {
      await page.keyboard.press('Home');
      return (await said('Line 1.').count()) > 0;
    });
    await log().getByText('Came from the ad “Winter”').waitFor();
    marks.length = 0;
    await mia().send({ type: 'text', text: 'Are you still there?' });
    await page.getByRole('status').getByText('Mia Shopper wrote: Are you still there?').waitFor();
    await row(/1 unread message/).waitFor();
    expect(await log().getAttribute('aria-live')).to.equal('off');
    expect(marks).to.deep.equal([]);
    await page.route(isMark, (route) => route.abort(), { times: 1 });
    await page.getByRole('button', { name: 'To the newest message' }).click();
    await said('Are you still there?').waitFor();
    await row(/unread/).waitFor({ state: 'hidden' });
    expect(marks).to.deep.equal(['PUT', 'PUT']);
  });

  it('tells beside a conversation who the customer is, in a narrower window when asked', async () => {
    const panel = page.getByRole('complementary', { name: 'About the customer' });
    await panel.getByText('@mia.shopper').waitFor();
    await panel.getByText('Ad “Winter”').waitFor();
    await panel.getByText('You can answer until').waitFor();
    const profile = panel.getByRole('link', { name: 'Open in TikTok' });
    expect(await profile.getAttribute('href')).to.equal('https://www.tiktok.com/@mia.shopper');
    expect(await profile.getAttribute('rel')).to.include('noopener');
    await page.setViewportSize({ width: 1_000, height: 820 });
    await panel.waitFor({ state: 'hidden' });
    const button = page.getByRole('button', { name: 'About the customer' });
    await button.click();
    await panel.waitFor();
    await photographPage(page, 'conversation-panel');
    await profile.press('Escape');
    await panel.waitFor({ state: 'hidden' });
    expect(await page.evaluate('document.activeElement?.getAttribute("aria-label")')).to.equal('About the customer');
    await page.setViewportSize({ width: 1_360, height: 820 });
  });

  it('says when an answer can no longer be taken back, and takes back what still waits', async () => {
    const pause = async (act: 'pause' | 'resume'): Promise<void> => {
      const answer = await fetch(url(`/operator/outbound/v1/channels/${encodeURIComponent(store)}/${act}`), {
        ...post({ reason: 'a test' }),
        headers: { 'content-type': 'application/json', authorization: `Bearer ${await shop.token('operator')}` },
      });
      expect(answer.status).to.equal(200);
    };
    await pause('pause');
    await log().focus();
    await page.keyboard.press('Home');
    await said(`Line ${LINES}.`).waitFor({ state: 'detached' });
    const field = page.getByRole('textbox', { name: /^Answer to/ });
    for (const text of ['Wait for me.', 'And for me.']) {
      await field.fill(text);
      await field.press('Control+Enter');
    }
    const waits = said('Wait for me.');
    const isCancel = ({ pathname }: URL): boolean => pathname.endsWith('/cancel');
    await page.route(isCancel, (route) =>
      route.fulfill({ status: 409, json: { code: 'reply_ended', detail: 'this reply has its verdict already' } }),
    );
    await waits.getByText('Your operator has paused this account.').waitFor();
    await waits.getByRole('button', { name: 'Take it back' }).click();
    await waits.getByText('Not taken back: this reply has its verdict already.').waitFor();
    await page.unroute(isCancel);
    await waits.getByRole('button', { name: 'Take it back' }).click();
    await waits.getByText('Taken back', { exact: true }).waitFor();
    await photographPage(page, 'conversation-waiting');
    await pause('resume');
    await said('And for me.')
      .getByText(/^(?:Sent|Delivered)$/)
      .waitFor();
  });

  it('shows what nobody knows the fate of as such, and lets it be sent again once nobody looks for it', async () => {
    const isMessages = ({ pathname }: URL): boolean => pathname.endsWith('/messages');
    let isSettled = false;
    await page.route(isMessages, async (route) => {
      const response = await route.fetch();
      const { items, ...rest } = (await response.json()) as { items: object[] };
      const lost = { ...items[0], status: 'unknown', isSettled };
      await route.fulfill({ response, json: { ...rest, items: items.with(0, lost) } });
    });
    await page.reload();
    const lost = said('And for me.');
    await lost.getByText('Not known whether it arrived').waitFor();
    await lost.getByText('do not send it again yet').waitFor();
    isSettled = true;
    await page.reload();
    await lost.getByText('Sent again, it may arrive twice.').waitFor();
    await photographPage(page, 'conversation-unknown');
    await lost.getByRole('button', { name: 'Send it again' }).click();
    // It did arrive, which the service knows.
    await lost.getByText('Only a reply that failed, or was cancelled, can be tried again.').waitFor();
    await page.unroute(isMessages);
  });

  it('says when it is not known whether an account needs care', async () => {
    const isNotices = ({ pathname }: URL): boolean => pathname === '/v1/notices';
    await page.route(isNotices, (route) => route.fulfill({ status: 400, json: { code: 'x', detail: 'not now' } }));
    await page.reload();
    const notice = page.getByText('Whether an account needs care is not known at the moment');
    await notice.waitFor();
    await page.unroute(isNotices);
    await page.getByRole('button', { name: 'Try again' }).click();
    await notice.waitFor({ state: 'hidden' });
  });

  it('says that a channel has to be authorised again, in the list and where one answers', async () => {
    await said('Are you still there?').waitFor();
    await shop.control(`/_control/businesses/${encodeURIComponent(store)}/authorization`, {
      ...post({ reason: 1 }),
      method: 'DELETE',
    });
    await page.getByText('@acme.store has to be authorised again').waitFor();
    await page.getByText('Ask an administrator to do it on the page Channels.').waitFor();
    await page.getByText('@acme.store is not connected: answers are not sent').waitFor();
    await eventually('the last message is still in sight', async () => {
      const [last, whole] = await Promise.all([said('And for me.').boundingBox(), log().boundingBox()]);
      return expect((last?.y ?? 0) + (last?.height ?? 0)).to.be.at.most((whole?.y ?? 0) + (whole?.height ?? 0));
    });
    await photographPage(page, 'conversation-degraded');
  });

  it('says when a page cannot be shown because its file is gone, and loads it anew', async () => {
    const visitor = await browser.open();
    await visitor.page.route('**/assets/inbox-page-*.js', (route) => route.fulfill({ status: 404 }));
    await visitor.page.goto(url('/inbox'));
    await signIn(visitor.page, 'agent', shop.accountId);
    await visitor.page.getByRole('heading', { name: 'This page could not be shown' }).waitFor();
    await photographPage(visitor.page, 'page-gone');
    await visitor.page.unrouteAll();
    await visitor.page.getByRole('button', { name: 'Load again' }).click();
    await visitor.page.getByRole('heading', { name: 'Inbox' }).waitFor();
    await visitor.page.context().close();
  });
});
