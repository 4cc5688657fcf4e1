import { z } from 'zod';
import { setting } from '../config/index.ts';

/** Names of claims; a dot leads into an object, unless there is a claim of the whole name (`https://company.example/role`). */
export interface PersonClaims {
  readonly user: string;
  readonly account: string;
  readonly role: string;
}

export const STANDARD_CLAIMS: PersonClaims = { user: 'sub', account: 'account', role: 'role' };

/** Settings for providers whose tokens say it under other names. */
export const claimEnvironment = z.object({
  OIDC_USER_CLAIM: setting.text.default(STANDARD_CLAIMS.user),
  OIDC_ACCOUNT_CLAIM: setting.text.default(STANDARD_CLAIMS.account),
  OIDC_ROLE_CLAIM: setting.text.default(STANDARD_CLAIMS.role),
});

/** Whose tokens are taken, by a service that people call. */
export const peopleEnvironment = z.object({
  OIDC_ISSUER: setting.text,
  OIDC_AUDIENCE: setting.text,
  OIDC_JWKS_URL: setting.url,
  ...claimEnvironment.shape,
});

export const claimsIn = (settings: z.infer<typeof claimEnvironment>): PersonClaims => ({
  user: settings.OIDC_USER_CLAIM,
  account: settings.OIDC_ACCOUNT_CLAIM,
  role: settings.OIDC_ROLE_CLAIM,
});

export const claimIn = (payload: Readonly<Record<string, unknown>>, name: string): unknown => {
  if (Object.hasOwn(payload, name)) return payload[name];
  let value: unknown = payload;
  for (const part of name.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[part];
  }
  return value;
};
