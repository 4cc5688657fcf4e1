import { ok, type Result, refuse } from '@tiktok-channel/platform/kernel';
import type { Request } from 'express';
import type { DeveloperApp } from '../../../application/developer-app.ts';
import { type Scope, splitScopes } from '../../../domain/scopes.ts';

/** What an app asks for at `/v2/auth/authorize`. */
export interface AuthorizationRequest {
  readonly redirectUri: string;
  readonly scopes: readonly Scope[];
  readonly state: string | null;
  /** `disable_auto_auth=1`: who authorised before is asked again. */
  readonly disablesAutoAuth: boolean;
}

/** `error` is an OAuth error name; `type` says what it is about. The browser stays with TikTok: no callback hears of it. */
export interface RequestError {
  readonly error: 'unauthorized_client' | 'unsupported_response_type' | 'invalid_request' | 'invalid_scope';
  readonly type: 'client_key' | 'response_type' | 'redirect_uri' | 'scope';
}

export const readAuthorizationRequest = (
  query: Request['query'],
  app: DeveloperApp,
): Result<AuthorizationRequest, RequestError> => {
  const redirectUri = single(query.redirect_uri) ?? '';
  const scopes = splitScopes(single(query.scope) ?? '');
  if (single(query.client_key) !== app.appId) return refuse({ error: 'unauthorized_client', type: 'client_key' });
  if (single(query.response_type) !== 'code') {
    return refuse({ error: 'unsupported_response_type', type: 'response_type' });
  }
  if (!app.isRegistered(redirectUri)) return refuse({ error: 'invalid_request', type: 'redirect_uri' });
  // One scope that the app was not approved for refuses the whole request.
  const approved = new Set(app.registration().approvedScopes);
  if (scopes.length === 0 || !scopes.every((scope) => approved.has(scope))) {
    return refuse({ error: 'invalid_scope', type: 'scope' });
  }
  return ok({
    redirectUri,
    scopes: [...new Set(scopes as readonly Scope[])],
    state: single(query.state),
    disablesAutoAuth: single(query.disable_auto_auth) === '1',
  });
};

/** Null for a parameter that is absent or given more than once. */
const single = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** `?code=…&scopes=…&state=…` behind the redirect address; a silent redirect may come without a code. */
export const grantedCallback = (
  { redirectUri, state }: AuthorizationRequest,
  { code, scopes }: { readonly code: string | null; readonly scopes: readonly Scope[] },
): string => callbackUrl(redirectUri, { code, scopes: scopes.join(','), state });

/** Source of names and values: an integration's test of the callback. */
export const deniedCallback = ({ redirectUri, state }: AuthorizationRequest): string =>
  callbackUrl(redirectUri, {
    error: 'access_denied',
    error_description: 'User cancelled',
    error_code: '400',
    state,
  });

const callbackUrl = (redirectUri: string, params: Readonly<Record<string, string | null>>): string => {
  const given = Object.entries(params).filter((entry): entry is [string, string] => entry[1] !== null);
  return `${redirectUri}?${given.map(([name, value]) => `${name}=${encode(value)}`).join('&')}`;
};

/** TikTok also encodes `!`, `*` and the like, which `encodeURIComponent` leaves. */
const encode = (value: string): string =>
  encodeURIComponent(value).replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
