import { HttpProblem, onlyMethods, validate } from '@tiktok-channel/platform/http-server';
import express, { type Express, type Request, type RequestHandler, type Response } from 'express';
import { z } from 'zod';
import { LOCAL_OPENID_STYLES, localOpenIdPage } from './local-openid-page.ts';
import {
  ACCESS_LIFETIME_MS,
  createLocalTokens,
  type LocalPerson,
  type LocalSignIn,
  localPerson,
} from './local-sign-in.routes.ts';

/**
 * An OpenID provider for development, never mounted in production mode: authorisation code with PKCE, renewal, a session of
 * its own in a cookie. It keeps nothing, so that replicas need not agree: what it hands out is signed and says what it is for.
 */
export interface LocalOpenId extends LocalSignIn {
  /** Where browsers reach us. */
  readonly publicUrl: string;
}

const BASE = '/local/openid';
const AUTHORIZE = `${BASE}/authorize`;
const TOKEN = `${BASE}/token`;
const END_SESSION = `${BASE}/end-session`;
const KEYS = `${BASE}/keys`;
const STYLES = `${BASE}/sign-in.css`;
const DISCOVERY = `${BASE}/.well-known/openid-configuration`;

const FOR_CODE = 'local-openid:code';
const FOR_RENEWAL = 'local-openid:renewal';
const FOR_SESSION = 'local-openid:session';
const COOKIE = 'local_openid_session';
const CODE_LIFETIME_MS = 60_000;
const DAY_MS = 24 * 60 * 60_000;
const RENEWAL_LIFETIME_MS = 2 * DAY_MS;
const SESSION_LIFETIME_MS = 7 * DAY_MS;

/** Pages on this machine: whoever signs in there could ask for a token as well. */
const onThisMachine = z.string().refine((url) => {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}, 'is not an address of this machine');

const authorizationQuery = z.object({
  response_type: z.literal('code'),
  client_id: z.string().min(1).max(200),
  redirect_uri: onThisMachine,
  code_challenge: z.string().regex(/^[\w-]{43}$/),
  code_challenge_method: z.literal('S256'),
  state: z.string().max(500).optional(),
  nonce: z.string().max(500).optional(),
  prompt: z.string().optional(),
});
type AuthorizationQuery = z.infer<typeof authorizationQuery>;

const tokenBody = z.discriminatedUnion('grant_type', [
  z.object({
    grant_type: z.literal('authorization_code'),
    code: z.string(),
    redirect_uri: z.string(),
    client_id: z.string(),
    code_verifier: z.string(),
  }),
  z.object({ grant_type: z.literal('refresh_token'), refresh_token: z.string(), client_id: z.string() }),
]);

const form = express.urlencoded({ extended: false, limit: '20kb' });

export const mountLocalOpenId = (app: Express, openId: LocalOpenId): void => {
  app.get(DISCOVERY, forPages, async (_request, response) => {
    response.json(await discoveryOf(openId));
  });
  app.get(KEYS, forPages, async (_request, response) => {
    response.json({ keys: await openId.keys.published() });
  });
  app.get(STYLES, (_request, response) => {
    response.set('cache-control', 'no-cache').type('css').send(LOCAL_OPENID_STYLES);
  });
  mountAuthorize(app, openId);
  app.post(TOKEN, forPages, form, tokenHandler(openId));
  app.get(END_SESSION, (request, response) => {
    const back = validate(onThisMachine, request.query.post_logout_redirect_uri);
    response.clearCookie(COOKIE, cookieOptions).redirect(303, back);
  });
  app.all([DISCOVERY, KEYS, STYLES, END_SESSION], onlyMethods('GET'));
  app.all(TOKEN, onlyMethods('POST'));
};

/** Pages may come from another name of this machine than the provider has. */
const forPages: RequestHandler = (_request, response, next) => {
  response.set({ 'access-control-allow-origin': '*', 'cache-control': 'no-store' });
  next();
};

const discoveryOf = async ({ issuer, publicUrl, keys }: LocalOpenId) => ({
  issuer,
  authorization_endpoint: `${publicUrl}${AUTHORIZE}`,
  token_endpoint: `${publicUrl}${TOKEN}`,
  end_session_endpoint: `${publicUrl}${END_SESSION}`,
  jwks_uri: `${publicUrl}${KEYS}`,
  response_types_supported: ['code'],
  grant_types_supported: ['authorization_code', 'refresh_token'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: [(await keys.current()).publicJwk.alg],
  token_endpoint_auth_methods_supported: ['none'],
  code_challenge_methods_supported: ['S256'],
});

/** A session that stands is answered at once; `prompt=none` asks never to show a page. */
const mountAuthorize = (app: Express, openId: LocalOpenId): void => {
  const tokens = createLocalTokens(openId);
  app.get(AUTHORIZE, async (request, response) => {
    const query = validate(authorizationQuery, request.query);
    const session = query.prompt === 'login' ? null : await tokens.read(sessionIn(request), FOR_SESSION);
    if (session !== null) return sendBack(response, query, { code: await codeFor(openId, query, session) });
    if (query.prompt === 'none') return sendBack(response, query, { error: 'login_required' });
    sendPage(response, query);
  });
  app.post(AUTHORIZE, form, async (request, response) => {
    const query = validate(authorizationQuery, request.query);
    const person = validate(localPerson, request.body);
    const session = await tokens.sign({ person, audience: FOR_SESSION, lifetimeMs: SESSION_LIFETIME_MS });
    response.cookie(COOKIE, session, cookieOptions);
    sendBack(response, query, { code: await codeFor(openId, query, person) });
  });
  app.all(AUTHORIZE, onlyMethods('GET', 'POST'));
};

const cookieOptions = { httpOnly: true, sameSite: 'lax', path: BASE } as const;

const sessionIn = ({ headers }: Request): string =>
  new RegExp(`(?:^|; *)${COOKIE}=([^;]+)`).exec(headers.cookie ?? '')?.[1] ?? '';

const codeFor = (openId: LocalOpenId, query: AuthorizationQuery, { role, accountId }: LocalPerson): Promise<string> =>
  createLocalTokens(openId).sign({
    person: { role, accountId },
    audience: FOR_CODE,
    lifetimeMs: CODE_LIFETIME_MS,
    claims: {
      client_id: query.client_id,
      redirect_uri: query.redirect_uri,
      code_challenge: query.code_challenge,
      ...(query.nonce === undefined ? {} : { nonce: query.nonce }),
    },
  });

const sendBack = (response: Response, { redirect_uri, state }: AuthorizationQuery, answer: Record<string, string>) => {
  const url = new URL(redirect_uri);
  for (const [name, value] of Object.entries({ ...answer, ...(state === undefined ? {} : { state }) })) {
    url.searchParams.set(name, value);
  }
  response.set({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' }).redirect(303, url.href);
};

/** Browsers ask the policy about the redirect that follows the form as well. */
const sendPage = (response: Response, { redirect_uri }: AuthorizationQuery): void => {
  response
    .set({
      'content-security-policy': `default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'self' ${new URL(redirect_uri).origin}; frame-ancestors 'none'`,
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    })
    .type('html')
    .send(localOpenIdPage(STYLES));
};

const tokenHandler = (openId: LocalOpenId): RequestHandler => {
  const tokens = createLocalTokens(openId);
  return async (request, response) => {
    const body = validate(tokenBody, request.body);
    const granted =
      body.grant_type === 'refresh_token'
        ? await tokens.read(body.refresh_token, FOR_RENEWAL)
        : await redeem(openId, body);
    if (granted === null) {
      response.status(400).json({ error: 'invalid_grant' });
      return;
    }
    const person = { role: granted.role, accountId: granted.accountId };
    const { nonce } = granted;
    response.json({
      token_type: 'Bearer',
      access_token: await tokens.accessToken(person),
      expires_in: ACCESS_LIFETIME_MS / 1_000,
      refresh_token: await tokens.sign({ person, audience: FOR_RENEWAL, lifetimeMs: RENEWAL_LIFETIME_MS }),
      id_token: await tokens.sign({
        person,
        audience: body.client_id,
        lifetimeMs: ACCESS_LIFETIME_MS,
        ...(body.grant_type === 'authorization_code' && typeof nonce === 'string' ? { claims: { nonce } } : {}),
      }),
    });
  };
};

const redeem = async (openId: LocalOpenId, body: Extract<z.infer<typeof tokenBody>, { readonly code: string }>) => {
  const code = await createLocalTokens(openId).read(body.code, FOR_CODE);
  if (code === null) return null;
  const challenge = Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(body.code_verifier)));
  const isTheirs =
    code.code_challenge === challenge.toString('base64url') &&
    code.client_id === body.client_id &&
    code.redirect_uri === body.redirect_uri;
  if (!isTheirs) throw new HttpProblem(400, 'invalid_grant', 'this code was given to somebody else');
  return code;
};
