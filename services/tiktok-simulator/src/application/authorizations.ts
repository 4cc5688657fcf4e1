import { ok, type Result, refuse } from '@tiktok-channel/platform/kernel';
import { type Refusal, refusal } from '../domain/codes.ts';
import type { Ids } from '../domain/ids.ts';
import type { Scope } from '../domain/scopes.ts';
import type { SimulatorTime } from './simulator-time.ts';
import type { SwitchBoard } from './switch-board.ts';

/** Lifetimes in seconds. The refresh token's is in conflict (1 year or 30 days); most sources say a year. */
const CODE_SECONDS = 600;
const ACCESS_TOKEN_SECONDS = 86_400;
const REFRESH_TOKEN_SECONDS = 31_536_000;

/** What a business granted to the app. */
export interface Authorization {
  readonly businessId: string;
  readonly scopes: readonly Scope[];
}

interface TokenAnswer {
  readonly access_token: string;
  readonly token_type: 'Bearer';
  readonly scope: string;
  readonly expires_in: number;
  readonly refresh_token: string;
  readonly refresh_token_expires_in: number;
  readonly open_id: string;
}

interface Expiring {
  readonly authorization: Authorization;
  readonly expiresAtMs: number;
}

/** Codes and tokens. A refresh leaves the old access token valid until its own expiry; no source says otherwise. */
export interface Authorizations {
  issueCode(grant: Authorization & { readonly redirectUri: string }): string;
  exchange(code: string, redirectUri: string): Result<TokenAnswer, Refusal>;
  refresh(refreshToken: string): Result<TokenAnswer, Refusal>;
  /** Ends the whole authorisation: every token that came from the same grant. */
  revoke(accessToken: string): Result<void, Refusal>;
  inspect(accessToken: string): Result<Authorization, Refusal>;
  /** The owner removes the app. */
  removeAll(businessId: string): void;
  hasGranted(businessId: string, scope: Scope): boolean;
}

interface Dependencies {
  readonly ids: Ids;
  readonly time: SimulatorTime;
  readonly switches: SwitchBoard;
}

export const createAuthorizations = ({ ids, time, switches }: Dependencies): Authorizations => {
  const codes = new Map<string, Expiring & { readonly redirectUri: string }>();
  const accessTokens = new Map<string, Expiring>();
  const refreshTokens = new Map<string, Expiring>();

  const expiryAfter = (seconds: number) => time.now() + seconds * 1000;
  const live = (known: Expiring | undefined): Authorization | null =>
    known !== undefined && known.expiresAtMs > time.now() ? known.authorization : null;
  const issueAccess = (authorization: Authorization): string => {
    forgetExpired(accessTokens, time.now());
    const token = ids.secret('act.', time.now());
    accessTokens.set(token, { authorization, expiresAtMs: expiryAfter(ACCESS_TOKEN_SECONDS) });
    return token;
  };
  const issueRefresh = (authorization: Authorization): string => {
    forgetExpired(refreshTokens, time.now());
    const token = ids.secret('rft.', time.now());
    refreshTokens.set(token, { authorization, expiresAtMs: expiryAfter(REFRESH_TOKEN_SECONDS) });
    return token;
  };
  const remove = (matches: (authorization: Authorization) => boolean) => {
    for (const tokens of [accessTokens, refreshTokens]) {
      for (const [token, { authorization }] of tokens) if (matches(authorization)) tokens.delete(token);
    }
  };

  return {
    issueCode: ({ businessId, scopes, redirectUri }) => {
      forgetExpired(codes, time.now());
      // Real codes hold characters that must be percent-encoded, so that a client that forgets to decode them fails here.
      const code = `${ids.secret('', time.now())}*3!0`;
      codes.set(code, {
        authorization: { businessId, scopes },
        redirectUri,
        expiresAtMs: expiryAfter(CODE_SECONDS),
      });
      return code;
    },
    exchange: (code, redirectUri) => {
      const known = codes.get(code);
      const authorization = live(known);
      if (known === undefined || authorization === null) return refuse(refusal(40131));
      if (known.redirectUri !== redirectUri)
        return refuse(refusal(40002, 'Param redirect_uri does not match the code.'));

      codes.delete(code);
      return ok(tokenAnswer(authorization, issueAccess(authorization), issueRefresh(authorization)));
    },
    refresh: (refreshToken) => {
      const known = refreshTokens.get(refreshToken);
      const authorization = live(known);
      if (known === undefined || authorization === null) {
        return refuse(refusal(40105, 'Refresh token is incorrect or has been revoked.'));
      }
      if (!switches.now().refresh_token_rotates) {
        const secondsLeft = Math.floor((known.expiresAtMs - time.now()) / 1000);
        return ok(tokenAnswer(authorization, issueAccess(authorization), refreshToken, secondsLeft));
      }
      refreshTokens.delete(refreshToken);
      return ok(tokenAnswer(authorization, issueAccess(authorization), issueRefresh(authorization)));
    },
    revoke: (accessToken) => {
      const authorization = live(accessTokens.get(accessToken));
      if (authorization === null) return refuse(refusal(40105));

      remove((other) => other === authorization);
      return ok(undefined);
    },
    inspect: (accessToken) => {
      const authorization = live(accessTokens.get(accessToken));
      return authorization === null ? refuse(refusal(40105)) : ok(authorization);
    },
    removeAll: (businessId) => remove((authorization) => authorization.businessId === businessId),
    hasGranted: (businessId, scope) =>
      [...refreshTokens.values()].some(
        (token) => live(token)?.businessId === businessId && token.authorization.scopes.includes(scope),
      ),
  };
};

const tokenAnswer = (
  { businessId, scopes }: Authorization,
  accessToken: string,
  refreshToken: string,
  refreshSeconds = REFRESH_TOKEN_SECONDS,
): TokenAnswer => ({
  access_token: accessToken,
  token_type: 'Bearer',
  scope: scopes.join(','),
  expires_in: ACCESS_TOKEN_SECONDS,
  refresh_token: refreshToken,
  refresh_token_expires_in: refreshSeconds,
  open_id: businessId,
});

const forgetExpired = (known: Map<string, Expiring>, nowMs: number): void => {
  for (const [key, { expiresAtMs }] of known) if (expiresAtMs <= nowMs) known.delete(key);
};
