import * as oauth from 'oauth4webapi';
import { now, offset } from '../time/clock.ts';
import type { Config } from './config.ts';

export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken: string | null;
  /** By the servers' clock. */
  readonly expiresAt: number;
  /** Of the identity token: names for people. */
  readonly idClaims: Readonly<Record<string, unknown>>;
}

export type Return =
  | { readonly kind: 'signedIn'; readonly tokens: Tokens; readonly returnTo: string }
  | { readonly kind: 'refused'; readonly error: string; readonly returnTo: string };

export interface OpenId {
  /** Leaves the page. `isSilent`: the provider is to show nothing, and says so when it would have to. */
  leaveToSignIn(returnTo: string, options: { readonly isSilent: boolean }): Promise<void>;
  /** What the provider sent the browser back with; null when nobody left from this tab. */
  readReturn(): Promise<Return | null>;
  /** Null when the provider refuses, or gave nothing to ask with; rejects when it is out of reach, or says nothing about it. */
  renew(previous: Tokens): Promise<Tokens | null>;
  leaveToSignOut(): Promise<void>;
}

/** The browser keeps nothing, so nobody would know the answer of the provider. */
export class NothingKeptError extends Error {}

/** What has to outlive the way to the provider and back; of no use to anybody who has no code. No token is ever stored. */
interface Leaving {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly returnTo: string;
}

const LEAVING = 'sign-in';
export const RETURN_PATH = '/signed-in';
export const SIGNED_OUT_PATH = '/signed-out';
const DEFAULT_LIFETIME_SECONDS = 300;

const redirectUri = (): string => `${location.origin}${RETURN_PATH}`;

/** OpenID Connect, authorisation code with PKCE, as a public client. */
export const createOpenId = ({ oidc }: Config): OpenId => {
  const provider = createProvider(new URL(oidc.issuer), oidc.clientId);
  return {
    leaveToSignIn: async (returnTo, { isSilent }) => {
      const { authorization_endpoint: endpoint } = await provider.metadata();
      if (endpoint === undefined) throw new Error('the provider names no authorization endpoint');
      const leaving = rememberLeaving(returnTo);
      leaveTo(endpoint, {
        response_type: 'code',
        client_id: oidc.clientId,
        redirect_uri: redirectUri(),
        scope: oidc.scope,
        state: leaving.state,
        nonce: leaving.nonce,
        code_challenge: await oauth.calculatePKCECodeChallenge(leaving.verifier),
        code_challenge_method: 'S256',
        ...(oidc.audience === null ? {} : { audience: oidc.audience }),
        ...(isSilent ? { prompt: 'none' } : {}),
      });
    },

    readReturn: async () => {
      const leaving = takeLeaving();
      if (leaving === null) return null;
      const query = new URLSearchParams(location.search);
      const error = query.get('error');
      const { returnTo } = leaving;
      if (error !== null && query.get('state') === leaving.state) return { kind: 'refused', error, returnTo };
      try {
        return { kind: 'signedIn', tokens: await provider.redeem(query, leaving), returnTo };
      } catch {
        // Expired, used before, or not meant for us: the person can begin anew.
        return { kind: 'refused', error: 'code_refused', returnTo };
      }
    },

    renew: provider.renew,

    leaveToSignOut: async () => {
      const { end_session_endpoint: endpoint } = await provider.metadata();
      const back = `${location.origin}${SIGNED_OUT_PATH}`;
      if (endpoint === undefined) location.replace(back);
      else leaveTo(endpoint, { client_id: oidc.clientId, post_logout_redirect_uri: back });
    },
  };
};

/** The provider's endpoints, found once they are needed. */
const createProvider = (issuer: URL, clientId: string) => {
  // A provider on this machine has no certificate.
  const requests = { [oauth.allowInsecureRequests]: issuer.protocol === 'http:' };
  let discovered: Promise<oauth.AuthorizationServer> | null = null;
  const metadata = (): Promise<oauth.AuthorizationServer> => {
    discovered ??= discover(issuer, requests).catch((error: unknown) => {
      discovered = null;
      throw error;
    });
    return discovered;
  };
  const client = (): oauth.Client => ({
    client_id: clientId,
    // Tokens are judged by the servers' time, whatever this machine thinks.
    [oauth.clockSkew]: Math.round(offset() / 1_000),
  });

  return {
    metadata,
    redeem: async (query: URLSearchParams, { state, nonce, verifier }: Leaving): Promise<Tokens> => {
      const server = await metadata();
      const answer = await oauth.authorizationCodeGrantRequest(
        server,
        client(),
        oauth.None(),
        oauth.validateAuthResponse(server, client(), query, state),
        redirectUri(),
        verifier,
        requests,
      );
      const expected = { expectedNonce: nonce, requireIdToken: true };
      return tokensOf(await oauth.processAuthorizationCodeResponse(server, client(), answer, expected), null);
    },
    renew: async (previous: Tokens): Promise<Tokens | null> => {
      if (previous.refreshToken === null) return null;
      const server = await metadata();
      const answer = await oauth.refreshTokenGrantRequest(
        server,
        client(),
        oauth.None(),
        previous.refreshToken,
        requests,
      );
      if (isRefusal(answer)) return null;
      return tokensOf(await oauth.processRefreshTokenResponse(server, client(), answer), previous);
    },
  };
};

const discover = async (issuer: URL, options: oauth.HttpRequestOptions<'GET'>): Promise<oauth.AuthorizationServer> =>
  oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { ...options, algorithm: 'oidc' }));

/** "Too slow" and "too often" say nothing about the session. */
const isRefusal = ({ status }: Response): boolean => status >= 400 && status < 500 && status !== 408 && status !== 429;

/** A renewal need not say again who it is, nor bring another renewal. */
const tokensOf = (answer: oauth.TokenEndpointResponse, previous: Tokens | null): Tokens => ({
  accessToken: answer.access_token,
  refreshToken: answer.refresh_token ?? previous?.refreshToken ?? null,
  expiresAt: now() + (answer.expires_in ?? DEFAULT_LIFETIME_SECONDS) * 1_000,
  idClaims: { ...previous?.idClaims, ...oauth.getValidatedIdTokenClaims(answer) },
});

const leaveTo = (endpoint: string, parameters: Readonly<Record<string, string>>): void => {
  const url = new URL(endpoint);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  location.replace(url);
};

const rememberLeaving = (returnTo: string): Leaving => {
  const leaving = {
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
    verifier: oauth.generateRandomCodeVerifier(),
    returnTo,
  };
  try {
    sessionStorage.setItem(LEAVING, JSON.stringify(leaving));
  } catch (cause) {
    throw new NothingKeptError('the browser keeps nothing for this page', { cause });
  }
  return leaving;
};

/** Used once: a second return with the same state is none of ours. */
const takeLeaving = (): Leaving | null => {
  try {
    const stored = sessionStorage.getItem(LEAVING);
    sessionStorage.removeItem(LEAVING);
    return stored === null ? null : (JSON.parse(stored) as Leaving);
  } catch {
    // Site data is blocked, or it is not what this page wrote.
    return null;
  }
};
