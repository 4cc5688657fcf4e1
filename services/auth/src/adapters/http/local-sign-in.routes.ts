import { dateAt } from '@tiktok-channel/platform/clock';
import { jsonBody, onlyMethods, validate } from '@tiktok-channel/platform/http-server';
import type { Clock } from '@tiktok-channel/platform/kernel';
import type { Express } from 'express';
import { importJWK, type JWK, SignJWT } from 'jose';
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

const LIFETIME_MS = 12 * 60 * 60_000;
const TOKEN_PATH = '/local/token';

const userOf = (role: string): string => `local-${role}`;

/** Who acts where a local administrator does without a token. */
export const LOCAL_ADMINISTRATOR = userOf('administrator');

const body = z.object({
  role: z.enum(['administrator', 'agent', 'operator']),
  accountId: z.string().min(1).max(100),
});

/** On the public port: a token for whoever asks. */
export const mountLocalTokens = (app: Express, { keys, issuer, audience, clock }: LocalSignIn): void => {
  app.post(TOKEN_PATH, jsonBody, async (request, response) => {
    const { role, accountId } = validate(body, request.body);
    const { publicJwk, privateJwk } = await keys.current();
    const { kid, alg } = publicJwk as JWK & { readonly alg: string };
    const token = await new SignJWT({ account: accountId, role })
      .setProtectedHeader({ alg, ...(kid === undefined ? {} : { kid }) })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(userOf(role))
      .setIssuedAt(dateAt(clock.now()))
      .setExpirationTime(dateAt(clock.now() + LIFETIME_MS))
      .sign(await importJWK(privateJwk, alg));
    response.set('cache-control', 'no-store').json({ token });
  });
  app.all(TOKEN_PATH, onlyMethods('POST'));
};

/** On the internal port: the keys with which every service checks those tokens. */
export const mountLocalKeys = (app: Express, { keys }: Pick<LocalSignIn, 'keys'>): void => {
  app.get('/.well-known/jwks.json', async (_request, response) => {
    response.json({ keys: await keys.published() });
  });
};
