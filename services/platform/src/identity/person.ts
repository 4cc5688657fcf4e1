import type { RequestHandler, Response } from 'express';
import { createRemoteJWKSet, errors, jwtVerify } from 'jose';
import type { z } from 'zod';
import { dateAt } from '../clock/index.ts';
import { HttpProblem } from '../http-server/index.ts';
import type { Clock } from '../kernel/index.ts';
import { claimIn, claimsIn, type PersonClaims, type peopleEnvironment, STANDARD_CLAIMS } from './claims.ts';

export type Role = 'administrator' | 'agent' | 'operator';

/** Who calls. `accountId` is the tenant; every query carries it. */
export interface Person {
  readonly userId: string;
  readonly accountId: string;
  readonly role: Role;
  /** Until when the token is good, in epoch milliseconds, where that is known: what lasts longer than a request ends then. */
  readonly tokenExpiresAt?: number;
}

export interface PersonSettings {
  readonly issuer: string;
  readonly audience: string;
  readonly jwksUrl: string;
  /** Where a provider's tokens say who somebody is; `sub`, `account` and `role` where it is left out. */
  readonly claims?: PersonClaims;
}

/** Answers the person behind an `Authorization` header; throws a problem 401, or 503 while the provider's keys are out of reach. */
export type IdentifyPerson = (authorization: string | undefined) => Promise<Person>;

const ROLES: readonly string[] = ['administrator', 'agent', 'operator'] satisfies readonly Role[];
/** A key that is not known is looked for at the provider this often at most: it may have changed its keys just now. */
const UNKNOWN_KEY_PAUSE_MS = 2_000;
const ALGORITHMS = ['RS256', 'ES256', 'EdDSA', 'PS256'];

export const createIdentifyPerson = (
  { issuer, audience, jwksUrl, claims = STANDARD_CLAIMS }: PersonSettings,
  { clock }: { readonly clock: Clock },
): IdentifyPerson => {
  const keys = createRemoteJWKSet(new URL(jwksUrl), {
    timeoutDuration: 3_000,
    cooldownDuration: UNKNOWN_KEY_PAUSE_MS,
  });
  return async (authorization) => {
    const token = bearerOf(authorization);
    const currentDate = dateAt(clock.now());
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer,
        audience,
        currentDate,
        algorithms: ALGORITHMS,
        requiredClaims: ['exp'],
      });
      return personOf(payload, claims);
    } catch (error) {
      throw problemOf(error);
    }
  };
};

export const createIdentifyFrom = (
  settings: z.infer<typeof peopleEnvironment>,
  dependencies: { readonly clock: Clock },
): IdentifyPerson => {
  const { OIDC_ISSUER: issuer, OIDC_AUDIENCE: audience, OIDC_JWKS_URL: jwksUrl } = settings;
  return createIdentifyPerson({ issuer, audience, jwksUrl, claims: claimsIn(settings) }, dependencies);
};

const bearerOf = (authorization: string | undefined): string => {
  const token = /^Bearer ([\w.~+/-]+=*)$/i.exec(authorization ?? '')?.[1];
  if (token === undefined) throw unauthorized('token_missing', 'a bearer token is needed in the Authorization header');
  return token;
};

const personOf = (payload: Readonly<Record<string, unknown>>, claims: PersonClaims): Person => {
  const user = claimIn(payload, claims.user);
  const account = claimIn(payload, claims.account);
  const role = roleIn(claimIn(payload, claims.role));
  if (!isId(user) || !isId(account) || role === undefined) {
    throw unauthorized('token_incomplete', 'the token names no user, account or known role');
  }
  const person = { userId: user, accountId: account, role };
  return typeof payload.exp === 'number' ? { ...person, tokenExpiresAt: payload.exp * 1_000 } : person;
};

/** A provider may name several roles, most of them not ours: the first of ours counts. */
const roleIn = (claim: unknown): Role | undefined => {
  const named: readonly unknown[] = Array.isArray(claim) ? claim : [claim];
  return named.find((role): role is Role => typeof role === 'string' && ROLES.includes(role));
};

/** PostgreSQL's text holds no U+0000, so nobody has such an id. */
const isId = (claim: unknown): claim is string => typeof claim === 'string' && !claim.includes('\0');

const problemOf = (error: unknown): unknown => {
  if (error instanceof HttpProblem) return error;
  if (error instanceof errors.JWTExpired) return unauthorized('token_expired', 'the token has expired: sign in again');
  if (
    error instanceof errors.JWKSTimeout ||
    !(error instanceof errors.JOSEError) ||
    error.constructor === errors.JOSEError
  ) {
    return new HttpProblem(503, 'identity_unavailable', 'the keys of the identity provider are out of reach', {
      headers: { 'Retry-After': '2' },
    });
  }
  return unauthorized('token_invalid', 'the token is not valid here');
};

const unauthorized = (code: string, detail: string): HttpProblem =>
  new HttpProblem(401, code, detail, { headers: { 'WWW-Authenticate': 'Bearer' } });

/** Lets only the named roles through and keeps who it is for `personIn`. */
export const requirePerson =
  (identify: IdentifyPerson, ...roles: readonly Role[]): RequestHandler =>
  async (request, response, next) => {
    const person = await identify(request.headers.authorization);
    if (!roles.includes(person.role)) {
      throw new HttpProblem(403, 'role_not_allowed', `this takes the role ${roles.join(' or ')}`);
    }
    response.locals.person = person;
    next();
  };

/** The person that `requirePerson` let through. */
export const personIn = (response: Response): Person => response.locals.person as Person;
