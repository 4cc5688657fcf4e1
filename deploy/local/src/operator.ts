import { readFile } from 'node:fs/promises';
import { runOperator } from '@tiktok-channel/operator';
import { places } from './places.ts';
import type { Addresses } from './system/addresses.ts';
import { operatorSettings } from './system/operator-settings.ts';

/** `npm run tiktok-channel -- <command>`: the operator's command line beside `npm start`. */

const readAddresses = async (): Promise<Addresses | null> => {
  try {
    return JSON.parse(await readFile(places.addresses, 'utf8')) as Addresses;
  } catch {
    // Written when everything is ready and removed at the end: there is nothing to talk to.
    return null;
  }
};

/** Auth signs anybody in here; undefined while it is away, of which the commands tell that need it. */
const tokenAt = async ({ auth, account }: Addresses): Promise<string | undefined> => {
  try {
    const answer = await fetch(`${auth}/local/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ role: 'operator', accountId: account }),
      signal: AbortSignal.timeout(TOKEN_WITHIN_MS),
    });
    const { token } = (await answer.json()) as { readonly token?: string };
    return token;
  } catch {
    // The commands that need a token say so.
    return undefined;
  }
};

const TOKEN_WITHIN_MS = 3_000;

const NOT_RUNNING = `npm start is not running here, so there is nothing to look at.
What to do: run npm start in another terminal and wait until it is ready.`;

const args = process.argv.slice(2);
const addresses = await readAddresses();
const asksForHelp = args.length === 0 || args.some((arg) => ['--help', '-h', 'help'].includes(arg));
if (addresses === null && !asksForHelp) {
  console.error(NOT_RUNNING);
  process.exitCode = 1;
} else {
  const settings = addresses === null ? {} : operatorSettings(addresses);
  // What is set by hand counts.
  const OPERATOR_TOKEN = addresses === null ? undefined : await tokenAt(addresses);
  await runOperator({ args, environment: { ...settings, ...(OPERATOR_TOKEN && { OPERATOR_TOKEN }), ...process.env } });
}
