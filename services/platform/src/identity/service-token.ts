import type { RequestHandler } from 'express';
import { errors, jwtVerify, SignJWT } from 'jose';
import { dateAt } from '../clock/index.ts';
import type { Secret } from '../config/index.ts';
import { HttpProblem } from '../http-server/index.ts';
import type { Clock } from '../kernel/index.ts';

const LIFETIME_SECONDS = 60;
const ALGORITHM = 'HS256';

const keyOf = (secret: Secret): Uint8Array => new TextEncoder().encode(secret.reveal());
const secondsOf = (clock: Clock): number => Math.floor(clock.now() / 1000);

/** A token with which `service` calls `audience`, good for a minute. The first secret signs. */
export const createServiceTokens = ({
  service,
  secrets,
  clock,
}: {
  readonly service: string;
  readonly secrets: readonly Secret[];
  readonly clock: Clock;
}) => {
  const [signing] = secrets;
  if (signing === undefined) throw new TypeError('a service token needs a secret');
  return (audience: string): Promise<string> =>
    new SignJWT()
      .setProtectedHeader({ alg: ALGORITHM })
      .setIssuer(service)
      .setAudience(audience)
      .setIssuedAt(secondsOf(clock))
      .setExpirationTime(secondsOf(clock) + LIFETIME_SECONDS)
      .sign(keyOf(signing));
};

/** Lets only the named services through. All secrets verify, so that they can be rotated. */
export const requireService = ({
  audience,
  allowed,
  secrets,
  clock,
}: {
  readonly audience: string;
  readonly allowed: readonly string[];
  readonly secrets: readonly Secret[];
  readonly clock: Clock;
}): RequestHandler => {
  const verify = async (token: string, secret: Secret): Promise<boolean> => {
    try {
      await jwtVerify(token, keyOf(secret), {
        audience,
        issuer: [...allowed],
        algorithms: [ALGORITHM],
        currentDate: dateAt(clock.now()),
        requiredClaims: ['exp', 'iss'],
      });
      return true;
    } catch (error) {
      if (error instanceof errors.JOSEError) return false;
      throw error;
    }
  };
  return async (request, _response, next) => {
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const verdicts = await Promise.all(secrets.map((secret) => verify(token, secret)));
    if (!verdicts.includes(true))
      throw new HttpProblem(401, 'service_token_invalid', 'a valid service token is needed');
    next();
  };
};
