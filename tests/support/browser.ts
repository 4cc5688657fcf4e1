import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import chromium from '@sparticuz/chromium';
import { type Browser, type BrowserContext, chromium as driver, type Page } from 'playwright-core';

/** The Chromium that comes with a package of this repository, unpacked at its first use; `CHROMIUM_PATH` names another one. */
const launch = async (): Promise<Browser> =>
  driver.launch({
    executablePath: process.env.CHROMIUM_PATH ?? (await chromium.executablePath()),
    args: chromium.args,
    headless: true,
  });

export interface BrowserOptions {
  readonly width?: number;
  readonly height?: number;
  readonly theme?: 'light' | 'dark';
}

/** One browser for the specs of a `describe`; each person has a context of their own. */
export const useBrowser = () => {
  let browser: Browser | undefined;
  const contexts: BrowserContext[] = [];

  before(async function () {
    this.timeout(60_000);
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
  });

  return {
    /** A window of somebody who has never been here. Mistakes of the page are collected, to be none at the end. */
    open: async ({ width = 1360, height = 820, theme = 'light' }: BrowserOptions = {}) => {
      if (browser === undefined) throw new Error('the browser runs only within its specs');
      const context = await browser.newContext({
        viewport: { width, height },
        colorScheme: theme,
        timezoneId: 'Europe/Berlin',
        locale: 'en-GB',
        reducedMotion: 'reduce',
      });
      contexts.push(context);
      const page = await context.newPage();
      page.setDefaultTimeout(20_000);
      return page;
    },
  };
};

export const screenshotFolder = new URL('../../.local/screenshots/', import.meta.url);

/** Kept as test output, to be looked at. */
export const takeScreenshot = async (page: Page, name: string): Promise<void> => {
  if (!existsSync(screenshotFolder)) await mkdir(screenshotFolder, { recursive: true });
  await page.screenshot({ path: new URL(`${name}.png`, screenshotFolder).pathname });
};
