import { HttpProblem, jsonBody, notFound, onlyMethods, validate } from '@tiktok-channel/platform/http-server';
import { type IdentifyPerson, personIn, requirePerson } from '@tiktok-channel/platform/identity';
import type { Express, Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import type { createCompleteAuthorization } from '../../application/complete-authorization.ts';
import type {
  createStartAuthorization,
  StartedAuthorization,
  StartRefusal,
} from '../../application/start-authorization.ts';
import { AUTHORIZATION_LIFETIME_MS } from '../../domain/authorization.ts';

export interface AuthorizationRoutes {
  readonly identify: IdentifyPerson;
  readonly start: ReturnType<typeof createStartAuthorization>;
  readonly complete: ReturnType<typeof createCompleteAuthorization>;
  /** The one public origin; TikTok sends the browser back to it, and so do we. */
  readonly publicUrl: string;
}

export const CALLBACK_PATH = '/tiktok/callback';
const START_PATH = '/v1/accounts/:accountId/tiktok/authorization';

export const mountAuthorization = (app: Express, routes: AuthorizationRoutes): void => {
  app.post(START_PATH, requirePerson(routes.identify, 'administrator'), jsonBody, startHandler(routes));
  app.all(START_PATH, onlyMethods('POST'));
  app.get(CALLBACK_PATH, callbackHandler(routes));
  app.all(CALLBACK_PATH, onlyMethods('GET'));
};

/** PostgreSQL's text holds no U+0000. */
const shortText = z
  .string()
  .max(200)
  .refine((value) => !value.includes('\0'), 'holds a character that no id has');

export const startBody = z.object({ returnTo: shortText.optional(), channelId: shortText.optional() }).default({});

export const startedView = z.object({
  url: z.url().describe("TikTok's page, to be opened in the browser that got the cookie."),
});

const startHandler =
  ({ start, publicUrl }: AuthorizationRoutes): RequestHandler =>
  async (request, response) => {
    const person = personIn(response);
    if (request.params.accountId !== person.accountId) throw notFound('this account');
    const { returnTo, channelId } = validate(startBody, request.body);
    const started = await start({ actor: person, returnTo: returnTo ?? null, channelId: channelId ?? null });
    if (!started.ok) throw problemOf(started.error);
    bindToBrowser(response, started.value, publicUrl);
    response.set('cache-control', 'no-store').json({ url: started.value.url });
  };

const problemOf = (refusal: StartRefusal): HttpProblem => {
  switch (refusal) {
    case 'channel_unknown':
      return notFound('this channel');
    case 'return_to_not_allowed':
      return new HttpProblem(400, refusal, 'returnTo is not a page to which this service sends people');
    case 'feature_off':
      return new HttpProblem(403, refusal, 'TikTok channels are switched off for this account');
  }
};

/** Only the browser that takes this answer can finish the attempt. */
const bindToBrowser = (
  response: Response,
  { attemptId, browserKey }: StartedAuthorization,
  publicUrl: string,
): void => {
  response.cookie(cookieName(attemptId), browserKey, {
    ...cookieOptions(publicUrl),
    maxAge: AUTHORIZATION_LIFETIME_MS,
  });
};

const callbackHandler =
  ({ complete, publicUrl }: AuthorizationRoutes): RequestHandler =>
  async (request, response) => {
    const completion = await complete({
      state: queryText(request, 'state'),
      code: queryText(request, 'code'),
      error: queryText(request, 'error'),
      browserKeyOf: (attemptId) => cookieOf(request, cookieName(attemptId)),
    });
    if (completion.attemptId !== null) {
      response.clearCookie(cookieName(completion.attemptId), cookieOptions(publicUrl));
    }
    const outcome =
      completion.kind === 'connected' ? { connected: completion.channelId } : { error: completion.failure };
    sendBack(response, `${publicUrl}${completion.returnTo}?${new URLSearchParams(outcome)}`);
  };

/** The address that the browser comes from holds a code: it must not travel on as a referrer or stay in a cache. */
const sendBack = (response: Response, url: string): void => {
  response.set({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' }).redirect(303, url);
};

/** One cookie per attempt, so that two tabs do not end each other's. */
const cookieName = (attemptId: string): string => `tiktok_authorization_${attemptId}`;

/** `lax` lets it come along when TikTok sends the browser back, and with nothing else that another site starts. */
const cookieOptions = (publicUrl: string) =>
  ({ httpOnly: true, sameSite: 'lax', secure: publicUrl.startsWith('https:'), path: CALLBACK_PATH }) as const;

const cookieOf = (request: Request, name: string): string | null => {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  const pair = pairs.find((candidate) => candidate.startsWith(`${name}=`));
  return pair === undefined ? null : pair.slice(name.length + 1);
};

const queryText = (request: Request, name: string): string | null => {
  const value = request.query[name];
  return typeof value === 'string' && value !== '' ? value : null;
};
