import type { Config } from './config.ts';

export const ROLES = ['administrator', 'agent', 'operator'] as const;
export type Role = (typeof ROLES)[number];

/** Who has signed in, as the services read it from the same token. */
export interface Person {
  readonly userId: string;
  readonly accountId: string;
  readonly role: Role;
  readonly name: string;
}

type Claims = Readonly<Record<string, unknown>>;

/**
 * Null when the token names no user, account or role of ours; the services would refuse it too. What it says decides only what is
 * shown: what is allowed, the services decide, who verify the token.
 */
export const personOf = (accessToken: string, idClaims: Claims, names: Config['oidc']['claims']): Person | null => {
  const claims = claimsOf(accessToken);
  const user = claimIn(claims, names.user);
  const account = claimIn(claims, names.account);
  const role = roleIn(claimIn(claims, names.role));
  if (typeof user !== 'string' || typeof account !== 'string' || role === null) return null;
  const name = [idClaims.name, idClaims.preferred_username, idClaims.email, user].find(
    (each) => typeof each === 'string',
  );
  return { userId: user, accountId: account, role, name: String(name) };
};

const claimsOf = (token: string): Claims => {
  try {
    const [, payload = ''] = token.split('.');
    const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0));
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof claims === 'object' && claims !== null ? (claims as Claims) : {};
  } catch {
    // Not a token that says anything.
    return {};
  }
};

/** A dot leads into an object, unless there is a claim of the whole name. */
const claimIn = (claims: Claims, name: string): unknown => {
  if (Object.hasOwn(claims, name)) return claims[name];
  let value: unknown = claims;
  for (const part of name.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Claims)[part];
  }
  return value;
};

const roleIn = (claim: unknown): Role | null => {
  const named: readonly unknown[] = Array.isArray(claim) ? claim : [claim];
  return ROLES.find((role) => named.includes(role)) ?? null;
};
