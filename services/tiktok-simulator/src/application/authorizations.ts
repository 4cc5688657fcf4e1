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
  const codes = createSecrets<Expiring & { readonly redirectUri: string }>(ids, time, '');
  const accessTokens = createSecrets<Expiring>(ids, time, 'act.');
  const refreshTokens = createSecrets<Expiring>(ids, time, 'rft.');

  const answer = (authorization: Authorization, refresh: { readonly token: string } & Expiring): TokenAnswer => {
    const { access_token_seconds } = switches.now();
    return {
      access_token: accessTokens.issue({ authorization }, access_token_seconds).token,
      token_type: 'Bearer',
      scope: authorization.scopes.join(','),
      expires_in: access_token_seconds,
      refresh_token: refresh.token,
      refresh_token_expires_in: Math.ceil((refresh.expiresAtMs - time.now()) / 1000),
      open_id: authorization.businessId,
    };
  };
  const issueRefresh = (authorization: Authorization) =>
    refreshTokens.issue({ authorization }, switches.now().refresh_token_seconds);
  const remove = (matches: (authorization: Authorization) => boolean) => {
    accessTokens.removeAll(matches);
    refreshTokens.removeAll(matches);
  };

  return {
    // Real codes hold characters that must be percent-encoded, so that a client that forgets to decode them fails here.
    issueCode: ({ redirectUri, ...authorization }) =>
      codes.issue({ authorization, redirectUri }, switches.now().code_seconds, '*3!0').token,
    exchange: (code, redirectUri) => {
      const known = codes.live(code);
      if (known === null) return refuse(refusal(40131));
      if (known.redirectUri !== redirectUri)
        return refuse(refusal(40002, 'Param redirect_uri does not match the code.'));

      codes.remove(code);
      return ok(answer(known.authorization, issueRefresh(known.authorization)));
    },
    refresh: (token) => {
      const known = refreshTokens.live(token);
      if (known === null) return refuse(refusal(40105, 'Refresh token is incorrect or has been revoked.'));

      const { authorization } = known;
      const { refresh_token_rotates, refresh_ends_access_token } = switches.now();
      if (refresh_ends_access_token) accessTokens.removeAll((other) => other === authorization);
      if (!refresh_token_rotates) return ok(answer(authorization, { token, ...known }));

      refreshTokens.remove(token);
      return ok(answer(authorization, issueRefresh(authorization)));
    },
    revoke: (accessToken) => {
      const known = accessTokens.live(accessToken);
      if (known === null) return refuse(refusal(40105));

      remove((other) => other === known.authorization);
      return ok(undefined);
    },
    inspect: (accessToken) => {
      const known = accessTokens.live(accessToken);
      if (known !== null) return ok(known.authorization);
      return refuse(refusal(accessTokens.isExpired(accessToken) ? switches.now().expired_token_code : 40105));
    },
    removeAll: (businessId) => remove((authorization) => authorization.businessId === businessId),
    hasGranted: (businessId, scope) =>
      refreshTokens.granted().some((granted) => granted.businessId === businessId && granted.scopes.includes(scope)),
    newestWith: (scopes) =>
      refreshTokens.granted().findLast((granted) => scopes.every((scope) => granted.scopes.includes(scope))) ?? null,
  };
};

/** Codes or tokens of one kind, each good for a time. */
const createSecrets = <T extends Expiring>(ids: Ids, time: SimulatorTime, prefix: string) => {
  const known = new Map<string, T>();
  const isGood = ({ expiresAtMs }: Expiring) => expiresAtMs > time.now();
  const forget = () => {
    for (const [token, { expiresAtMs }] of known) {
      if (expiresAtMs <= time.now() - EXPIRED_KNOWN_FOR_MS) known.delete(token);
    }
  };

  return {
    issue: (fields: Omit<T, 'expiresAtMs'>, seconds: number, suffix = '') => {
      forget();
      const token = `${ids.secret(prefix, time.now())}${suffix}`;
      const issued = { ...fields, expiresAtMs: time.now() + seconds * 1000 } as T;
      known.set(token, issued);
      return { ...issued, token };
    },
    live: (token: string): T | null => {
      const found = known.get(token);
      return found !== undefined && isGood(found) ? found : null;
    },
    /** It was good once. */
    isExpired: (token: string) => known.has(token),
    remove: (token: string) => known.delete(token),
    removeAll: (matches: (authorization: Authorization) => boolean) => {
      for (const [token, { authorization }] of known) if (matches(authorization)) known.delete(token);
    },
    /** Oldest first. */
    granted: (): readonly Authorization[] => [...known.values()].filter(isGood).map((one) => one.authorization),
  };
};
