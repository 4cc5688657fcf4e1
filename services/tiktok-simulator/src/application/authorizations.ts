import { ok, type Result, refuse } from '@tiktok-channel/platform/kernel';
import { type Refusal, refusal } from '../domain/codes.ts';
import type { Ids } from '../domain/ids.ts';
import type { Scope } from '../domain/scopes.ts';
import type { SimulatorTime } from './simulator-time.ts';
import type { SwitchBoard } from './switch-board.ts';

/** So long an expired token is told from one that never was. */
const EXPIRED_KNOWN_FOR_MS = 366 * 86_400_000;

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

/** Codes and tokens; how long they live and what a refresh ends is for switches, since sources disagree or are silent. */
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
  /** The newest authorisation still alive that holds all of these scopes. */
  newestWith(scopes: readonly Scope[]): Authorization | null;
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
  const issue = (tokens: Map<string, Expiring>, prefix: string, fields: Expiring): string => {
    forgetExpired(tokens, time.now() - EXPIRED_KNOWN_FOR_MS);
    const token = ids.secret(prefix, time.now());
    tokens.set(token, fields);
    return token;
  };
  const issueRefresh = (authorization: Authorization) => {
    const expiresAtMs = expiryAfter(switches.now().refresh_token_seconds);
    return { refreshToken: issue(refreshTokens, 'rft.', { authorization, expiresAtMs }), expiresAtMs };
  };
  const answer = (
    authorization: Authorization,
    { refreshToken, expiresAtMs }: { readonly refreshToken: string; readonly expiresAtMs: number },
  ): TokenAnswer => {
    const { access_token_seconds } = switches.now();
    const accessToken = { authorization, expiresAtMs: expiryAfter(access_token_seconds) };
    return {
      access_token: issue(accessTokens, 'act.', accessToken),
      token_type: 'Bearer',
      scope: authorization.scopes.join(','),
      expires_in: access_token_seconds,
      refresh_token: refreshToken,
      refresh_token_expires_in: Math.floor((expiresAtMs - time.now()) / 1000),
      open_id: authorization.businessId,
    };
  };
  const remove = (
    matches: (authorization: Authorization) => boolean,
    from: readonly Map<string, Expiring>[] = [accessTokens, refreshTokens],
  ) => {
    for (const tokens of from) {
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
        expiresAtMs: expiryAfter(switches.now().code_seconds),
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
      return ok(answer(authorization, issueRefresh(authorization)));
    },
    refresh: (refreshToken) => {
      const known = refreshTokens.get(refreshToken);
      const authorization = live(known);
      if (known === undefined || authorization === null) {
        return refuse(refusal(40105, 'Refresh token is incorrect or has been revoked.'));
      }
      const { refresh_token_rotates, refresh_ends_access_token } = switches.now();
      if (refresh_ends_access_token) remove((other) => other === authorization, [accessTokens]);
      if (!refresh_token_rotates) return ok(answer(authorization, { refreshToken, ...known }));

      refreshTokens.delete(refreshToken);
      return ok(answer(authorization, issueRefresh(authorization)));
    },
    revoke: (accessToken) => {
      const authorization = live(accessTokens.get(accessToken));
      if (authorization === null) return refuse(refusal(40105));

      remove((other) => other === authorization);
      return ok(undefined);
    },
    inspect: (accessToken) => {
      const known = accessTokens.get(accessToken);
      const authorization = live(known);
      if (authorization !== null) return ok(authorization);
      return refuse(refusal(known === undefined ? 40105 : switches.now().expired_token_code));
    },
    removeAll: (businessId) => remove((authorization) => authorization.businessId === businessId),
    hasGranted: (businessId, scope) =>
      [...refreshTokens.values()].some(
        (token) => live(token)?.businessId === businessId && token.authorization.scopes.includes(scope),
      ),
    newestWith: (scopes) =>
      [...refreshTokens.values()]
        .map(live)
        .findLast((granted) => granted !== null && scopes.every((scope) => granted.scopes.includes(scope))) ?? null,
  };
};

const forgetExpired = (known: Map<string, Expiring>, nowMs: number): void => {
  for (const [key, { expiresAtMs }] of known) if (expiresAtMs <= nowMs) known.delete(key);
};
