import { dateAt } from '@tiktok-channel/platform/clock';
import type { Secret } from '@tiktok-channel/platform/config';
import { type Clock, ok, refuse } from '@tiktok-channel/platform/kernel';
import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { z } from 'zod';
import type { StateTokens } from '../../application/ports.ts';
import type { AuthorizationState } from '../../domain/authorization.ts';

const ALGORITHM = 'HS256';
const ISSUER = 'tiktok-channel/auth';
/** Of its own, so that no other token signed with the same secret is taken for a state. */
const AUDIENCE = 'tiktok-authorization';

const claims = z.object({
  jti: z.string(),
  sub: z.string(),
  account: z.string(),
  returnTo: z.string(),
  channel: z.string().nullable(),
  browser: z.string(),
  exp: z.number(),
});

/** The first secret signs; all verify, so that they can be rotated while people are on TikTok's page. */
export const createStateTokens = ({
  secrets,
  clock,
}: {
  readonly secrets: readonly Secret[];
  readonly clock: Clock;
}): StateTokens => {
  const keys = secrets.map((secret) => new TextEncoder().encode(secret.reveal()));
  const [signingKey] = keys;
  if (signingKey === undefined) throw new TypeError('a state needs a secret to be signed with');

  return {
    sign: (state) =>
      new SignJWT({
        account: state.accountId,
        returnTo: state.returnTo,
        channel: state.channelId,
        browser: state.browser,
      })
        .setProtectedHeader({ alg: ALGORITHM })
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setSubject(state.userId)
        .setJti(state.attemptId)
        .setIssuedAt(dateAt(clock.now()))
        .setExpirationTime(dateAt(state.expiresAtMs))
        .sign(signingKey),

    read: async (token) => {
      const nowMs = clock.now();
      const verdicts = await Promise.all(keys.map((key) => verify(token, key, nowMs)));
      const verified = verdicts.find((verdict) => typeof verdict === 'object');
      if (verified !== undefined) return readClaims(verified);
      return refuse(verdicts.includes('state_expired') ? 'state_expired' : 'state_invalid');
    },
  };
};

const verify = async (
  token: string,
  key: Uint8Array,
  nowMs: number,
): Promise<JWTPayload | 'state_invalid' | 'state_expired'> => {
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: [ALGORITHM],
      issuer: ISSUER,
      audience: AUDIENCE,
      currentDate: dateAt(nowMs),
      requiredClaims: ['exp'],
    });
    return payload;
  } catch (error) {
    // Thrown only after the signature was found right.
    if (error instanceof errors.JWTExpired) return 'state_expired';
    if (error instanceof errors.JOSEError || error instanceof TypeError) return 'state_invalid';
    throw error;
  }
};

const readClaims = (payload: JWTPayload) => {
  const parsed = claims.safeParse(payload);
  if (!parsed.success) return refuse('state_invalid' as const);

  const { jti, sub, account, returnTo, channel, browser, exp } = parsed.data;
  const state: AuthorizationState = {
    attemptId: jti,
    accountId: account,
    userId: sub,
    returnTo,
    channelId: channel,
    browser,
    expiresAtMs: exp * 1000,
  };
  return ok(state);
};
