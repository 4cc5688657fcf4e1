import { HttpProblem, onlyMethods, validate } from '@tiktok-channel/platform/http-server';
import express, { type Express } from 'express';
import { type AuthorizationRoutes, bindToBrowser } from './authorization.routes.ts';
import { LOCAL_ADMINISTRATOR, localPerson } from './local-sign-in.routes.ts';

const PATH = '/local/authorization';

const input = localPerson.pick({ accountId: true });

/**
 * For development, never mounted in production mode: what an administrator's start does, for a form that has no token and
 * goes on to TikTok by itself.
 */
export const mountLocalAuthorization = (
  app: Express,
  { start, publicUrl }: Pick<AuthorizationRoutes, 'start' | 'publicUrl'>,
): void => {
  app.post(PATH, express.urlencoded({ extended: false, limit: '10kb' }), async (request, response) => {
    const { accountId } = validate(input, { ...request.query, ...request.body });
    const started = await start({
      actor: { userId: LOCAL_ADMINISTRATOR, accountId },
      returnTo: null,
      channelId: null,
    });
    // Without a page and without a channel there is nothing else to refuse.
    if (!started.ok) throw new HttpProblem(403, started.error, 'TikTok channels are switched off for this account');
    bindToBrowser(response, started.value, publicUrl);
    response.set({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' }).redirect(303, started.value.url);
  });
  app.all(PATH, onlyMethods('POST'));
};
