import { type HttpAnswer, type HttpCall, type HttpClient, HttpClientError } from '@tiktok-channel/platform/http-client';
import { z } from 'zod';
import type { Check } from '../../application/diagnose.ts';
import { shownAddress } from '../../domain/address.ts';
import { type Finding, failed, fine, unchecked } from '../../domain/finding.ts';
import { jsonIn } from './json-in.ts';

/** What must be right before an account can be connected (services/auth/connect-your-tiktok-app.md). */

const ask = async (client: HttpClient, call: Omit<HttpCall, 'method'>): Promise<HttpAnswer | string> => {
  try {
    return await client.call({ method: 'GET', ...call });
  } catch (error) {
    if (error instanceof HttpClientError) return error.code.replace('_', ' ');
    throw error;
  }
};

const REDIRECT_PATH = '/tiktok/callback';
const NAME = 'redirect address';

/** TikTok takes the address by its own rules, and it must lead to auth, which must know itself by the same name. */
export const redirectCheck = (client: HttpClient, publicUrl: string): Check => ({
  name: NAME,
  next: 'see that PUBLIC_URL is reachable from the internet',
  look: async () => {
    const answer = await ask(client, { url: `${publicUrl}${REDIRECT_PATH}` });
    return [wayFinding(answer, publicUrl), rulesFinding(publicUrl)];
  },
});

/** Auth sends whoever comes without a state to the console, with a code that says so. */
const wayFinding = (answer: HttpAnswer | string, publicUrl: string): Finding => {
  const shown = shownAddress(`${publicUrl}${REDIRECT_PATH}`);
  const route = `route GET ${REDIRECT_PATH} of PUBLIC_URL to auth's public port`;
  if (typeof answer === 'string') return failed(NAME, `${shown} is ${answer}`, route);

  const location = String(answer.headers.location ?? '');
  if (answer.status !== 303 || !location.endsWith('?error=state_missing')) {
    return failed(NAME, `${shown} answered ${answer.status} to a visit without a state`, route);
  }
  if (!location.startsWith(`${publicUrl}/`)) {
    const next = 'give auth the same PUBLIC_URL: TikTok compares the redirect address character for character';
    return failed(NAME, `auth takes ${shownAddress(new URL('/', location).href)} for the public origin`, next);
  }
  return fine(NAME, `${shown} leads to auth: register it with TikTok, character for character`);
};

const MIN_LENGTH = 10;
const MAX_LENGTH = 512;

/** Fact sheet, section 4.1. */
const rulesFinding = (publicUrl: string): Finding => {
  const name = `${NAME}, by TikTok's rules`;
  const url = new URL(`${publicUrl}${REDIRECT_PATH}`);
  if (['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)) return unchecked(name, 'this machine alone is meant');
  const broken = [
    url.protocol === 'https:' ? null : 'is not https',
    url.port === '' ? null : 'names a port',
    url.search === '' && url.hash === '' ? null : 'has a query or a fragment',
    url.href.length >= MIN_LENGTH && url.href.length <= MAX_LENGTH ? null : 'is too short or too long',
  ].filter((rule) => rule !== null);
  if (broken.length === 0) return fine(name, 'https, no port, no query');
  return failed(name, `it ${broken.join(', ')}`, 'set PUBLIC_URL to an https address without port, query and fragment');
};

const discovery = z.object({ issuer: z.string(), jwks_uri: z.string() });

interface Provider {
  readonly issuer: string;
  readonly jwksUrl: string | undefined;
}

/** What the provider says of itself, where it does (OpenID Connect Discovery 1.0). */
export const issuerCheck = (client: HttpClient, provider: Provider): Check => ({
  name: PROVIDER,
  next: 'see that this machine may call the provider',
  look: async () => {
    if (URL.parse(provider.issuer) === null) return [unchecked(PROVIDER, 'its issuer is no address')];
    const base = provider.issuer.replace(/\/$/, '');
    const answer = await ask(client, { url: `${base}/.well-known/openid-configuration` });
    const said = typeof answer === 'string' ? undefined : discovery.safeParse(jsonIn(answer)).data;
    if (said === undefined) return [unchecked(PROVIDER, 'it has no discovery document to compare with')];
    return [providerFinding(said, provider)];
  },
});

const PROVIDER = 'identity provider';

/** Issuers are compared exactly, a slash at the end included. */
const providerFinding = (said: z.infer<typeof discovery>, { issuer, jwksUrl }: Provider): Finding => {
  if (said.issuer !== issuer) {
    return failed(PROVIDER, `it calls itself ${shownAddress(said.issuer)}`, `set OIDC_ISSUER to ${said.issuer}`);
  }
  if (jwksUrl !== undefined && said.jwks_uri !== jwksUrl) {
    const next = `set OIDC_JWKS_URL to ${said.jwks_uri}`;
    return failed(PROVIDER, `its keys are at ${shownAddress(said.jwks_uri)}`, next);
  }
  return fine(PROVIDER, `${shownAddress(issuer)}, as it calls itself`);
};

interface AsOperator {
  readonly publicUrl: string;
  readonly token: string;
  readonly accountId: string;
}

const features = z.object({ items: z.array(z.object({ feature: z.string(), isEnabled: z.boolean() })) });

/** Whether the account may connect channels. */
export const featureCheck = (client: HttpClient, { publicUrl, token, accountId }: AsOperator): Check => {
  const name = `TikTok channels of ${accountId}`;
  return {
    name,
    next: 'see that PUBLIC_URL is reachable from here',
    look: async () => {
      const answer = await ask(client, {
        url: `${publicUrl}/operator/auth/v1/accounts/${encodeURIComponent(accountId)}/features`,
        headers: { authorization: `Bearer ${token}` },
      });
      if (typeof answer === 'string')
        return [failed(name, `auth is ${answer}`, "see that auth's public port is routed")];
      const known = features.safeParse(jsonIn(answer)).data?.items.find(({ feature }) => feature === 'tiktok_channel');
      if (known === undefined) {
        return [failed(name, `auth answered ${answer.status}`, 'set OPERATOR_TOKEN to the token of an operator')];
      }
      return known.isEnabled
        ? [fine(name, 'switched on')]
        : [failed(name, 'switched off', 'switch them on: services/auth/connect-your-tiktok-app.md, step 4')];
    },
  };
};
