import { type HttpAnswer, type HttpCall, type HttpClient, HttpClientError } from '@tiktok-channel/platform/http-client';
import type { Clock } from '@tiktok-channel/platform/kernel';
import type { Check } from '../../application/diagnose.ts';
import { type Finding, failed, fine, unchecked } from '../../domain/finding.ts';

/** Asks, and answers the failure as a word where there is no answer. */
const ask = async (client: HttpClient, call: HttpCall): Promise<HttpAnswer | string> => {
  try {
    return await client.call(call);
  } catch (error) {
    if (error instanceof HttpClientError) return error.code.replace('_', ' ');
    throw error;
  }
};

/** A service's own word on whether it lives and is ready, with its reasons. */
export const serviceCheck = (client: HttpClient, service: string, baseUrl: string): Check => ({
  name: `${service} is alive`,
  next: `start ${service}, or set ${service.toUpperCase()}_INTERNAL_URL to its internal port`,
  async look() {
    const [live, ready] = await Promise.all(
      ['live', 'ready'].map((what) => ask(client, { method: 'GET', url: `${baseUrl}/health/${what}` })),
    );
    return [healthFinding(service, 'alive', live), healthFinding(service, 'ready', ready)];
  },
});

const ADVICE = {
  alive: (service: string) => `restart ${service} and look at its log`,
  ready: (service: string) => `put right what ${service} waits for; its page says what each thing looks like`,
} as const;

const healthFinding = (service: string, what: 'alive' | 'ready', answer: HttpAnswer | string | undefined): Finding => {
  const name = `${service} is ${what}`;
  if (typeof answer !== 'object') {
    const setting = `${service.toUpperCase()}_INTERNAL_URL`;
    return failed(name, answer ?? 'unreachable', `start ${service}, or set ${setting} to its internal port`);
  }
  const reason = reasonIn(answer.body);
  return answer.status === 200
    ? fine(name, reason ?? 'yes')
    : failed(name, reason ?? `it answered ${answer.status}`, ADVICE[what](service));
};

const reasonIn = (body: Buffer): string | null => {
  const parsed = jsonIn(body);
  return typeof parsed.reason === 'string' ? parsed.reason : null;
};

const jsonIn = (body: Buffer): Readonly<Record<string, unknown>> => {
  try {
    return Object(JSON.parse(body.toString('utf8')));
  } catch {
    // No JSON: nothing in it to read.
    return {};
  }
};

export const CALLBACK_PATH = '/webhooks/tiktok';

/** An unsigned delivery must be refused by ingress itself: that proves the way to it. */
export const callbackCheck = (client: HttpClient, publicUrl: string): Check => ({
  name: 'webhook callback',
  next: 'see that PUBLIC_URL is reachable from the internet',
  async look() {
    const url = `${publicUrl}${CALLBACK_PATH}`;
    const answer = await ask(client, { method: 'POST', url, body: '{}' });
    const routing = `route POST ${CALLBACK_PATH} of PUBLIC_URL to ingress's public port`;
    if (typeof answer === 'string') return [failed('webhook callback', `${url} is ${answer}`, routing)];
    if (answer.status !== 401 || jsonIn(answer.body).code !== 'signature_missing') {
      return [failed('webhook callback', `${url} answered ${answer.status} to an unsigned delivery`, routing)];
    }
    return [fine('webhook callback', `${url} refuses what is not signed`)];
  },
});

export const jwksCheck = (client: HttpClient, url: string): Check => ({
  name: "identity provider's keys",
  next: 'set OIDC_JWKS_URL to the address that the provider names as jwks_uri',
  async look() {
    const answer = await ask(client, { method: 'GET', url });
    const keys = typeof answer === 'string' ? null : jsonIn(answer.body).keys;
    const next = 'set OIDC_JWKS_URL to the address that the provider names as jwks_uri';
    if (typeof answer === 'string') return [failed("identity provider's keys", `${url} is ${answer}`, next)];
    if (!Array.isArray(keys) || keys.length === 0) {
      return [failed("identity provider's keys", `${url} answered ${answer.status} without keys`, next)];
    }
    return [fine("identity provider's keys", `${keys.length} at ${url}`)];
  },
});

interface ClockCheckOptions {
  readonly clock: Clock;
  readonly toleranceMs: number;
  /** Who, and an address of theirs that answers something. */
  readonly others: Readonly<Record<string, string>>;
}

/** This machine's clock against the `Date` of answers. */
export const clockCheck = (client: HttpClient, { clock, toleranceMs, others }: ClockCheckOptions): Check => ({
  name: 'clocks',
  next: 'see that the addresses can be reached from here',
  look: () =>
    Promise.all(
      Object.entries(others).map(async ([who, url]) => {
        const offMs = await offsetOf(client, url, clock);
        return clockFinding(`clock of ${who}`, offMs, toleranceMs);
      }),
    ),
});

/** `Date` is of a whole second: on average it was half a second ago. */
const HALF_A_SECOND_MS = 500;

/** How far the other clock is ahead, in milliseconds; null when it tells no time. */
const offsetOf = async (client: HttpClient, url: string, clock: Clock): Promise<number | null> => {
  const askedAtMs = clock.now();
  const answer = await ask(client, { method: 'GET', url });
  const halfWayMs = (askedAtMs + clock.now()) / 2;
  const theirsMs = typeof answer === 'string' ? Number.NaN : timeOf(String(answer.headers.date));
  return Number.isNaN(theirsMs) ? null : theirsMs + HALF_A_SECOND_MS - halfWayMs;
};

// biome-ignore lint/style/noRestrictedGlobals: reads a time that was given, reads no clock
const timeOf = (date: string): number => Date.parse(date);

const clockFinding = (name: string, offMs: number | null, toleranceMs: number): Finding => {
  if (offMs === null) return unchecked(name, 'it tells no time');
  const seconds = Math.abs(offMs) / 1_000;
  const detail = `${seconds < 1 ? 'less than a second' : `${Math.round(seconds)} s`} from this machine's`;
  if (Math.abs(offMs) <= toleranceMs) return fine(name, detail);
  const next = 'let every machine follow a time server: deliveries with a time too far off are refused';
  return failed(name, `${detail}, and ${toleranceMs / 1_000} s are tolerated`, next);
};
