import { dateAt } from '@tiktok-channel/platform/clock';
import { jsonBody, onlyMethods, validate } from '@tiktok-channel/platform/http-server';
import type { Clock } from '@tiktok-channel/platform/kernel';
import type { Express } from 'express';
import { createLocalJWKSet, importJWK, type JWK, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';

/** Sign-in for development: never mounted in production mode. */
export interface LocalSignIn {
  readonly keys: {
    current(): Promise<{ readonly publicJwk: JWK; readonly privateJwk: JWK }>;
    /** Also those that signed before, and that will. */
    published(): Promise<readonly JWK[]>;
  };
  readonly issuer: string;
  readonly audience: string;
  readonly clock: Clock;
}

export const LOCAL_ROLES = ['administrator', 'agent', 'operator'] as const;

/** Who the local provider says somebody is. */
export const localPerson = z.object({
  role: z.enum(LOCAL_ROLES),
  accountId: z
    .string()
    .min(1)
    .max(100)
    .refine((value) => !value.includes('\0'), 'holds a character that no id has'),
});
export type LocalPerson = z.infer<typeof localPerson>;

export const ACCESS_LIFETIME_MS = 12 * 60 * 60_000;
const TOKEN_PATH = '/local/token';

const userOf = (role: string): string => `local-${role}`;

/** On the public port: a token for whoever asks. */
export const mountLocalTokens = (app: Express, signIn: LocalSignIn): void => {
  const { accessToken } = createLocalTokens(signIn);
  app.post(TOKEN_PATH, jsonBody, async (request, response) => {
    const person = validate(localPerson, request.body);
    response.set('cache-control', 'no-store').json({ token: await accessToken(person) });
  });
  app.all(TOKEN_PATH, onlyMethods('POST'));
};

/** On the internal port: the keys with which every service checks those tokens. */
export const mountLocalKeys = (app: Express, { keys }: Pick<LocalSignIn, 'keys'>): void => {
  app.get('/.well-known/jwks.json', async (_request, response) => {
    response.json({ keys: await keys.published() });
  });
};

interface Signed {
  readonly audience: string;
  readonly person: LocalPerson;
  readonly claims?: JWTPayload;
  readonly lifetimeMs: number;
}

/** Signs with the local key, and reads back what it signed for another purpose than an API. */
export const createLocalTokens = ({ keys, issuer, audience, clock }: LocalSignIn) => {
  const sign = async ({ person: { accountId, role }, claims, ...signed }: Signed): Promise<string> => {
    const { publicJwk, privateJwk } = await keys.current();
    const { kid, alg } = publicJwk as JWK & { readonly alg: string };
    return new SignJWT({ ...claims, account: accountId, role })
      .setProtectedHeader({ alg, ...(kid === undefined ? {} : { kid }) })
      .setIssuer(issuer)
      .setAudience(signed.audience)
      .setSubject(userOf(role))
      .setIssuedAt(dateAt(clock.now()))
      .setExpirationTime(dateAt(clock.now() + signed.lifetimeMs))
      .sign(await importJWK(privateJwk, alg));
  };

  /** Null for what is forged, expired or meant for something else. */
  const read = async (token: string, meantFor: string): Promise<(JWTPayload & LocalPerson) | null> => {
    const published = createLocalJWKSet({ keys: [...(await keys.published())] });
    try {
      const { payload } = await jwtVerify(token, published, {
        issuer,
        audience: meantFor,
        currentDate: dateAt(clock.now()),
      });
      return { ...payload, ...localPerson.parse({ role: payload.role, accountId: payload.account }) };
    } catch {
      // Whatever is wrong with it, its holder has to begin anew.
      return null;
    }
  };

  return {
    sign,
    read,
    accessToken: (person: LocalPerson) => sign({ person, audience, lifetimeMs: ACCESS_LIFETIME_MS }),
  };
};
