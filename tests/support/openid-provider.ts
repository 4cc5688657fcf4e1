import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import Provider from 'oidc-provider';

/** Where this provider says who somebody is: names as companies have them, not ours. */
export const CLAIMS = {
  OIDC_USER_CLAIM: 'sub',
  OIDC_ACCOUNT_CLAIM: 'https://company.example/account',
  OIDC_ROLE_CLAIM: 'access.roles',
} as const;

export const AUDIENCE = 'tiktok-channel';

interface Subject {
  readonly clientId: string;
  readonly accountId: string;
  readonly roles: readonly string[];
}

const SECRET = 'the-secret-of-every-client-here';

/** An OpenID provider that many companies run, with keys that can be changed while it is in use. */
export const startOpenIdProvider = async (subjects: readonly Subject[]) => {
  const port = await new Promise<number>((resolve) => {
    const probe: Server = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address() as AddressInfo;
      probe.close(() => resolve(address.port));
    });
  });
  const issuer = `http://127.0.0.1:${port}`;
  let server = await serve(issuer, subjects, [await newKey()]);

  return {
    issuer,
    environment: {
      ...CLAIMS,
      OIDC_ISSUER: issuer,
      OIDC_AUDIENCE: AUDIENCE,
      OIDC_JWKS_URL: await jwksUrlOf(issuer),
    },
    /** What the provider's token endpoint answers. */
    token: async (clientId: string): Promise<string> => {
      const response = await fetch(`${issuer}/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(`${clientId}:${SECRET}`).toString('base64')}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', resource: 'https://channel.example/api' }),
      });
      return String(((await response.json()) as { access_token: string }).access_token);
    },
    /** From now on other keys sign, and the old ones are not published any more. */
    changeKeys: async () => {
      await close(server);
      server = await serve(issuer, subjects, [await newKey()]);
    },
    stop: () => close(server),
  };
};

const newKey = async (): Promise<JWK> => {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  return { ...(await exportJWK(privateKey)), use: 'sig', alg: 'ES256' };
};

const serve = async (issuer: string, subjects: readonly Subject[], keys: JWK[]): Promise<Server> => {
  const provider = new Provider(issuer, {
    clients: subjects.map(({ clientId }) => ({
      client_id: clientId,
      client_secret: SECRET,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
      id_token_signed_response_alg: 'ES256',
    })),
    jwks: { keys: keys as never },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({
          scope: '',
          audience: AUDIENCE,
          accessTokenFormat: 'jwt',
          accessTokenTTL: 600,
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
    extraTokenClaims: (_context, token) => {
      const subject = subjects.find(({ clientId }) => clientId === token.clientId);
      return {
        'https://company.example/account': subject?.accountId,
        access: { roles: subject?.roles },
      };
    },
  });
  const server = createServer(provider.callback());
  await new Promise<void>((resolve) => server.listen(Number(new URL(issuer).port), '127.0.0.1', resolve));
  return server;
};

/** As anybody finds it who knows the issuer alone. */
const jwksUrlOf = async (issuer: string): Promise<string> => {
  const response = await fetch(`${issuer}/.well-known/openid-configuration`);
  return ((await response.json()) as { jwks_uri: string }).jwks_uri;
};

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
