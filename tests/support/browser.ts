import { mkdir } from 'node:fs/promises';
import chromium from '@sparticuz/chromium';
import axe from 'axe-core';
import { expect } from 'chai';
import { type Browser, chromium as driver, type Page } from 'playwright-core';

/** The Chromium that comes with a package of this repository, unpacked at its first use; `CHROMIUM_PATH` names another one. */
const launch = async (): Promise<Browser> =>
  driver.launch({
    executablePath: process.env.CHROMIUM_PATH ?? (await chromium.executablePath()),
    // In a single process, as the package would have it, the end of one window is the end of all.
    args: chromium.args.filter((argument) => argument !== '--single-process'),
    headless: true,
  });

export interface WindowOptions {
  readonly width?: number;
  readonly height?: number;
  readonly theme?: 'light' | 'dark';
}

export interface OpenWindow {
  readonly page: Page;
  /** What the page did wrong: scripts that failed, and what its own policy refused. */
  readonly mistakes: readonly string[];
}

const WAIT_MS = 20_000;

/** One browser for the specs of a `describe`; each window is of somebody who has never been here. */
export const useBrowser = () => {
  let browser: Browser | undefined;

  before(async function () {
    this.timeout(60_000);
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
  });

  return {
    open: async ({ width = 1360, height = 820, theme = 'light' }: WindowOptions = {}): Promise<OpenWindow> => {
      if (browser === undefined) throw new Error('the browser runs only within its specs');
      const context = await browser.newContext({
        viewport: { width, height },
        colorScheme: theme,
        timezoneId: 'Europe/Berlin',
        locale: 'en-GB',
        reducedMotion: 'reduce',
      });
      const page = await context.newPage();
      page.setDefaultTimeout(WAIT_MS);
      const mistakes: string[] = [];
      page.on('pageerror', (error) => mistakes.push(error.message));
      page.on('console', (message) => {
        // A call that was refused or had no network is no mistake of the page.
        if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) {
          mistakes.push(message.text());
        }
      });
      return { page, mistakes };
    },
  };
};

/** Of what has the focus. */
export const focusedText = (page: Page): Promise<string> => page.evaluate('document.activeElement?.textContent ?? ""');

/** As a person does it: the page asks, the provider of this machine lets them choose, and they come back. */
export const signIn = async (page: Page, role: string, accountId: string): Promise<void> => {
  await page.getByRole('button', { name: /^Sign in/ }).click();
  await page.getByRole('radio', { name: new RegExp(`^${role}`, 'i') }).check();
  await page.getByRole('textbox', { name: 'Account' }).fill(accountId);
  await page.getByRole('button', { name: 'Sign in' }).click();
};

const screenshots = new URL('../../.local/screenshots/', import.meta.url);

/** Kept as test output, to be looked at. */
export const takeScreenshot = async (page: Page, name: string): Promise<void> => {
  await mkdir(screenshots, { recursive: true });
  await page.screenshot({ path: new URL(`${name}.png`, screenshots).pathname });
};

interface Violation {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** What axe has against the page as it is now: nothing. */
export const expectAccessible = async (page: Page): Promise<void> => {
  await page.evaluate(axe.source);
  const violations = await page.evaluate<readonly Violation[]>('axe.run().then(({ violations }) => violations)');
  const told = violations.map(
    ({ id, help, nodes }) => `${id}: ${help}\n${nodes.map((n) => `  ${n.html}\n  ${n.failureSummary}`).join('\n')}`,
  );
  expect(told.join('\n')).to.equal('');
};

const OVERFLOWING = `[...document.querySelectorAll('main *')]
  .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
  .map((element) => element.outerHTML.slice(0, 120))`;

/** Nothing is wider than the window. */
const expectNoOverflow = async (page: Page): Promise<void> => {
  expect(await page.evaluate<readonly string[]>(OVERFLOWING)).to.deep.equal([]);
};

/** What every page is looked at in: both themes, a wide window and a phone's. */
const WINDOWS = [
  ['light', 1360, 'light-wide'],
  ['dark', 1360, 'dark-wide'],
  ['light', 390, 'light-narrow'],
  ['dark', 390, 'dark-narrow'],
] as const;

interface Photographed {
  readonly url: string;
  readonly role: string;
  readonly accountId: string;
  /** Of the screenshots; the window is added. */
  readonly name: string;
  /** Text that shows that the page is there. */
  readonly isThere: string;
}

/** Looks at the page in every window, finds nothing against it, and keeps screenshots; leaves the window as it was. */
export const photographPage = async (page: Page, name: string): Promise<void> => {
  const before = page.viewportSize() ?? { width: 1_360, height: 820 };
  for (const [colorScheme, width, window] of WINDOWS) {
    await page.setViewportSize({ width, height: before.height });
    await page.emulateMedia({ colorScheme });
    await expectAccessible(page);
    await expectNoOverflow(page);
    await takeScreenshot(page, `${name}-${window}`);
  }
  await page.setViewportSize(before);
  await page.emulateMedia({ colorScheme: 'light' });
};

/** Opens the page as somebody, and looks at it in every window. */
export const photograph = async (
  browser: ReturnType<typeof useBrowser>,
  { url, role, accountId, name, isThere }: Photographed,
): Promise<void> => {
  const visitor = await browser.open({ height: 1_150 });
  await visitor.page.goto(url);
  await signIn(visitor.page, role, accountId);
  await visitor.page.getByText(isThere).first().waitFor();
  await photographPage(visitor.page, name);
  expect(visitor.mistakes).to.deep.equal([]);
  await visitor.page.context().close();
};
