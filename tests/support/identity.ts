import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

export interface IdentityProvider {
  /** What a service needs to believe its tokens. */
  readonly environment: Readonly<Record<'OIDC_ISSUER' | 'OIDC_AUDIENCE' | 'OIDC_JWKS_URL', string>>;
  /** An `Authorization` header. */
  authorize(person: {
    readonly accountId: string;
    readonly role?: string;
    readonly userId?: string;
    readonly lifetimeSeconds?: number;
  }): Promise<string>;
  stop(): Promise<void>;
}

const ISSUER = 'http://issuer.test';
const AUDIENCE = 'tiktok-channel';

/** Settings of a service that no person calls. */
export const NO_IDENTITY_PROVIDER = {
  OIDC_ISSUER: ISSUER,
  OIDC_AUDIENCE: AUDIENCE,
  OIDC_JWKS_URL: 'http://127.0.0.1:9/jwks.json',
} as const;

/** An identity provider with a key of its own. */
export const startIdentityProvider = async (): Promise<IdentityProvider> => {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), alg: 'ES256', kid: 'test' }] });
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(keys);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    environment: {
      OIDC_ISSUER: ISSUER,
      OIDC_AUDIENCE: AUDIENCE,
      OIDC_JWKS_URL: `http://127.0.0.1:${port}/jwks.json`,
    },
    authorize: async ({ accountId, role = 'agent', userId = 'agent-1', lifetimeSeconds }) => {
      const token = await new SignJWT({ account: accountId, role })
        .setProtectedHeader({ alg: 'ES256', kid: 'test' })
        .setSubject(userId)
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setIssuedAt()
        .setExpirationTime(lifetimeSeconds === undefined ? '10y' : `${lifetimeSeconds}s`)
        .sign(privateKey);
      return `Bearer ${token}`;
    },
    stop: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
};
